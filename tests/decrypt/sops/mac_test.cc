#include "decrypt/sops/mac.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::CountingKey;
using testing::Text;

constexpr const char* kTime = "2024-01-02T03:04:05Z";

std::string HashOf(std::string_view text, bool seeded) {
  MacHash mac(seeded);
  mac.Add(Text(text));
  return std::string(mac.Finish().ExposeText());
}

Metadata WithMac(std::string mac) {
  Metadata metadata;
  metadata.mac = std::move(mac);
  metadata.last_modified = kTime;
  return metadata;
}

TEST(Mac, HashesAsSopsDoes) {
  EXPECT_EQ(HashOf("hello", false).substr(0, 16), "9B71D224BD62F378");
  EXPECT_EQ(HashOf("hello", true).substr(0, 16), "AB53BE959DEF78AB");
  EXPECT_EQ(HashOf("hello", false).size(), 128U);
}

TEST(Mac, NumbersAndTheirTextsAreTheSame) {
  const auto of = [](Node node) {
    MacHash mac(false);
    mac.Add(node);
    return std::string(mac.Finish().ExposeText());
  };
  EXPECT_EQ(of(Node(std::int64_t{5})), HashOf("5", false));
  EXPECT_EQ(of(Node(1.5)), HashOf("1.5", false));
  EXPECT_EQ(of(Node(true)), HashOf("True", false));
  EXPECT_EQ(of(Node(Timestamp{kTime})), HashOf(kTime, false));
  EXPECT_EQ(of(Node()), HashOf("", false));
}

TEST(Mac, VerifiesTheStoredOne) {
  const SecretBytes key = CountingKey();
  ValueCipher cipher(key);
  const std::string hash = HashOf("hello", false);
  const SecretBytes computed = SecretBytes::CopyOf(hash);
  EXPECT_THAT(VerifyMac(WithMac(testing::Encrypt(hash, "str", kTime, key)), cipher, computed),
              IsOk());
}

TEST(Mac, RefusesEveryOtherWithoutPrintingEither) {
  const SecretBytes key = CountingKey();
  ValueCipher cipher(key);
  const std::string hash = HashOf("hello", false);
  std::string lower = hash;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  const std::pair<std::string, const char*> cases[] = {
      {"", "MAC mismatch. File has no MAC"},
      {"hello", "Cannot decrypt MAC: Input string does not match sops' data format"},
      {testing::Encrypt(hash, "str", "2024-01-02T03:04:05+00:00", key),
       "Cannot decrypt MAC: Could not decrypt with AES_GCM"},
      {testing::Encrypt(lower, "str", kTime, key), "MAC mismatch. File has"},
      {testing::Encrypt(hash.substr(1), "str", kTime, key), "MAC mismatch. File has"},
      {testing::Encrypt(hash, "comment", kTime, key), "MAC mismatch. File has"}};
  for (const auto& [mac, message] : cases) {
    const auto status = VerifyMac(WithMac(mac), cipher, SecretBytes::CopyOf(hash));
    EXPECT_THAT(status, Fails(Code::kAuthFailed, message));
    EXPECT_THAT(status.error().hint, ::testing::HasSubstr("edited outside sops"));
    EXPECT_EQ(status.error().message.find(hash.substr(0, 8)), std::string::npos);
    EXPECT_EQ(status.error().message.find(lower.substr(0, 8)), std::string::npos);
  }
}

}  // namespace
}  // namespace acd::sops
