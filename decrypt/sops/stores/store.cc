#include "decrypt/sops/stores/store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/sops/stores/binary_store.h"
#include "decrypt/sops/stores/dotenv_store.h"
#include "decrypt/sops/stores/ini_store.h"
#include "decrypt/sops/stores/json_store.h"
#include "decrypt/sops/stores/yaml_store.h"

namespace acd::sops {
namespace {

Result<std::vector<Node>> One(Result<Node> document) {
  if (!document) return Fail(std::move(document).error());
  std::vector<Node> documents;
  documents.push_back(std::move(*document));
  return documents;
}

/// Takes the comments off that stand above a list's first element, as lines. Below a key they have
/// no place in sops's output, above a list of its own they do.
SecretBytes TakeHead(Node& value) {
  SecretBytes head;
  auto* list = value.As<Node::List>();
  if (list == nullptr) return head;
  const auto first = std::find_if(list->begin(), list->end(), [](const Node& item) {
    return !item.Is<Comment>() || item.As<Comment>()->is_inline;
  });
  const bool lines = std::all_of(list->begin(), first, [](const Node& item) {
    return item.As<Comment>()->text.ExposeText().find_first_of("\r\n") == std::string_view::npos;
  });
  if (!lines) return head;
  for (auto item = list->begin(); item != first; ++item) {
    head.Append('#');
    head.Append(item->As<Comment>()->text.Expose());
    head.Append('\n');
  }
  list->erase(list->begin(), first);
  return head;
}

/// The YAML of a value by itself, cut out of a document that has it as its only member.
Result<SecretBytes> WriteYamlValue(Node value) {
  constexpr std::string_view kKey = "v";
  constexpr std::string_view kIndent = "    ";
  SecretBytes out = TakeHead(value);
  Node::Map map;
  map.push_back(Entry{std::string(kKey), std::move(value)});
  std::vector<Node> documents;
  documents.emplace_back(std::move(map));
  ACD_TRY(const SecretBytes document, WriteYaml(documents, WriteOptions()));
  std::string_view text = document.ExposeText();
  text.remove_prefix(kKey.size() + 1);
  if (text.starts_with(' ')) {
    out.Append(text.substr(1));
    return out;
  }
  text.remove_prefix(1);  // the value stands below its key: take one level of indentation away
  out.Reserve(out.size() + text.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = end == std::string_view::npos ? text : text.substr(0, end + 1);
    text.remove_prefix(line.size());
    out.Append(line.starts_with(kIndent) ? line.substr(kIndent.size()) : line);
  }
  return out;
}

}  // namespace

Result<std::vector<Node>> ReadStore(Format format, const Content& content, const Limits& limits,
                                    SecretBytes* kept) {
  switch (format) {
    case Format::kYaml:
      return ReadYaml(content, limits, kept);
    case Format::kJson:
      return One(ReadJson(content.bytes(), limits));
    case Format::kBinary:
      return One(ReadBinary(content.bytes(), limits));
    case Format::kDotenv:
      return One(ReadDotenv(content.bytes(), limits));
    case Format::kIni:
      return One(ReadIni(content.bytes(), limits));
  }
  return Fail(Code::kInternal, "unknown format");
}

Result<SecretBytes> WriteStore(Format format, const std::vector<Node>& documents,
                               const WriteOptions& options) {
  switch (format) {
    case Format::kYaml:
      return WriteYaml(documents, options);
    case Format::kJson:
      // JSON holds one document; like sops, the first.
      if (documents.empty()) return Fail(Code::kInvalidInput, "there is no document to print");
      return WriteJson(documents.front(), options);
    case Format::kBinary:
      return WriteBinary(documents);
    case Format::kDotenv:
      // As with JSON.
      if (documents.empty()) return Fail(Code::kInvalidInput, "there is no document to print");
      return WriteDotenv(documents.front());
    case Format::kIni:
      return WriteIni(documents);
  }
  return Fail(Code::kInternal, "unknown format");
}

Result<SecretBytes> WriteStoreValue(Format format, Node value, Format read_as,
                                    const WriteOptions& options) {
  if (value.Is<Comment>()) return Fail(Code::kInvalidInput, "a comment is not a value");
  switch (format) {
    case Format::kYaml:
      return WriteYamlValue(std::move(value));
    case Format::kJson:
      return WriteJsonValue(value, options);
    case Format::kBinary:
      return Fail(Code::kInvalidInput,
                  "Binary files are not structured and extracting a single value is not possible");
    case Format::kDotenv:
      return WriteDotenvValue(value);
    case Format::kIni:
      return WriteIniValue(value, read_as);
  }
  return Fail(Code::kInternal, "unknown format");
}

}  // namespace acd::sops
