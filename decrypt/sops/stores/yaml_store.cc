#include "decrypt/sops/stores/yaml_store.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "decrypt/sops/stores/yaml_emitter.h"
#include "decrypt/sops/stores/yaml_tree.h"
#include "decrypt/yaml/decode_check.h"
#include "decrypt/yaml/stream_parser.h"

namespace acd::sops {
Result<std::vector<Node>> ReadYaml(std::span<const std::uint8_t> content, const Limits& limits) {
  std::vector<Node> documents;
  if (content.empty()) return documents;
  if (content.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "yaml: more than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  auto created = yaml::StreamParser::Create(content, limits);
  if (!created) return Fail(std::move(created).error().With("yaml"));
  const std::unique_ptr<yaml::StreamParser> parser = std::move(created).value();

  YamlTree tree(*parser, limits);
  for (;;) {
    auto graph = parser->Next();
    if (!graph) return Fail(std::move(graph).error().With("yaml"));
    if (!graph->has_value()) break;
    if (documents.empty()) {
      if (Status status = yaml::CheckDecodesToMap(*(*graph)->root, limits); !status) {
        return Fail(std::move(status).error().With("yaml: unmarshal errors"));
      }
    }
    auto document = tree.Convert(**graph);
    if (!document) return Fail(std::move(document).error().With("yaml"));
    documents.push_back(std::move(document).value());
  }
  if (documents.empty()) return Fail(Code::kInvalidInput, "yaml: EOF, no document in the file");
  return documents;
}

Result<SecretBytes> WriteYaml(const std::vector<Node>& documents, const WriteOptions& options) {
  // go-yaml's default, and what it makes of widths that it cannot use.
  int indent = options.indent > 0 ? options.indent : 4;
  if (indent < 2 || indent > 9) indent = 2;
  YamlEmitter emitter(indent);
  for (const Node& document : documents) ACD_CHECK(emitter.AddDocument(document));
  return emitter.Take();
}

}  // namespace acd::sops
