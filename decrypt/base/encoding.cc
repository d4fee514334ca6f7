#include "decrypt/base/encoding.h"

#include <sodium.h>

#include <array>
#include <cstring>
#include <string>

#include "decrypt/base/base64_blocks.h"

namespace acd {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many bytes a text gave, or where it is wrong.
struct Decoded {
  std::size_t size = 0;
  bool is_good = true;
  std::size_t illegal_byte = 0;
};

Decoded IllegalByte(std::size_t offset) { return {0, false, offset}; }

Failure IllegalBase64(const Decoded& decoded) {
  return Fail(Code::kInvalidInput,
              "illegal base64 data at input byte " + std::to_string(decoded.illegal_byte));
}

struct Rules {
  bool padded;
  bool skip_newlines;
  bool strict_tail;  // the unused bits of the last character must be zero
};

constexpr Rules kGo = {.padded = true, .skip_newlines = true, .strict_tail = false};

// Three bytes of four characters.
std::uint8_t* Put(std::uint32_t bits, std::uint8_t* to) {
  *to++ = static_cast<std::uint8_t>(bits >> 16U);
  *to++ = static_cast<std::uint8_t>(bits >> 8U);
  *to++ = static_cast<std::uint8_t>(bits);
  return to;
}

// The end of a text from `at` on, at most sixteen characters: decoded as one block, together with
// characters before it that have been decoded once already, or with 'A', which is zero. `to` is
// where its bytes go, behind `done` others. False: not so simple, or not valid; nothing of use is
// written.
bool DecodeEnd(std::string_view text, std::size_t at, const Rules& rules, std::size_t done,
               std::uint8_t*& to) {
  constexpr std::size_t kBlock = 16;
  std::size_t size = text.size() - at;
  if (size == 0) return true;
  std::size_t padding = 0;
  if (rules.padded) {
    if (size % 4 != 0) return false;
    padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    size -= padding;
  }
  const std::size_t loose = size % 4;  // characters of the last group, if it is not whole
  if (loose == 1) return false;
  const std::size_t written = size / 4 * 3 + (loose == 0 ? 0 : loose - 1);

  std::array<char, kBlock> block;
  std::array<std::uint8_t, Base64Room(kBlock)> bytes;
  const std::size_t again = kBlock - size - padding;
  // Whole groups, as the rest is; newlines gave no bytes.
  const bool overlaps = rules.padded && at >= again && done >= again / 4 * 3;
  if (overlaps) {
    std::memcpy(block.data(), text.data() + text.size() - kBlock, kBlock);
    if (padding > 0) block[kBlock - 1] = 'A';
    if (padding > 1) block[kBlock - 2] = 'A';
  } else {
    block.fill('A');
    std::memcpy(block.data(), text.data() + at, size);
  }
  std::uint8_t* const begin = overlaps ? to - again / 4 * 3 : bytes.data();
  std::uint8_t* end = begin;
  const bool is_valid = DecodeBase64Blocks({block.data(), block.size()}, end) != 0;
  std::uint8_t* const from = overlaps ? to : bytes.data();
  // The bits of the last character that make no byte are on top of the next one.
  const bool is_good = is_valid && (!rules.strict_tail || loose == 0 || from[written] == 0);
  if (is_good) {
    if (!overlaps) std::memcpy(to, from, written);
    to += written;
  }
  sodium_memzero(block.data(), block.size());
  if (!overlaps) sodium_memzero(bytes.data(), bytes.size());
  return is_good;
}

Decoded DecodeTo(std::string_view text, const Rules& rules, std::uint8_t* const begin) {
  std::uint8_t* to = begin;
  std::uint32_t bits = 0;
  int have = 0;  // characters in the current group of four
  std::size_t i = 0;
  const auto skip = [&] {
    while (rules.skip_newlines && i < text.size() && (text[i] == '\n' || text[i] == '\r')) ++i;
  };
  for (skip(); i < text.size(); skip()) {
    if (have == 0) {
      const std::size_t taken = DecodeBase64Blocks(text.substr(i), to);
      i += taken;
      if (text.size() - i <= 16 &&
          DecodeEnd(text, i, rules, static_cast<std::size_t>(to - begin), to)) {
        return {static_cast<std::size_t>(to - begin)};
      }
      if (taken > 0) continue;
    }
    const char c = text[i];
    if (c == '=' && rules.padded) break;
    const std::uint8_t value = DecodeBase64Char(static_cast<std::uint8_t>(c));
    if (value == kNotBase64) return IllegalByte(i);
    bits = bits << 6U | value;
    ++i;
    if (++have == 4) {
      to = Put(bits, to);
      have = 0;
      bits = 0;
    }
  }
  // Where Go finds the fault, which is not always where it is.
  const auto group_size = static_cast<std::size_t>(have);
  if (i == text.size()) {
    if (have == 1 || (rules.padded && have > 0)) return IllegalByte(i - group_size);
  } else {  // at a padding character
    if (have < 2) return IllegalByte(i);
    ++i;
    if (have == 2) {
      skip();
      if (i == text.size()) return IllegalByte(i);
      if (text[i] != '=') return IllegalByte(i - 1);
      ++i;
    }
    skip();
    if (i != text.size()) return IllegalByte(i);
  }
  if (have > 0) {
    const auto spare = static_cast<std::uint32_t>(6 * have - 8 * (have - 1));
    if (rules.strict_tail && (bits & ((1U << spare) - 1U)) != 0)
      return IllegalByte(text.size() - 1);
    bits >>= spare;
    if (have == 3) *to++ = static_cast<std::uint8_t>(bits >> 8U);
    *to++ = static_cast<std::uint8_t>(bits);
  }
  return {static_cast<std::size_t>(to - begin)};
}

Result<SecretBytes> Decode(std::string_view text, const Rules& rules) {
  auto out = SecretBytes::Undefined(Base64Room(text.size()));
  const Decoded decoded = DecodeTo(text, rules, out.ExposeMutable().data());
  if (!decoded.is_good) return IllegalBase64(decoded);
  out.Resize(decoded.size);
  return out;
}

template <typename Out>
void Encode(std::span<const std::uint8_t> bytes, bool padded, Out& put) {
  std::size_t i = 0;
  const auto emit = [&](std::uint32_t bits, int characters) {
    for (int n = 0; n < characters; ++n)
      put(kAlphabet[bits >> (18U - 6U * static_cast<unsigned>(n)) & 63U]);
    for (int n = characters; n < 4 && padded; ++n) put('=');
  };
  for (; i + 3 <= bytes.size(); i += 3) {
    emit(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U | bytes[i + 2], 4);
  }
  if (bytes.size() - i == 1) emit(std::uint32_t{bytes[i]} << 16U, 2);
  if (bytes.size() - i == 2) {
    emit(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U, 3);
  }
}

}  // namespace

Result<SecretBytes> DecodeBase64Go(std::string_view text) { return Decode(text, kGo); }

Result<std::size_t> DecodeBase64GoTo(std::string_view text, std::uint8_t* to) {
  const Decoded decoded = DecodeTo(text, kGo, to);
  if (!decoded.is_good) return IllegalBase64(decoded);
  return decoded.size;
}

Result<SecretBytes> DecodeBase64Unpadded(std::string_view text) {
  return Decode(text, {.padded = false, .skip_newlines = false, .strict_tail = true});
}

Result<SecretBytes> DecodeBase64Strict(std::string_view text) {
  return Decode(text, {.padded = true, .skip_newlines = false, .strict_tail = true});
}

SecretBytes EncodeBase64(std::span<const std::uint8_t> bytes) {
  SecretBytes out;
  out.Reserve((bytes.size() + 2) / 3 * 4);
  const auto put = [&](char c) { out.Append(c); };
  Encode(bytes, true, put);
  return out;
}

std::string EncodeBase64Unpadded(std::span<const std::uint8_t> bytes) {
  std::string out;
  const auto put = [&](char c) { out.push_back(c); };
  Encode(bytes, false, put);
  return out;
}

void AppendUtf8(std::uint32_t code_point, SecretBytes& out) {
  const auto put = [&](std::uint32_t byte) { out.Append(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

bool IsUtf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    for (std::uint64_t eight = 0; text.size() - i >= sizeof(eight); i += sizeof(eight)) {
      std::memcpy(&eight, text.data() + i, sizeof(eight));
      if ((eight & 0x8080808080808080) != 0) break;
    }
    if (i == text.size()) break;
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 1;
      code = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 2;
      code = lead & 0x0FU;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 3;
      code = lead & 0x07U;
    } else {
      return false;
    }
    if (text.size() - i <= length) return false;
    for (std::size_t n = 1; n <= length; ++n) {
      const auto next = static_cast<unsigned char>(text[i + n]);
      if ((next & 0xC0U) != 0x80U) return false;
      code = code << 6U | (next & 0x3FU);
    }
    if ((length == 2 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) ||
        (length == 3 && (code < 0x10000 || code > 0x10FFFF))) {
      return false;
    }
    i += length + 1;
  }
  return true;
}

}  // namespace acd
