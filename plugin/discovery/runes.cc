#include "plugin/discovery/runes.h"

#include <algorithm>

#include "decrypt/base/encoding.h"

namespace acd::discovery {
namespace {

constexpr char32_t kInvalid = 0xFFFD;

std::size_t SizeByLead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

}  // namespace

Rune DecodeRune(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = SizeByLead(lead);
  if (size == 0 || text.size() < size || !IsUtf8(text.substr(0, size))) return {kInvalid, 1};
  char32_t value = lead & (0x7FU >> size);
  for (const char c : text.substr(1, size - 1)) {
    value = value << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return {value, size};
}

std::u32string Runes(std::string_view text) {
  std::u32string runes;
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    runes += rune.value;
    text.remove_prefix(rune.size);
  }
  return runes;
}

void AppendRune(char32_t rune, std::string& out) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
    return;
  }
  const unsigned more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;  // bytes after the first
  constexpr unsigned char kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLeads[more] | rune >> (6 * more));
  for (unsigned left = more; left-- > 0;) {
    out += static_cast<char>(0x80U | (rune >> (6 * left) & 0x3FU));
  }
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  for (const char32_t rune : Runes(text)) AppendRune(rune, valid);
  return valid;
}

}  // namespace acd::discovery
