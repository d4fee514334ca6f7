// A plain folder of manifests, by Argo CD's rules (reposerver findManifests), decrypted in memory.

#include <string_view>
#include <utility>

#include "decrypt/yaml/reader.h"
#include "plugin/guard/document_splitter.h"
#include "plugin/guard/yaml11.h"
#include "plugin/render/context.h"
#include "plugin/render/directory_files.h"
#include "plugin/render/text_encoding.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr std::string_view kSkipMarker = "+argocd:skip-file-rendering";
constexpr std::size_t kMaxDocuments = 100'000;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsJson(const std::string& path) {
  return path.size() > 5 && path.compare(path.size() - 5, 5, ".json") == 0;
}

// Argo CD passes over a YAML file that is no manifest: one whose first document has no kind, unless
// its text has all three words of a manifest. Keys are in the clear in a SOPS file too, so this is
// known before anything is decrypted. What is not clearly unrelated goes on to the guard.
bool IsUnrelated(std::string_view text) {
  if (Contains(text, "apiVersion:") && Contains(text, "kind:") && Contains(text, "metadata:")) {
    return false;
  }
  const auto pieces = guard::SplitDocuments(text, kMaxDocuments);
  if (!pieces) return false;
  for (const std::string_view piece : *pieces) {
    const auto documents = yaml::ReadStream(AsBytes(piece), Limits());
    if (!documents) return documents.error().code != Code::kLimitExceeded;
    for (const yaml::Document& document : *documents) {
      if (document.empty || guard::Resolve(document.root) == guard::ScalarType::kNull) continue;
      return guard::FindMember(document.root, "kind") == nullptr;
    }
  }
  return true;
}

Result<FileSelection> ReadSelection(const Parameters& parameters) {
  FileSelection selection;
  ACD_TRY(selection.recurse, parameters.Bool("recurse", false));
  const auto compile = [&](const char* name, std::optional<Glob>& glob) -> Status {
    const std::string pattern = parameters.String(name);
    if (pattern.empty()) return {};
    auto compiled = Glob::Compile(pattern, /*separated=*/false);
    if (!compiled) {
      return Fail(std::move(compiled).error().With(std::string("parameter ") + name));
    }
    glob = *std::move(compiled);
    return {};
  };
  ACD_CHECK(compile("include", selection.include));
  ACD_CHECK(compile("exclude", selection.exclude));
  return selection;
}

// Argo CD takes exactly one object from a .json file.
Status CheckSingleObject(std::string_view text, const std::string& file) {
  const auto pieces = guard::SplitDocuments(text, kMaxDocuments);
  if (pieces && pieces->size() == 1) return {};
  return Fail(Code::kInvalidInput, file + ": a .json file must hold exactly one object");
}

}  // namespace

Result<std::vector<Produced>> RenderDirectory(Context& context) {
  ACD_TRY(const FileSelection selection, ReadSelection(context.request.parameters));
  ACD_TRY(const auto files, FindManifestFiles(context.request.root, context.app_dir, selection,
                                              context.request.budget));
  std::vector<Produced> produced;
  std::size_t total = 0;
  for (const ManifestFile& file : files) {
    ACD_CHECK(context.request.budget.Check());
    const std::string name = context.files.Relative(file.path);
    auto read = workspace::ReadFile(file.path, Limits().max_document_bytes);
    if (!read) return Fail(std::move(read).error());
    SecretBytes content = ToUtf8(*std::move(read));
    if (Contains(content.ExposeText(), kSkipMarker)) continue;
    if (!IsJson(file.relative) && IsUnrelated(content.ExposeText())) continue;
    if (auto document = DetectSops(file.path, Content::Lasting(content))) {
      ACD_TRY(content, context.files.Decrypt(file.path, *std::move(document), "manifest"));
    }
    if (IsJson(file.relative)) ACD_CHECK(CheckSingleObject(content.ExposeText(), name));
    total += content.size();
    if (total > context.settings.max_output_bytes) {
      return Fail(Code::kLimitExceeded, "directory: the manifests are larger than " +
                                            std::to_string(context.settings.max_output_bytes) +
                                            " bytes");
    }
    produced.push_back({std::move(content), name});
  }
  return produced;
}

}  // namespace acd::render
