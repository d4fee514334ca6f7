// A plain folder of manifests, by Argo CD's rules (reposerver findManifests), decrypted in memory.

#include <string_view>
#include <utility>

#include "plugin/guard/document_reader.h"
#include "plugin/guard/document_splitter.h"
#include "plugin/guard/json_reader.h"
#include "plugin/guard/yaml11.h"
#include "plugin/render/context.h"
#include "plugin/render/directory_files.h"
#include "plugin/render/jsonnet.h"
#include "plugin/render/text_encoding.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Type = ManifestFile::Type;

constexpr std::string_view kSkipMarker = "+argocd:skip-file-rendering";
constexpr std::size_t kMaxDocuments = 100'000;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool HasKind(const yaml::Node& object) {
  const yaml::Node* kind = guard::FindMember(object, "kind");
  return kind != nullptr && guard::Resolve(*kind) == guard::ScalarType::kString &&
         !kind->text.empty();
}

// Argo CD passes over a YAML file that is no manifest: one whose first document it can't read, or
// that has no kind, unless its text has all three words of a manifest. Keys are in the clear in a
// SOPS file too, so this is known before anything is decrypted. What only we can't read must not
// vanish, so there a word does without its colon.
bool IsUnrelated(std::string_view text) {
  if (Contains(text, "apiVersion:") && Contains(text, "kind:") && Contains(text, "metadata:")) {
    return false;
  }
  const bool words =
      Contains(text, "apiVersion") && Contains(text, "kind") && Contains(text, "metadata");
  const auto pieces = guard::SplitDocuments(text, kMaxDocuments);
  if (!pieces) return !words && pieces.error().code != Code::kLimitExceeded;
  for (const std::string_view piece : *pieces) {
    const auto object = guard::ReadDocument(piece, guard::ManifestLimits());
    if (!object) return !words && object.error().code != Code::kLimitExceeded;
    if (*object) return !HasKind(**object);
  }
  return true;
}

Result<FileSelection> ReadSelection(const Parameters& parameters) {
  FileSelection selection;
  ACD_TRY(selection.recurse, parameters.Bool("recurse", false));
  ACD_TRY(selection.any_name, parameters.Bool("disableExtensionFilter", false));
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

// Argo CD takes exactly one object from a .json file, and reads it as nothing but JSON.
Status CheckSingleObject(std::string_view text, const std::string& file) {
  if (guard::IsJson(text)) return {};
  const auto pieces = guard::SplitDocuments(text, kMaxDocuments);
  if (pieces && pieces->size() > 1) {
    return Fail(Code::kInvalidInput, file + ": a .json file must hold exactly one object",
                "put several into a .yaml file, or into the items of a List");
  }
  return Fail(Code::kInvalidInput, file + ": not a JSON object", "end the name of YAML in .yaml");
}

/// The files of one folder, one after the other.
class Reader {
 public:
  explicit Reader(Context& context) : context_(context), jsonnet_(context) {}

  Status Take(const ManifestFile& file) {
    ACD_CHECK(context_.request.budget.Check());
    const std::string name = context_.files.Relative(file.path);
    ACD_TRY(SecretBytes content, workspace::ReadFile(file.path, Limits().max_document_bytes));
    content = ToUtf8(std::move(content));
    if (Contains(content.ExposeText(), kSkipMarker)) return {};
    if (file.type == Type::kJsonnet) {
      ACD_TRY(content, jsonnet_.Evaluate(file));
      produced_.push_back({std::move(content), name});
      return {};
    }
    auto document = DetectSops(file.path, Content::Lasting(content));
    if (!document) content = ReplaceBrokenUtf8(std::move(content));
    const bool unrelated = file.type == Type::kYaml && IsUnrelated(content.ExposeText());
    if (!unrelated && document) {
      ACD_TRY(content, context_.files.Decrypt(file.path, *std::move(document), "manifest"));
      // The marker may be in a comment, which sops encrypts as well.
      if (Contains(content.ExposeText(), kSkipMarker)) return {};
    }
    ACD_CHECK(Count(content.size()));
    if (unrelated) return {};
    if (file.type == Type::kJson) ACD_CHECK(CheckSingleObject(content.ExposeText(), name));
    produced_.push_back({std::move(content), name});
    return {};
  }

  std::vector<Produced> Produce() && { return std::move(produced_); }

 private:
  // As Argo CD counts: files that are no manifest too, jsonnet not.
  Status Count(std::size_t size) {
    const std::size_t limit = context_.settings.max_directory_bytes;
    total_ += size;
    if (limit == 0 || total_ <= limit) return {};
    return Fail(
        Code::kLimitExceeded,
        "directory: its manifests are larger than " + std::to_string(limit) + " bytes together",
        "leave files out with the parameters include and exclude, split the application, "
        "or raise the plugin's --max-directory-bytes "
        "(ARGOCD_DECRYPT_MAX_DIRECTORY_BYTES)");
  }

  Context& context_;
  Jsonnet jsonnet_;
  std::size_t total_ = 0;
  std::vector<Produced> produced_;
};

}  // namespace

Result<std::vector<Produced>> RenderDirectory(Context& context) {
  ACD_TRY(const FileSelection selection, ReadSelection(context.request.parameters));
  ACD_TRY(const auto files, FindManifestFiles(context.request.root, context.app_dir, selection,
                                              context.request.budget));
  Reader reader(context);
  for (const ManifestFile& file : files) ACD_CHECK(reader.Take(file));
  return std::move(reader).Produce();
}

}  // namespace acd::render
