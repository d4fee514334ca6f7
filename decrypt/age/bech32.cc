#include "decrypt/age/bech32.h"

#include <array>
#include <cstddef>

namespace acd::age {
namespace {

constexpr std::string_view kCharset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumLength = 6;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The checksum of BIP 173: a BCH code over GF(32), fed five bits at a time.
class Checksum {
 public:
  explicit Checksum(std::string_view prefix) {
    for (const char c : prefix) Feed(static_cast<std::uint8_t>(Lower(c)) >> 5U);
    Feed(0);
    for (const char c : prefix) Feed(static_cast<std::uint8_t>(Lower(c)) & 31U);
  }
  void Feed(std::uint32_t value) {
    constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                         0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25U;
    state_ = (state_ & 0x1ffffffU) << 5U ^ value;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
      state_ ^= (0U - (top >> i & 1U)) & kGenerator[i];
    }
  }
  std::uint32_t state() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

Status CheckCase(std::string_view text) {
  bool lower = false;
  bool upper = false;
  for (const char c : text) {
    lower = lower || (c >= 'a' && c <= 'z');
    upper = upper || (c >= 'A' && c <= 'Z');
  }
  if (lower && upper) return Fail(Code::kInvalidInput, "mixed case");
  return {};
}

Failure BadCharacter(std::string_view part, std::size_t position) {
  return Fail(Code::kInvalidInput, "invalid character in the " + std::string(part) +
                                       " part at position " + std::to_string(position + 1));
}

// Five-bit groups to bytes. What is left over must be less than a group, and zero.
Result<SecretBytes> Regroup(std::span<const std::uint8_t> groups) {
  SecretBytes out;
  out.Reserve(groups.size() * 5 / 8 + 1);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const std::uint8_t group : groups) {
    bits = (bits << 5U | group) & 0xfffU;
    have += 5;
    if (have >= 8) {
      have -= 8;
      out.Append(static_cast<char>(bits >> have & 0xffU));
    }
  }
  if (have >= 5) return Fail(Code::kInvalidInput, "illegal zero padding");
  if ((bits & ((1U << have) - 1U)) != 0) return Fail(Code::kInvalidInput, "non-zero padding");
  return out;
}

}  // namespace

Result<Bech32> DecodeBech32(std::string_view text) {
  ACD_CHECK(CheckCase(text));
  const std::size_t separator = text.rfind('1');
  if (separator == std::string_view::npos || separator == 0 ||
      text.size() - separator - 1 < kChecksumLength) {
    return Fail(Code::kInvalidInput, "separator '1' is missing or at an invalid position");
  }
  const std::string_view prefix = text.substr(0, separator);
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (prefix[i] < 33 || prefix[i] > 126) return BadCharacter("human-readable", i);
  }
  Checksum checksum(prefix);
  SecretBytes groups(text.size() - separator - 1);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::size_t value = kCharset.find(Lower(text[separator + 1 + i]));
    if (value == std::string_view::npos) return BadCharacter("data", separator + 1 + i);
    groups.ExposeMutable()[i] = static_cast<std::uint8_t>(value);
    checksum.Feed(static_cast<std::uint32_t>(value));
  }
  if (checksum.state() != 1) return Fail(Code::kInvalidInput, "invalid checksum");
  ACD_TRY(SecretBytes data, Regroup(groups.Expose().first(groups.size() - kChecksumLength)));
  return Bech32{std::string(prefix), std::move(data)};
}

std::string EncodeBech32(std::string_view prefix, std::span<const std::uint8_t> data) {
  std::string out(prefix);
  out.push_back('1');
  Checksum checksum(prefix);
  const auto put = [&](std::uint32_t group) {
    out.push_back(kCharset[group]);
    checksum.Feed(group);
  };
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const std::uint8_t byte : data) {
    bits = (bits << 8U | byte) & 0xfffU;
    have += 8;
    for (; have >= 5; have -= 5) put(bits >> (have - 5) & 31U);
  }
  if (have > 0) put(bits << (5 - have) & 31U);
  for (std::size_t i = 0; i < kChecksumLength; ++i) checksum.Feed(0);
  const std::uint32_t sum = checksum.state() ^ 1U;
  for (unsigned i = 0; i < kChecksumLength; ++i) {
    out.push_back(kCharset[sum >> (5U * (5U - i)) & 31U]);
  }
  return out;
}

}  // namespace acd::age
