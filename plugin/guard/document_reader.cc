#include "plugin/guard/document_reader.h"

#include <utility>

#include "plugin/guard/json_reader.h"
#include "plugin/guard/yaml11.h"

namespace acd::guard {

Limits ManifestLimits() {
  Limits limits;
  limits.max_document_bytes = 256U << 20U;
  limits.max_nodes = 5'000'000;
  return limits;
}

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

}  // namespace acd::guard
