#include "plugin/ksops/yaml_text.h"

#include <algorithm>
#include <cstdint>

namespace acd::ksops {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void AppendEscape(SecretBytes& out, std::uint32_t c) {
  out.Append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.Append(kHex[(c >> shift) & 0xFU]);
}

// Characters that are line breaks, invisible, or not allowed in a YAML stream. `text` begins with
// the lead byte of a sequence; returns the code point when it is one of those, else 0.
std::uint32_t NeedsEscape(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (at(0) == 0xC2 && text.size() > 1 && at(1) >= 0x80 && at(1) <= 0xA0) return at(1);
  if (text.size() < 3) return 0;
  if (at(0) == 0xE2 && at(1) == 0x80 && (at(2) == 0xA8 || at(2) == 0xA9))
    return 0x2000U + (at(2) - 0x80U);
  if (at(0) == 0xEF && at(1) == 0xBB && at(2) == 0xBF) return 0xFEFF;
  if (at(0) == 0xEF && at(1) == 0xBF && at(2) >= 0xBE) return 0xFFC0U + (at(2) - 0x80U);
  return 0;
}

bool StaysPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '+' || c == '-' || c == '~';
  });
}

}  // namespace

void AppendQuoted(SecretBytes& out, std::string_view text) {
  out.Append('"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out.Append('\\');
      out.Append(c);
    } else if (c == '\n') {
      out.Append("\\n");
    } else if (c == '\t') {
      out.Append("\\t");
    } else if (byte < 0x20 || byte == 0x7F) {
      AppendEscape(out, byte);
    } else if (const std::uint32_t code = byte < 0x80 ? 0 : NeedsEscape(text.substr(i))) {
      AppendEscape(out, code);
      i += code < 0x800 ? 1 : 2;
    } else {
      out.Append(c);
    }
  }
  out.Append('"');
}

void AppendFlow(SecretBytes& out, const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Node::Kind::kScalar:
      if (node.plain && node.text.empty()) {
        out.Append("null");
      } else if (node.plain && StaysPlain(node.text.ExposeText())) {
        out.Append(node.text.ExposeText());
      } else {
        AppendQuoted(out, node.text.ExposeText());
      }
      return;
    case yaml::Node::Kind::kSequence:
      out.Append('[');
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out.Append(", ");
        AppendFlow(out, node.items[i]);
      }
      out.Append(']');
      return;
    case yaml::Node::Kind::kMapping:
      out.Append('{');
      for (std::size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out.Append(", ");
        AppendFlow(out, node.members[i].first);
        out.Append(": ");
        AppendFlow(out, node.members[i].second);
      }
      out.Append('}');
      return;
  }
}

void AppendIndented(SecretBytes& out, std::string_view text, std::string_view indent) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (!line.empty()) {
      out.Append(indent);
      out.Append(line);
    }
    out.Append('\n');
    begin = end + 1;
  }
}

}  // namespace acd::ksops
