#include "decrypt/age/hybrid.h"

#include <sodium.h>

#include <string>

#include "decrypt/age/age.h"
#include "decrypt/age/hpke.h"
#include "decrypt/age/identity_file.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kPlaintext;
using testing::Sample;
using testing::SampleLine;

std::string Hex(std::span<const std::uint8_t> bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  hex.pop_back();
  return hex;
}

SecretBytes Unhex(std::string_view hex) {
  SecretBytes bytes(hex.size() / 2);
  sodium_hex2bin(bytes.ExposeMutable().data(), bytes.size(), hex.data(), hex.size(), nullptr,
                 nullptr, nullptr);
  return bytes;
}

std::string SecretKey() {
  std::string text = SampleLine("hybrid.txt");
  return text.substr(text.find("AGE-SECRET-KEY-PQ-1"));
}

// RFC 9180, appendix A.2.1: X25519, HKDF-SHA256, ChaCha20-Poly1305, base mode.
TEST(AgeHpke, DerivesWhatTheRfcSays) {
  const auto keys = HpkeSchedule(
      0x0020, Unhex("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7"),
      "Ode on a Grecian Urn");
  EXPECT_EQ(Hex(keys.key.Expose()),
            "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91");
  EXPECT_EQ(Hex(keys.nonce.Expose()), "5c4d98150661b848853b547f");
}

TEST(AgeHybrid, RefusesMalformedKeys) {
  std::string changed = SecretKey();
  changed.back() = changed.back() == 'Q' ? 'P' : 'Q';
  EXPECT_THAT(HybridIdentity::Parse(changed), Fails(Code::kInvalidInput, "invalid checksum"));
  EXPECT_THAT(HybridIdentity::Parse(testing::kSecretKey1),
              Fails(Code::kInvalidInput, "unknown type"));
}

TEST(AgeHybrid, SaysWhatAnOldOpenSslLacks) {
  if (HasMlKem()) GTEST_SKIP() << "this OpenSSL has ML-KEM-768";
  EXPECT_THAT(HybridIdentity::Parse(SecretKey()),
              Fails(Code::kUnsupported, "need OpenSSL 3.5 or newer, this is 3."));
  const auto parsed = ParseIdentityFile(Sample("hybrid.txt"), KeyLayout::kOnePerLine);
  EXPECT_TRUE(parsed.identities.empty());
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("line 3: hybrid post-quantum keys need")));
  EXPECT_THAT(
      Decrypt(AsBytes(Sample("hybrid.age")), testing::Keys({testing::kSecretKey1}), Limits{}),
      Fails(Code::kNoMatchingKey,
            "no identity is for: mlkem768x25519); hybrid "
            "post-quantum keys need OpenSSL 3.5"));
}

TEST(AgeHybrid, OpensWhatAgeEncryptedForIt) {
  if (!HasMlKem()) GTEST_SKIP() << "OpenSSL has no ML-KEM-768";
  const auto parsed = ParseIdentityFile(Sample("hybrid.txt"), KeyLayout::kOnePerLine);
  EXPECT_THAT(parsed.warnings, IsEmpty());
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(SampleLine("hybrid.pub")));
  const auto text = Decrypt(AsBytes(Sample("hybrid.age")), parsed.identities, Limits{});
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(text->ExposeText(), kPlaintext);
}

}  // namespace
}  // namespace acd::age
