#include "plugin/render/helm_value_source.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <string_view>
#include <utility>

#include "plugin/render/git_values.h"
#include "plugin/render/helm_fetch.h"
#include "plugin/render/path_glob.h"
#include "plugin/render/substitute.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPurpose = "helm values";

// `$values/x.yaml`: a file of another source of the Application, which a plugin is never sent.
Status CheckNoReference(const std::string& entry,
                        const std::map<std::string, std::string>& variables) {
  if (entry.empty() || entry[0] != '$') return {};
  const std::size_t end = std::min(entry.find('/'), entry.size());
  std::string name = entry.substr(1, end - 1);
  if (name.size() > 2 && name.front() == '{' && name.back() == '}') {
    name = name.substr(1, name.size() - 2);
  }
  if (name.empty() || name[0] == '$' || variables.contains(name) ||
      name.rfind("ARGOCD_APP_", 0) == 0) {
    return {};
  }
  return Fail(Code::kUnsupported,
              "$" + name + " names another source, whose files Argo CD does not send to a plugin",
              "copy the file into this repository");
}

// As Argo CD resolves a value file: links of the last part of the path are followed, those before
// it are not. Spec: util/io/path ResolveValueFilePathOrUrl.
std::string ArgoCdPath(const std::string& root, const std::string& base, const std::string& path) {
  fs::path at = ((path.starts_with('/') ? root : base) + "/" + path);
  at = at.lexically_normal();
  for (int links = 0; links < 10; ++links) {
    char target[PATH_MAX];
    const ssize_t size = ::readlink(at.c_str(), target, sizeof(target));
    if (size < 0) break;
    const std::string text(target, static_cast<std::size_t>(size));
    at = (text.starts_with('/') ? fs::path(text) : at.parent_path() / text).lexically_normal();
  }
  return at.string();
}

// helm-secrets' own test, which is made line by line: `mac.*,type:str]`.
bool IsEncryptedLiteral(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t mac = line.find("mac");
    if (mac != std::string_view::npos && line.find(",type:str]", mac) != std::string_view::npos) {
      return true;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

// To Argo CD a wrapped file is a URL, and so another one than the same file by its path.
std::string Id(const ValueUrl& url, const std::string& path) {
  return url.helm_secrets() ? url.scheme + " " + url.key.location + " " + path : path;
}

KeyImportSettings WithFolders(const RenderSettings& settings) {
  KeyImportSettings imports = settings.key_imports;
  if (imports.folders.empty()) imports.folders = {settings.key_dir};
  return imports;
}

}  // namespace

ValueResolver::ValueResolver(Context& context)
    : context_(context),
      keys_(WithFolders(context.settings), context.settings.helm_secrets,
            KeyUse{context.request.application.project, context.request.application.name, {}}) {}

Result<ValueEntry> ValueResolver::Find(const std::string& entry) {
  const auto variables = SubstitutionVariables(context_.request.application.environment);
  ACD_CHECK(CheckNoReference(entry, variables));
  ACD_TRY(ValueUrl url, ParseValueUrl(Substitute(entry, variables)));
  return FindUrl(std::move(url));
}

Result<ValueEntry> ValueResolver::FindUrl(ValueUrl url) {
  const HelmSecretsPolicy& policy = context_.settings.helm_secrets;
  // Absolute is from the repository on. helm-downloader's user may know where that is.
  if (url.helm_secrets() && url.path.starts_with(context_.request.root + "/")) {
    url.path.erase(0, context_.request.root.size());
  }
  ACD_CHECK(policy.Check(url, context_.request.root, context_.app_dir));
  if (url.helm_secrets() && policy.ignore_missing) url.optional = true;
  switch (url.kind) {
    case ValueUrl::Kind::kPath:
      return FindFile(std::move(url));
    case ValueUrl::Kind::kRemote:
    case ValueUrl::Kind::kGit:
    case ValueUrl::Kind::kLiteral: {
      ValueEntry found;
      found.optional = url.optional;
      std::string id = Id(url, url.path);
      std::string shown =
          ShownEntry(url.kind == ValueUrl::Kind::kLiteral ? url.scheme + "://" : url.path);
      found.sources.push_back({std::move(url), {}, std::move(id), std::move(shown)});
      return found;
    }
  }
  return Fail(Code::kInternal, "a value file of no kind");
}

// Argo CD expands every path with a wildcard in it; helm-secrets none, so that there a file may
// have one in its name.
Result<ValueEntry> ValueResolver::FindFile(ValueUrl url) {
  if (!url.helm_secrets() && HasGlob(url.path)) return FindByGlob(url);
  ValueEntry found;
  found.optional = url.optional;
  auto real = workspace::ResolveInside(context_.request.root, context_.app_dir, url.path);
  if (real) {
    std::string id = Id(url, ArgoCdPath(context_.request.root, context_.app_dir, url.path));
    std::string shown = context_.files.Relative(*real);
    found.sources.push_back({std::move(url), *std::move(real), std::move(id), std::move(shown)});
    return found;
  }
  if (real.error().code != Code::kNotFound) return Fail(std::move(real).error());
  if (HasGlob(url.path)) return FindByGlob(url);
  return found;
}

Result<ValueEntry> ValueResolver::FindByGlob(const ValueUrl& url) {
  const std::string& root = context_.request.root;
  ACD_TRY(const auto matches,
          ExpandGlob(root, context_.app_dir, url.path, context_.request.budget));
  ValueEntry found;
  found.by_glob = true;
  found.optional = url.optional;
  for (const GlobMatch& match : matches) {
    ACD_CHECK(context_.settings.helm_secrets.CheckFound(url, root, match.name));
    found.sources.push_back(
        {url, match.path, Id(url, root + "/" + match.name), context_.files.Relative(match.path)});
  }
  return found;
}

Result<ValueContent> ValueResolver::Read(const ValueSource& source) {
  // Also of a file that turns out not to be encrypted: a key that may not be named is an error.
  ACD_TRY([[maybe_unused]] auto* const key, keys_.Open(source.url));
  switch (source.url.kind) {
    case ValueUrl::Kind::kPath:
      return ReadFile(source);
    case ValueUrl::Kind::kRemote:
      return ReadRemote(source);
    case ValueUrl::Kind::kLiteral:
      return ReadLiteral(source);
    case ValueUrl::Kind::kGit:
      return ReadGit(source);
  }
  return Fail(Code::kInternal, "a value file of no kind");
}

Result<SecretBytes> ValueResolver::Decrypt(const ValueSource& source, const std::string& path,
                                           SopsDocument document) {
  ACD_TRY(keys::KeyService* const key, keys_.Open(source.url));
  return context_.files.Decrypt(path, std::move(document), kPurpose, key);
}

Result<ValueContent> ValueResolver::ReadFile(const ValueSource& source) {
  ACD_TRY(SecretBytes content, workspace::ReadFile(source.path, Limits().max_document_bytes));
  ValueContent read;
  if (auto document = DetectSops(source.path, Content::Lasting(content))) {
    ACD_TRY(read.text, Decrypt(source, source.path, *std::move(document)));
  } else if (source.path.find_first_of(",\"\\%{") != std::string::npos) {
    read.text = std::move(content);  // helm would split or unescape the path
  }
  return read;
}

Result<ValueContent> ValueResolver::ReadRemote(const ValueSource& source) {
  ACD_TRY(std::optional<SecretBytes> content, FetchByHelm(context_, source.url.path));
  ValueContent read;
  if (!content) {
    read.missing = true;
    return read;
  }
  if (auto document = DetectSops(source.shown, Content::Lasting(*content))) {
    ACD_TRY(read.text, Decrypt(source, source.shown, *std::move(document)));
  } else {
    read.text = *std::move(content);
  }
  return read;
}

Result<ValueContent> ValueResolver::ReadGit(const ValueSource& source) {
  ACD_TRY(const std::string copy, FetchGitValues(context_, source.url.path));
  ACD_TRY(SecretBytes content, workspace::ReadFile(copy, Limits().max_document_bytes));
  ValueContent read;
  if (auto document = DetectSops(copy, Content::Lasting(content))) {
    ACD_TRY(read.text, Decrypt(source, source.shown, *std::move(document)));
  } else {
    read.text = std::move(content);
  }
  return read;
}

Result<ValueContent> ValueResolver::ReadLiteral(const ValueSource& source) {
  ValueContent read;
  const std::string& literal = source.url.path;
  if (!IsEncryptedLiteral(literal)) {
    read.text = SecretBytes::CopyOf(literal);
    return read;
  }
  auto document = SopsDocument::Read(Content::Lasting(literal), sops::Format::kJson);
  ACD_TRY(read.text, Decrypt(source, source.shown, std::move(document)));
  return read;
}

}  // namespace acd::render
