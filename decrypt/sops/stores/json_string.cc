#include "decrypt/sops/stores/json_string.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::sops {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kHexDigits = "0123456789abcdef";

// The length of the UTF-8 sequence that `text` begins with, 0 if it is none. Spec: RFC 3629.
std::size_t Utf8Length(std::string_view text) {
  const auto at = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return 0;
  if (lead < 0xE0) return 2;
  if (!continues(2)) return 0;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = lead == 0xF0 && at(1) < 0x90;
  const bool beyond = lead == 0xF4 && at(1) >= 0x90;
  return overlong || beyond || !continues(3) ? 0 : 4;
}

std::uint32_t HexValue(char c) {
  if (c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

std::uint32_t ReadHex4(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) value = value << 4U | HexValue(c);
  return value;
}

// `rest` begins with a backslash and `u`. Returns how much of it was used.
std::size_t DecodeUnicodeEscape(std::string_view rest, SecretBytes& out) {
  const std::uint32_t code = ReadHex4(rest.substr(2));
  if (code < 0xD800 || code > 0xDFFF) {
    AppendUtf8(code, out);
    return 6;
  }
  const std::string_view next = rest.substr(6);
  if (code < 0xDC00 && next.starts_with("\\u")) {
    const std::uint32_t low = ReadHex4(next.substr(2));
    if (low >= 0xDC00 && low <= 0xDFFF) {
      AppendUtf8(0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00), out);
      return 12;
    }
  }
  out.Append(kReplacement);
  return 6;
}

char Unescape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, slash
  }
}

bool IsPlainAscii(char c) { return c >= 0x20 && c != '\\'; }

// Whether an ASCII character may not stand for itself; `<`, `>` and `&` so that the text can be put
// into HTML, which is Go's default.
bool NeedsEscape(char c) {
  return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
}

void AppendEscape(char c, SecretBytes& out) {
  constexpr std::array<std::pair<char, std::string_view>, 7> kShort = {{{'"', "\\\""},
                                                                        {'\\', "\\\\"},
                                                                        {'\b', "\\b"},
                                                                        {'\f', "\\f"},
                                                                        {'\n', "\\n"},
                                                                        {'\r', "\\r"},
                                                                        {'\t', "\\t"}}};
  for (const auto& [character, escape] : kShort) {
    if (character != c) continue;
    out.Append(escape);
    return;
  }
  out.Append(std::string_view("\\u00"));
  out.Append(kHexDigits[static_cast<unsigned char>(c) >> 4U]);
  out.Append(kHexDigits[static_cast<unsigned char>(c) & 15U]);
}

}  // namespace

SecretBytes DecodeJsonString(std::string_view body) {
  if (std::all_of(body.begin(), body.end(), IsPlainAscii)) return SecretBytes::CopyOf(body);
  SecretBytes out;
  out.Reserve(body.size());
  while (!body.empty()) {
    std::size_t used = 1;
    if (body.front() != '\\') {
      used = Utf8Length(body);
      out.Append(used > 0 ? body.substr(0, used) : kReplacement);
      used = std::max<std::size_t>(used, 1);
    } else if (body[1] == 'u') {
      used = DecodeUnicodeEscape(body, out);
    } else {
      out.Append(Unescape(body[1]));
      used = 2;
    }
    body.remove_prefix(used);
  }
  return out;
}

void AppendJsonString(std::string_view text, SecretBytes& out) {
  out.Append('"');
  std::size_t start = 0;  // of what is copied as it is
  std::size_t i = 0;
  const auto flush = [&] { out.Append(text.substr(start, i - start)); };
  while (i < text.size()) {
    const std::size_t length = Utf8Length(text.substr(i, 4));
    const std::string_view sequence = text.substr(i, length);
    const bool line_separator = sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
    const bool ascii_escape = length == 1 && NeedsEscape(text[i]);
    if (length > 0 && !line_separator && !ascii_escape) {
      i += length;
      continue;
    }
    flush();
    if (length == 0) {
      out.Append(std::string_view("\\ufffd"));
    } else if (line_separator) {
      out.Append(std::string_view(sequence.back() == '\xA8' ? "\\u2028" : "\\u2029"));
    } else {
      AppendEscape(text[i], out);
    }
    i += std::max<std::size_t>(length, 1);
    start = i;
  }
  flush();
  out.Append('"');
}

}  // namespace acd::sops
