#include "plugin/guard/output_guard.h"

#include <algorithm>
#include <utility>

#include "plugin/guard/document_reader.h"
#include "plugin/guard/document_splitter.h"
#include "plugin/guard/json_reader.h"
#include "plugin/guard/json_text.h"
#include "plugin/guard/manifest_check.h"

namespace acd::guard {
namespace {

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

// What Argo CD reads as the document that we read. It takes a text that begins with a brace for
// JSON, until a line says otherwise.
std::string OwnText(std::string_view piece) {
  if (IsJson(piece)) return JsonForYaml(piece);
  const bool brace =
      piece.substr(std::min(piece.find_first_not_of(" \t\r\n"), piece.size())).starts_with('{');
  return (brace ? "---\n" : "") + std::string(piece);
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
      manifests.push_back(OwnText(piece));
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
