#include "decrypt/base/encoding.h"

#include <sodium.h>

#include <bit>
#include <cstring>
#include <string>

namespace acd {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kUnknown = 0xFF;

// 0..63, or kUnknown. Without a branch or a table, so that timing tells nothing about key material.
// `Char` is one character, or sixteen: the compiler has vectors on every processor.
template <typename Char>
Char DecodeChar(Char c) {
  Char value = c ^ c;
  Char known = value;
  const auto pick = [&](char first, std::uint8_t count, std::uint8_t becomes) {
    const Char offset = static_cast<Char>(c - static_cast<std::uint8_t>(first));
    const Char inside = static_cast<Char>(-static_cast<Char>((offset < count) & 1));
    value = static_cast<Char>(value | (inside & static_cast<Char>(offset + becomes)));
    known = static_cast<Char>(known | inside);
  };
  pick('A', 26, 0);
  pick('a', 26, 26);
  pick('0', 10, 52);
  pick('+', 1, 62);
  pick('/', 1, 63);
  return static_cast<Char>(value | static_cast<Char>(~known));
}

Failure IllegalByte(std::size_t offset) {
  return Fail(Code::kInvalidInput, "illegal base64 data at input byte " + std::to_string(offset));
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

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
using Pairs = std::uint16_t __attribute__((vector_size(16)));
using Groups = std::uint32_t __attribute__((vector_size(16)));

// Each lane becomes the 24 bits of its four values, the first of them on top.
Groups Join(Bytes16 values) {
  const auto pairs = reinterpret_cast<Pairs>(values);
  const auto halves = reinterpret_cast<Groups>((pairs & 0xFF) << 6 | pairs >> 8);
  return (halves & 0xFFFF) << 12 | halves >> 16;
}

// Decodes whole blocks from the beginning of `text` up to one with anything but the alphabet in it,
// without a branch on a character. Each group is written as four bytes, the last of them to be
// overwritten. Returns how many characters it took.
std::size_t DecodeBlocks(std::string_view text, std::uint8_t*& to) {
  static_assert(std::endian::native == std::endian::little);
  std::size_t done = 0;
  for (; text.size() - done >= sizeof(Bytes16); done += sizeof(Bytes16)) {
    Bytes16 characters;
    std::memcpy(&characters, text.data() + done, sizeof(characters));
    const Bytes16 values = DecodeChar(characters);
    std::uint64_t halves[2];
    const Bytes16 unknown = values & 0x80;
    std::memcpy(halves, &unknown, sizeof(halves));
    if ((halves[0] | halves[1]) != 0) break;
    const Groups groups = Join(values);
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t bytes = __builtin_bswap32(groups[i] << 8U);
      std::memcpy(to, &bytes, sizeof(bytes));
      to += 3;
    }
  }
  return done;
}

Result<std::size_t> DecodeTo(std::string_view text, const Rules& rules, std::uint8_t* const begin) {
  std::uint8_t* to = begin;
  std::uint32_t bits = 0;
  int have = 0;  // characters in the current group of four
  std::size_t i = 0;
  const auto skip = [&] {
    while (rules.skip_newlines && i < text.size() && (text[i] == '\n' || text[i] == '\r')) ++i;
  };
  for (skip(); i < text.size(); skip()) {
    if (const std::size_t taken = have == 0 ? DecodeBlocks(text.substr(i), to) : 0; taken > 0) {
      i += taken;
      continue;
    }
    const char c = text[i];
    if (c == '=' && rules.padded) break;
    const std::uint8_t value = DecodeChar(static_cast<std::uint8_t>(c));
    if (value == kUnknown) return IllegalByte(i);
    bits = bits << 6U | value;
    ++i;
    if (++have == 4) {
      to = Put(bits, to);
      have = 0;
      bits = 0;
    }
  }
  if (have == 1) return IllegalByte(i);
  if (rules.padded) {
    const std::size_t padding = have == 0 ? 0 : 4 - static_cast<std::size_t>(have);
    for (std::size_t n = 0; n < padding; ++n) {
      skip();
      if (i >= text.size() || text[i] != '=') return IllegalByte(i);
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
  return static_cast<std::size_t>(to - begin);
}

Result<SecretBytes> Decode(std::string_view text, const Rules& rules) {
  SecretBytes out(Base64Room(text.size()));
  ACD_TRY(const std::size_t size, DecodeTo(text, rules, out.ExposeMutable().data()));
  out.Resize(size);
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
  return DecodeTo(text, kGo, to);
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
