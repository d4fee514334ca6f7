#include "plugin/guard/output_guard.h"

#include <optional>
#include <utility>

#include "plugin/guard/document_splitter.h"
#include "plugin/guard/json_reader.h"
#include "plugin/guard/manifest_check.h"
#include "plugin/guard/yaml11.h"

namespace acd::guard {
namespace {

// A tool's output is bounded by its own limit; a large one has more nodes than a SOPS file may
// have.
Limits ManifestLimits() {
  Limits limits;
  limits.max_document_bytes = 256U << 20U;
  limits.max_nodes = 5'000'000;
  return limits;
}

bool IsNothing(std::string_view piece) {
  std::size_t line = 0;
  while (line < piece.size()) {
    const std::size_t newline = piece.find('\n', line);
    const std::size_t end = newline == std::string_view::npos ? piece.size() : newline;
    const std::size_t begin = piece.find_first_not_of(" \t\r", line);
    if (begin < end && piece[begin] != '#') return false;
    line = end + 1;
  }
  return true;
}

// nullopt: the piece holds no object (comments, `null`).
Result<std::optional<yaml::Node>> ReadDocument(std::string_view piece, const Limits& limits) {
  const std::size_t first = piece.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && piece[first] == '{') {
    if (auto node = ReadJson(piece, limits)) return node;
  }
  ACD_TRY(auto documents, yaml::ReadStream(AsBytes(piece), limits));
  std::optional<yaml::Node> object;
  for (yaml::Document& document : documents) {
    if (document.empty || Resolve(document.root) == ScalarType::kNull) continue;
    // Argo CD would read the first one and drop the others without a word.
    if (object) return Fail(Code::kInvalidInput, "a second document without a --- line before it");
    object = std::move(document.root);
  }
  return object;
}

}  // namespace

Result<std::vector<std::string>> CheckManifests(std::span<const Stream> streams,
                                                const GuardOptions& options) {
  const Limits limits = ManifestLimits();
  std::vector<std::string> manifests;
  std::size_t objects = 0;
  for (const Stream& stream : streams) {
    auto pieces = SplitDocuments(stream.text, options.max_documents - manifests.size());
    if (!pieces) return Fail(std::move(pieces).error().With(stream.origin));
    std::size_t index = 0;
    for (const std::string_view piece : *pieces) {
      if (IsNothing(piece)) continue;
      const std::string label = "document " + std::to_string(++index);
      auto object = ReadDocument(piece, limits);
      if (!object) return Fail(std::move(object).error().With(label).With(stream.origin));
      if (!*object) continue;
      auto checked = CheckObject(**object, label);
      if (!checked) return Fail(std::move(checked).error().With(stream.origin));
      manifests.emplace_back(piece);
      objects += CountObjects(**object);
    }
  }
  if (objects == 0 && !options.allow_empty) {
    return Fail(
        Code::kInvalidInput, "rendered no manifest at all",
        "check the Application's path, and `recurse` for folders below it; an empty result would "
        "prune every resource: set the parameter allowEmpty to true if that is meant");
  }
  return manifests;
}

}  // namespace acd::guard
