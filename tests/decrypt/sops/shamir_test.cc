#include "decrypt/sops/shamir.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;

SecretBytes Hex(std::string_view text) {
  SecretBytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.Append(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

std::vector<SecretBytes> Shares(std::initializer_list<std::string_view> texts) {
  std::vector<SecretBytes> out;
  for (std::string_view text : texts) out.push_back(Hex(text));
  return out;
}

// Made by sops's shamir package: secret 00 01 ff, coefficients 0x53 and 0xCA, threshold 3.
TEST(Shamir, CombinesTheVectorInAnyOrder) {
  const auto secret = CombineShares(Shares({"3a3bc503", "99986601", "a3a25c02"}));
  ASSERT_TRUE(secret.has_value());
  EXPECT_TRUE(ConstantTimeEquals(*secret, Hex("0001ff")));
}

TEST(Shamir, FewerSharesThanTheDegreeNeedsGiveSomethingElse) {
  const auto secret = CombineShares(Shares({"99986601", "a3a25c02"}));
  ASSERT_TRUE(secret.has_value());
  EXPECT_FALSE(ConstantTimeEquals(*secret, Hex("0001ff")));
}

// An independent evaluation, by a table of logarithms to the base 3.
TEST(Shamir, CombinesWhatAnIndependentSplitMade) {
  std::vector<std::uint8_t> power(512), logarithm(256);
  unsigned x = 1;
  for (unsigned i = 0; i < 255; ++i) {
    power[i] = power[i + 255] = static_cast<std::uint8_t>(x);
    logarithm[x] = static_cast<std::uint8_t>(i);
    x ^= (x << 1U) ^ (x & 0x80U ? 0x11BU : 0U);
    x &= 0xFFU;
  }
  const auto multiply = [&](unsigned a, unsigned b) -> unsigned {
    return a == 0 || b == 0 ? 0U : power[logarithm[a] + logarithm[b]];
  };
  const std::string secret("\x00\x01\x7F\xFF secret", 11);
  for (unsigned threshold = 2; threshold <= 5; ++threshold) {
    std::vector<SecretBytes> shares;
    for (const unsigned at : {1U, 2U, 7U, 128U, 255U}) {
      SecretBytes share;
      for (std::size_t i = 0; i < secret.size(); ++i) {
        unsigned y = 0;
        for (unsigned degree = threshold - 1; degree > 0; --degree) {
          y = multiply(y ^ static_cast<unsigned>((i * 31 + degree * 7 + 1) & 0xFF), at);
        }
        share.Append(static_cast<char>(y ^ static_cast<std::uint8_t>(secret[i])));
      }
      share.Append(static_cast<char>(at));
      shares.push_back(std::move(share));
    }
    const auto combined = CombineShares(shares);
    ASSERT_TRUE(combined.has_value());
    EXPECT_EQ(combined->ExposeText(), secret) << threshold;
  }
}

TEST(Shamir, RefusesInSopsWords) {
  EXPECT_THAT(CombineShares(Shares({})), Fails(Code::kInvalidInput, "less than two parts"));
  EXPECT_THAT(CombineShares(Shares({"99986601"})),
              Fails(Code::kInvalidInput, "less than two parts"));
  EXPECT_THAT(CombineShares(Shares({"01", "02"})),
              Fails(Code::kInvalidInput, "parts must be at least two bytes"));
  EXPECT_THAT(CombineShares(Shares({"99986601", "a3a202"})),
              Fails(Code::kInvalidInput, "all parts must be the same length"));
  EXPECT_THAT(CombineShares(Shares({"99986601", "99986601"})),
              Fails(Code::kInvalidInput, "duplicate part detected"));
  EXPECT_THAT(CombineShares(Shares({"99986601", "a3a25c00"})), Fails(Code::kInvalidInput, "x = 0"));
}

}  // namespace
}  // namespace acd::sops
