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
namespace {

/// About as many bytes as a node takes when it is printed: enough for most, so that the text is not
/// copied, and the copy wiped, while it grows. Deep indentation is not counted: much of it would be
/// room that lists in lists, which stand on one line, do not need.
std::size_t PrintedSize(const Node& node) {
  constexpr std::size_t kShortScalar = 16;
  if (const auto* text = node.As<SecretBytes>()) return text->size() + kShortScalar;
  if (const auto* comment = node.As<Comment>()) return comment->text.size() + kShortScalar;
  std::size_t size = kShortScalar;
  if (const auto* list = node.As<Node::List>()) {
    for (const Node& item : *list) size += PrintedSize(item);
  }
  if (const auto* map = node.As<Node::Map>()) {
    for (const Entry& entry : *map) size += entry.key.size() + PrintedSize(entry.value);
  }
  return size;
}

}  // namespace

Result<std::vector<Node>> ReadYaml(const Content& content, const Limits& limits,
                                   SecretBytes* kept) {
  std::vector<Node> documents;
  if (content.bytes().empty()) return documents;
  if (content.bytes().size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "yaml: more than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  auto created = yaml::StreamParser::Create(content, limits);
  if (!created) return Fail(std::move(created).error().With("yaml"));
  const std::unique_ptr<yaml::StreamParser> parser = std::move(created).value();

  YamlTree tree(*parser, limits, kept != nullptr);
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
  if (kept != nullptr) *kept = std::move(parser->input()).Take();
  return documents;
}

Result<SecretBytes> WriteYaml(const std::vector<Node>& documents, const WriteOptions& options) {
  // go-yaml's default, and what it makes of widths that it cannot use.
  int indent = options.indent > 0 ? options.indent : 4;
  if (indent < 2 || indent > 9) indent = 2;
  std::size_t room = 0;
  for (const Node& document : documents) room += PrintedSize(document);
  YamlEmitter emitter(indent, room);
  for (const Node& document : documents) ACD_CHECK(emitter.AddDocument(document));
  return emitter.Take();
}

}  // namespace acd::sops
