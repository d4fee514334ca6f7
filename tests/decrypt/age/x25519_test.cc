#include "decrypt/age/x25519.h"

#include <string>
#include <vector>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::kRecipient1;
using testing::kSecretKey1;

TEST(AgeX25519, DerivesTheRecipient) {
  EXPECT_EQ(testing::Key(kSecretKey1)->PublicName(), kRecipient1);
  EXPECT_EQ(testing::Key(testing::kSecretKey2)->PublicName(), testing::kRecipient2);
}

TEST(AgeX25519, ParsesOnlyItsOwnKind) {
  std::string lower(kSecretKey1);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string changed(kSecretKey1);
  changed.back() = changed.back() == 'Q' ? 'P' : 'Q';
  EXPECT_THAT(X25519Identity::Parse(lower), Fails(Code::kInvalidInput, "unknown type"));
  EXPECT_THAT(X25519Identity::Parse(kRecipient1), Fails(Code::kInvalidInput, "unknown type"));
  EXPECT_THAT(X25519Identity::Parse(changed), Fails(Code::kInvalidInput, "invalid checksum"));
  EXPECT_THAT(X25519Identity::Parse(""), Fails(Code::kInvalidInput, "malformed secret key"));
  // 31 bytes of zeros.
  EXPECT_THAT(X25519Identity::Parse(
                  "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ6J6TAE"),
              Fails(Code::kInvalidInput, "wrong length"));
}

std::vector<Stanza> One(std::string_view type, std::string_view arguments, std::size_t body) {
  std::vector<Stanza> stanzas(1);
  stanzas[0].type = type;
  stanzas[0].arguments = arguments;
  stanzas[0].body = SecretBytes(body);
  return stanzas;
}

constexpr std::string_view kShare = "ExCeN+/TTPsiZmcUj80gyGpKUUTAGGV5l1ohExmpzhw";

TEST(AgeX25519, PassesOverWhatIsForOthers) {
  const auto key = testing::Key(kSecretKey1);
  EXPECT_FALSE(key->Unwrap({}, {}).has_value());
  EXPECT_FALSE(key->Unwrap(One("ssh-ed25519", "a b", 32), {}).has_value());
  EXPECT_FALSE(key->Unwrap(One("x25519", "", 0), {}).has_value()) << "types are case-sensitive";
  EXPECT_FALSE(key->Unwrap(One("X25519", kShare, 32), {}).has_value());
}

TEST(AgeX25519, EndsAtAMalformedStanza) {
  const auto key = testing::Key(kSecretKey1);
  const std::string zero_share(43, 'A');
  struct Row {
    std::string_view name;
    std::string arguments;
    std::size_t body;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"no argument", "", 32, "one argument"},
           Row{"two arguments", std::string(kShare) + " x", 32, "one argument"},
           Row{"not base64", std::string(kShare) + "=", 32, "not base64"},
           Row{"short share", "AAAA", 32, "wrong size"},
           Row{"long share", std::string(kShare.substr(0, 42)) + "AAAA", 32, "wrong size"},
           Row{"short body", std::string(kShare), 31, "incorrect file key size"},
           Row{"long body", std::string(kShare), 33, "incorrect file key size"},
           Row{"low order share", zero_share, 32, "low order"},
       }) {
    const auto outcome = key->Unwrap(One("X25519", row.arguments, row.body), {});
    ASSERT_TRUE(outcome.has_value()) << row.name;
    EXPECT_THAT(*outcome, Fails(Code::kInvalidInput, "header: invalid X25519 recipient"))
        << row.name;
    EXPECT_THAT(*outcome, Fails(Code::kInvalidInput, std::string(row.reason))) << row.name;
  }
}

// Every point of small order, as listed by the authors of Curve25519 ("May the Fourth" list).
TEST(AgeX25519, RefusesEveryPointOfLowOrder) {
  const auto key = testing::Key(kSecretKey1);
  for (const std::string_view hex : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    std::uint8_t point[32];
    sodium_hex2bin(point, sizeof point, hex.data(), hex.size(), nullptr, nullptr, nullptr);
    const auto outcome = key->Unwrap(One("X25519", EncodeBase64Unpadded(point), 32), {});
    ASSERT_TRUE(outcome.has_value()) << hex;
    EXPECT_THAT(*outcome, Fails(Code::kInvalidInput, "low order")) << hex;
  }
}

}  // namespace
}  // namespace acd::age
