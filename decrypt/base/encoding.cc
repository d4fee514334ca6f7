#include "decrypt/base/encoding.h"

#include <sodium.h>

#include <array>
#include <string>

namespace acd {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kUnknown = 0xFF;

// 0..63, or kUnknown. Without a branch or a table, so that timing tells nothing about key material;
// in bytes, so that the compiler can take sixteen at a time.
constexpr std::uint8_t DecodeChar(char c) {
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  std::uint8_t value = 0;
  std::uint8_t known = 0;
  const auto pick = [&](char first, int count, int becomes) {
    const std::uint8_t inside = byte(-static_cast<int>(byte(c - first) < count));  // all ones, or 0
    value = byte(value | (inside & (c - first + becomes)));
    known = byte(known | inside);
  };
  pick('A', 26, 0);
  pick('a', 26, 26);
  pick('0', 10, 52);
  pick('+', 1, 62);
  pick('/', 1, 63);
  return byte(value | ~known);
}

Failure IllegalByte(std::size_t offset) {
  return Fail(Code::kInvalidInput, "illegal base64 data at input byte " + std::to_string(offset));
}

struct Rules {
  bool padded;
  bool skip_newlines;
  bool strict_tail;  // the unused bits of the last character must be zero
};

// Three bytes of four characters.
std::uint8_t* Put(std::uint32_t bits, std::uint8_t* to) {
  *to++ = static_cast<std::uint8_t>(bits >> 16U);
  *to++ = static_cast<std::uint8_t>(bits >> 8U);
  *to++ = static_cast<std::uint8_t>(bits);
  return to;
}

// Decodes whole blocks from the beginning of `text` up to one with anything but the alphabet in it,
// without a branch on a character, so that the compiler can take several at a time. Returns how
// many characters it took.
std::size_t DecodeBlocks(std::string_view text, std::uint8_t*& to) {
  constexpr std::size_t kBlock = 16;
  std::uint8_t values[kBlock] = {};
  std::size_t done = 0;
  for (; text.size() - done >= kBlock; done += kBlock) {
    const char* const from = text.data() + done;
    std::uint8_t all = 0;
    for (std::size_t i = 0; i < kBlock; ++i) values[i] = DecodeChar(from[i]);
    for (std::size_t i = 0; i < kBlock; ++i) all = static_cast<std::uint8_t>(all | values[i]);
    if (all == kUnknown) break;
    for (std::size_t i = 0; i < kBlock; i += 4) {
      const std::uint32_t group = std::uint32_t{values[i]} << 18U |
                                  std::uint32_t{values[i + 1]} << 12U |
                                  std::uint32_t{values[i + 2]} << 6U | values[i + 3];
      to = Put(group, to);
    }
  }
  sodium_memzero(values, sizeof(values));
  return done;
}

Result<SecretBytes> Decode(std::string_view text, const Rules& rules) {
  SecretBytes out(text.size() / 4 * 3 + 3);
  std::uint8_t* to = out.ExposeMutable().data();
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
    const std::uint8_t value = DecodeChar(c);
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
  out.Resize(static_cast<std::size_t>(to - out.Expose().data()));
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

Result<SecretBytes> DecodeBase64Go(std::string_view text) {
  return Decode(text, {.padded = true, .skip_newlines = true, .strict_tail = false});
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
