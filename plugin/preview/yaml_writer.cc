#include "plugin/preview/yaml_writer.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "decrypt/yaml/resolve.h"

namespace acd::preview {
namespace {

using Kind = Value::Kind;

// YAML has a key of more than 1024 characters, as written, announced by a question mark.
constexpr std::size_t kMaxSimpleKey = 128;
constexpr std::string_view kHex = "0123456789abcdef";

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Fewer than YAML would let stand without quotes: no rule of it has to be known in full.
bool StaysPlain(std::string_view text) {
  if (text.empty() || text.size() > 1024) return false;
  if (!IsAlnum(text.front()) && text.front() != '/' && text.front() != '_' && text.front() != '.') {
    return false;
  }
  if (text.back() == ' ' || text.back() == ':') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!IsAlnum(c) &&
        std::string_view(" _-./:+=,;@%()*$<>|^~'\"#").find(c) == std::string_view::npos) {
      return false;
    }
    if (c == ':' && text[i + 1] == ' ') return false;
    if (c == '#' && text[i - 1] == ' ') return false;
  }
  for (const yaml::Rules rules : {yaml::Rules::kYaml11, yaml::Rules::kGoYaml3}) {
    if (yaml::Resolve(text, {}, true, rules).type != yaml::Type::kString) return false;
  }
  // 12:30 is a number to some, and = a type of its own.
  return !std::all_of(text.begin(), text.end(),
                      [](char c) { return !IsAlnum(c) || (c >= '0' && c <= '9'); });
}

// The code point of a sequence that must not stand as it is: C1 controls, line separators, marks
// that turn text around, a byte order mark, what YAML has no place for. Else 0.
std::uint32_t Hidden(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (at(0) == 0xC2 && text.size() > 1 && at(1) <= 0xA0) return at(1);
  if (text.size() < 3) return 0;
  const std::uint32_t code = (at(0) & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
  if ((at(0) & 0xF0U) != 0xE0) return 0;
  const bool direction = (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069);
  return direction || code == 0xFEFF || code >= 0xFFF9 ? code : 0;
}

void AppendEscape(std::uint32_t code, std::string& out) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 0xFU];
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      AppendEscape(byte, out);
    } else if (const std::uint32_t code = byte < 0x80 ? 0 : Hidden(text.substr(i))) {
      AppendEscape(code, out);
      i += code < 0x800 ? 1 : 2;
    } else {
      out += c;
    }
  }
  out += '"';
}

// A text that a literal block shows as it is: some lines, the first not indented, nothing hidden.
bool FitsBlock(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.find_first_not_of('\n') != 0) return false;
  if (text.front() == ' ' || text.front() == '\t') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte == '\n' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t')) return false;
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) return false;
    if (byte >= 0x80 && Hidden(text.substr(i)) != 0) return false;
  }
  return text.back() != ' ' && text.back() != '\t';
}

void AppendBlock(std::string_view text, std::size_t indent, std::string& out) {
  out += '|';
  if (!text.ends_with('\n')) {
    out += '-';
  } else if (text.ends_with("\n\n")) {
    out += '+';
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += '\n';
    if (end > 0) out.append(indent, ' ').append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AppendString(std::string_view text, std::size_t indent, std::string& out) {
  if (StaysPlain(text)) {
    out += text;
  } else if (FitsBlock(text)) {
    AppendBlock(text, indent, out);
  } else {
    AppendQuoted(text, out);
  }
}

void AppendKey(std::string_view key, std::string& out) {
  if (StaysPlain(key)) {
    out += key;
  } else {
    AppendQuoted(key, out);
  }
}

class Writer {
 public:
  // Writes what follows a key or a dash that stands at `indent`.
  void Child(const Value& value, std::size_t indent, bool in_list) {
    const bool nested =
        (value.IsMap() && !value.members.empty()) || (value.IsList() && !value.items.empty());
    if (!nested) {
      out_ += ' ';
      Scalar(value, indent + 2);
      out_ += '\n';
      return;
    }
    if (in_list) {
      out_ += ' ';
      if (value.IsMap()) return Map(value, indent + 2, true);
      return List(value, indent + 2, true);
    }
    out_ += '\n';
    if (value.IsMap()) return Map(value, indent + 2, false);
    List(value, indent, false);
  }

  // `begun`: the first entry's indentation stands already.
  void Map(const Value& map, std::size_t indent, bool begun) {
    for (const auto& [key, value] : map.members) {
      if (!begun) out_.append(indent, ' ');
      begun = false;
      if (key.size() <= kMaxSimpleKey) {
        AppendKey(key, out_);
        out_ += ':';
        Child(value, indent, false);
        continue;
      }
      out_ += "? ";
      AppendQuoted(key, out_);
      out_ += '\n';
      out_.append(indent, ' ');
      out_ += ':';
      Child(value, indent, true);
    }
  }

  void List(const Value& list, std::size_t indent, bool begun) {
    for (const Value& item : list.items) {
      if (!begun) out_.append(indent, ' ');
      begun = false;
      out_ += '-';
      Child(item, indent, true);
    }
  }

  void Scalar(const Value& value, std::size_t indent) {
    switch (value.kind) {
      case Kind::kNull:
        out_ += "null";
        return;
      case Kind::kBool:
      case Kind::kNumber:
        out_ += value.text;
        return;
      case Kind::kString:
        return AppendString(value.text, indent, out_);
      case Kind::kList:
        out_ += "[]";
        return;
      case Kind::kMap:
        out_ += "{}";
        return;
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string WriteYaml(const Value& value) {
  Writer writer;
  if (value.IsMap() && !value.members.empty()) {
    writer.Map(value, 0, false);
  } else if (value.IsList() && !value.items.empty()) {
    writer.List(value, 0, false);
  } else {
    writer.Scalar(value, 2);
    std::string text = writer.Take();
    if (!text.ends_with('\n')) text += '\n';
    return text;
  }
  return writer.Take();
}

}  // namespace acd::preview
