#include "decrypt/sops/stores/dotenv_store.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/sops/stores/flat_text.h"

namespace acd::sops {
namespace {

constexpr std::string_view kEscapedBreak = "\\n";

/// `text` with every `from` replaced.
SecretBytes Replaced(std::string_view text, std::string_view from, std::string_view to) {
  SecretBytes out;
  out.Reserve(text.size());
  while (true) {
    const std::size_t at = text.find(from);
    out.Append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.Append(to);
    text.remove_prefix(at + from.size());
  }
}

Result<Entry> ReadLine(std::string_view line, std::size_t number) {
  if (line.front() == '#') return Entry{{}, Node(Comment{SecretBytes::CopyOf(line.substr(1))})};
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    const bool carriage_return = line.back() == '\r';
    return Fail(Code::kInvalidInput,
                "invalid dotenv input line: line " + std::to_string(number) + " has no `=`",
                carriage_return ? "the file's lines end with a carriage return, which belongs to "
                                  "the values of this format: convert them to plain line feeds"
                                : "");
  }
  return Entry{std::string(line.substr(0, equals)),
               Node(Replaced(line.substr(equals + 1), kEscapedBreak, "\n"))};
}

std::string_view GoTypeName(const Node& value) {
  if (value.Is<Node::Map>() || value.Is<Node::List>()) return "[]interface {}";
  if (value.Is<Node::Null>()) return "<nil>";
  if (value.Is<bool>()) return "bool";
  if (value.Is<std::int64_t>()) return "int";
  if (value.Is<double>()) return "float64";
  if (value.Is<Timestamp>()) return "time.Time";
  return "sops.Comment";
}

}  // namespace

Result<Node> ReadDotenv(std::span<const std::uint8_t> content, const Limits& limits) {
  if (content.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "document is larger than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  Node::Map map;
  std::string_view rest = AsText(content);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) continue;
    if (map.size() == limits.max_nodes) {
      return Fail(Code::kLimitExceeded,
                  "more than " + std::to_string(limits.max_nodes) + " dotenv lines");
    }
    ACD_TRY(Entry entry, ReadLine(line, number));
    map.push_back(std::move(entry));
  }
  return Node(std::move(map));
}

Result<SecretBytes> WriteDotenv(const Node& document) {
  const auto* map = document.As<Node::Map>();
  if (map == nullptr) return Fail(Code::kInternal, "the document is no map");
  SecretBytes out;
  for (const Entry& entry : *map) {
    if (entry.value.Is<Node::Map>() || entry.value.Is<Node::List>()) {
      return Fail(Code::kInvalidInput,
                  "cannot use complex value in dotenv file; offending key " + entry.key);
    }
    if (const auto* comment = entry.value.As<Comment>()) {
      out.Append('#');
      out.Append(comment->text.Expose());
    } else {
      out.Append(entry.key);
      out.Append('=');
      const auto* text = entry.value.As<SecretBytes>();
      const SecretBytes printed = text != nullptr
                                      ? Replaced(text->ExposeText(), "\n", kEscapedBreak)
                                      : FlatText(entry.value);
      out.Append(printed.Expose());
    }
    out.Append('\n');
  }
  return out;
}

Result<SecretBytes> WriteDotenvValue(const Node& value) {
  return Fail(Code::kInvalidInput, "the dotenv store only supports emitting strings, got " +
                                       std::string(GoTypeName(value)));
}

}  // namespace acd::sops
