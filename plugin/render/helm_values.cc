#include "plugin/render/helm_values.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "plugin/render/key_import.h"
#include "plugin/render/path_glob.h"
#include "plugin/render/substitute.h"
#include "plugin/render/value_url.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

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

}  // namespace

struct HelmFiles::Resolved {
  ValueUrl url;
  std::string entry;
  std::string text;                ///< the entry, variables substituted
  std::vector<std::string> files;  ///< real paths; of a glob several, of a missing file none
  bool missing = false;
};

Result<HelmFiles::Resolved> HelmFiles::Resolve(const std::string& entry) const {
  const auto variables = SubstitutionVariables(context_.request.application.environment);
  ACD_CHECK(CheckNoReference(entry, variables));
  Resolved resolved;
  resolved.entry = entry;
  resolved.text = Substitute(entry, variables);
  ACD_TRY(resolved.url, ParseValueUrl(resolved.text));
  if (resolved.url.kind == ValueUrl::Kind::kRemote) return resolved;
  const std::string& root = context_.request.root;
  ACD_CHECK(context_.settings.helm_secrets.Check(resolved.url, root, context_.app_dir));
  if (resolved.url.glob_allowed && HasGlob(resolved.url.path)) {
    ACD_TRY(resolved.files,
            ExpandGlob(root, context_.app_dir, resolved.url.path, context_.request.budget));
    resolved.missing = resolved.files.empty();
    return resolved;
  }
  auto real = workspace::ResolveInside(root, context_.app_dir, resolved.url.path);
  if (real) {
    resolved.files.push_back(*std::move(real));
  } else if (real.error().code == Code::kNotFound) {
    resolved.missing = true;
  } else {
    return Fail(std::move(real).error());
  }
  return resolved;
}

Result<std::string> HelmFiles::Hold(const SecretBytes& content, const std::string& shown) {
  ACD_TRY(MemoryFile file, MemoryFile::Create(content));
  std::string path = file.path();
  renames_.emplace_back(path, shown);
  memory_files_.push_back(std::move(file));
  return path;
}

// `file.files` holds exactly one path, or the URL is remote.
Result<std::string> HelmFiles::Argument(const Resolved& file) {
  if (file.url.kind == ValueUrl::Kind::kRemote) return file.url.path;
  const std::string& path = file.files.front();
  ACD_TRY(const SecretBytes content, workspace::ReadFile(path, Limits().max_document_bytes));
  auto document = DetectSops(path, Content::Lasting(content));
  // helm would split the path at a comma.
  if (!document && path.find_first_of(",\"") != std::string::npos) {
    return Hold(content, context_.files.Relative(path));
  }
  if (!document) return path;
  std::unique_ptr<keys::KeyService> imported;
  if (!file.url.key_file.empty()) {
    ACD_TRY(imported, ImportKeyFile(file.url.key_file, context_.settings.key_dir));
  }
  ACD_TRY(const SecretBytes plaintext,
          context_.files.Decrypt(path, *std::move(document), kPurpose, imported.get()));
  return Hold(plaintext, context_.files.Relative(path));
}

Result<std::vector<std::string>> HelmFiles::ValueFiles(const std::vector<std::string>& entries,
                                                       bool ignore_missing) {
  std::vector<Resolved> resolved;
  std::set<std::string> named;  // not by a glob: these keep their own place
  for (const std::string& entry : entries) {
    auto one = Resolve(entry);
    if (!one) return Fail(std::move(one).error().With("valueFiles: " + entry));
    if (!(one->url.glob_allowed && HasGlob(one->url.path)) && !one->files.empty()) {
      named.insert(one->files.front());
    }
    resolved.push_back(*std::move(one));
  }
  std::vector<std::string> arguments;
  std::set<std::string> seen;
  for (const Resolved& one : resolved) {
    if (one.missing) {
      if (ignore_missing || one.url.optional) continue;
      return Fail(Code::kNotFound, "valueFiles: " + one.entry + ": no such file",
                  "set ignoreMissingValueFiles to true if it may be missing");
    }
    const bool glob = one.url.glob_allowed && HasGlob(one.url.path);
    const std::vector<std::string> paths =
        one.url.kind == ValueUrl::Kind::kRemote ? std::vector{one.url.path} : one.files;
    for (const std::string& path : paths) {
      if ((glob && named.contains(path)) || !seen.insert(path).second) continue;
      Resolved single = one;
      single.files = {path};
      auto argument = Argument(single);
      if (!argument) return Fail(std::move(argument).error().With("valueFiles"));
      arguments.push_back(*std::move(argument));
    }
  }
  return arguments;
}

Result<std::string> HelmFiles::File(const std::string& entry) {
  auto resolved = Resolve(entry);
  if (!resolved) return Fail(std::move(resolved).error().With(entry));
  if (resolved->url.kind == ValueUrl::Kind::kPath && resolved->files.size() != 1) {
    return Fail(Code::kNotFound, entry + ": no such file");
  }
  return Argument(*resolved);
}

Result<std::string> HelmFiles::Inline(const std::string& values) {
  return Hold(SecretBytes::CopyOf(values), "the inline values");
}

std::vector<int> HelmFiles::fds() const {
  std::vector<int> fds;
  for (const MemoryFile& file : memory_files_) fds.push_back(file.fd());
  return fds;
}

}  // namespace acd::render
