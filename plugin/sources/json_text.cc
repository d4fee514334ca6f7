#include "plugin/sources/json_text.h"

namespace acd::sources {

void AppendJson(SecretBytes& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out.Append('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.Append('\\');
      out.Append(c);
    } else if (c == '\n') {
      out.Append("\\n");
    } else if (c == '\r') {
      out.Append("\\r");
    } else if (c == '\t') {
      out.Append("\\t");
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out.Append("\\u00");
      out.Append(kHex[byte >> 4U]);
      out.Append(kHex[byte & 0xFU]);
    } else {
      out.Append(c);
    }
  }
  out.Append('"');
}

void AppendJsonField(SecretBytes& out, std::string_view name, std::string_view text) {
  AppendJson(out, name);
  out.Append(':');
  AppendJson(out, text);
}

}  // namespace acd::sources
