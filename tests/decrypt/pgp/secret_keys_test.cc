#include "decrypt/pgp/secret_keys.h"

#include <string>

#include "tests/support/matchers.h"

namespace acd::pgp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Made by gpg 2.2.40 for this test: ed25519 with a cv25519 subkey, no passphrase.
const std::string kKey = R"(-----BEGIN PGP PRIVATE KEY BLOCK-----

lFgEawuZjhYJKwYBBAHaRw8BAQdAsGEGDYOTDYvpm8B7GqpVzRchaNpE1Ij8rVSj
IFk1m74AAQDXFYI8xsc35PvOZ4O6YmEs/ase9JCUH5VGa0KeDenqVBEGtAh0ZXN0
IGtleYiQBBMWCAA4FiEExXfBR2I/dc6OnFuS2cRvLIF5brkFAmsLmY4CGwMFCwkI
BwIGFQoJCAsCBBYCAwECHgECF4AACgkQ2cRvLIF5brlfbwEAq2jdR6vqCg4hQ0lZ
/DcfwUmHTftBThEWJQ/LR8BOKuYBAMhOFCYvyshIBsVbhzxJyFBP6LiMvv3qI49Y
vZTDyacBnF0EawuZjhIKKwYBBAGXVQEFAQEHQBT4Zp9aO2S4YBN9+R7OxcjyQeXU
/u0efwNUefMFt+JHAwEIBwAA/1psDZ4dvORZ9C7MtZYjTljIbF+FHziuij/suTbQ
24dwEOuIeAQYFggAIBYhBMV3wUdiP3XOjpxbktnEbyyBeW65BQJrC5mOAhsMAAoJ
ENnEbyyBeW65eM8A/2ZE6ZAbBitQu7ImLur8vT0HHLYwNV9rlYry9mu6UYS9AQDD
dGA3OXxetkfKBmP4xuDG6Zt8FTydgs3TTEGJEmt+Bg==
=Ha6p
-----END PGP PRIVATE KEY BLOCK-----
)";
constexpr const char* kFingerprint = "C577C147623F75CE8E9C5B92D9C46F2C81796EB9";

// Likewise, with a passphrase.
const std::string kProtected = R"(-----BEGIN PGP PRIVATE KEY BLOCK-----

lIYEawuZjxYJKwYBBAHaRw8BAQdA65gY2B+fFTwvd5QVRc/TsSFYMPVmQvQb6feh
QWxTvnf+BwMCAzGQiNhUKxL/HKPlmjD40WYkTD/3f75dvAD8e8bfVH4kbh0ZHBGu
mL1ajXlZgQJ0Da/NFt3bBqy6dnW7luDTDO3sWwChaQd1QKftdBzPCLQEcHJvdIiQ
BBMWCAA4FiEEZGzJEZQw9yScAuZxeT5Qm+IuZ1EFAmsLmY8CGwMFCwkIBwIGFQoJ
CAsCBBYCAwECHgECF4AACgkQeT5Qm+IuZ1FW1wEAlDKNKjUCL9LPkfTQaMBc/C5G
1yDLh65a15GnNnirxJsA/257PGrMmiPuq4pjspu1ycST7bYnwJtocaX4hX/8BeIE
=r0OU
-----END PGP PRIVATE KEY BLOCK-----
)";

TEST(SecretKeys, FindsTheFingerprintThatGpgShows) {
  const SecretKeys keys = ReadSecretKeys(kKey);
  EXPECT_THAT(keys.fingerprints, ElementsAre(kFingerprint));
  EXPECT_THAT(keys.warnings, IsEmpty());
  EXPECT_THAT(ReadSecretKeys(keys.packets.ExposeText()).fingerprints, ElementsAre(kFingerprint))
      << "binary";
  std::string crlf = kKey;
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) {
    crlf.insert(at, "\r");
  }
  EXPECT_THAT(ReadSecretKeys(crlf).fingerprints, ElementsAre(kFingerprint));
}

// What gpg exports may be in one file, and gpg's own idea of armor is a wide one.
TEST(SecretKeys, TakesWhatGpgTakes) {
  std::string binary(ReadSecretKeys(kKey).packets.ExposeText());
  const std::string secret = binary;
  ASSERT_EQ(static_cast<unsigned char>(binary[0]), 0x94);  // old format, tag 5
  binary[0] = static_cast<char>(0x98);                     // tag 6
  const std::string marker = "\xA8\x03PGP";
  const SecretKeys keys = ReadSecretKeys(marker + binary + secret + binary);
  EXPECT_THAT(keys.fingerprints, ElementsAre(kFingerprint));
  EXPECT_THAT(keys.warnings, IsEmpty());
  EXPECT_EQ(keys.packets.ExposeText(), secret) << "and nothing else";
  EXPECT_THAT(ReadSecretKeys(binary).warnings, ElementsAre("a public key, not a secret one"));
  EXPECT_THAT(ReadSecretKeys(marker).warnings, ElementsAre("there is no secret key in it"));
  const std::size_t blank = kKey.find("\n\n");
  for (const char* headers :
       {"\nComment: \n\n", "\nVersion:\nComment: a b\n\n", "\n", "\nVersion: 1\n"}) {
    std::string key = kKey;
    key.replace(blank, 2, headers);
    EXPECT_THAT(ReadSecretKeys(key).fingerprints, ElementsAre(kFingerprint)) << headers;
  }
}

TEST(SecretKeys, BadBlocksDoNotHideGoodOnes) {
  std::string public_key = kKey;
  for (std::size_t at = 0; (at = public_key.find("PRIVATE", at)) != std::string::npos;) {
    public_key.replace(at, 7, "PUBLIC");
  }
  std::string broken = kKey;
  broken.replace(broken.find("lFgE"), 4, "lFgF");
  const SecretKeys keys =
      ReadSecretKeys("a note\n" + public_key + broken + kProtected + kKey + "the end");
  EXPECT_THAT(keys.fingerprints, ElementsAre(kFingerprint));
  EXPECT_THAT(keys.warnings,
              ElementsAre(HasSubstr(": secret key 646CC9119430F7249C02E671793E509BE22E6751 is "
                                    "protected by a passphrase"),
                          HasSubstr("line 2: a public key, not a secret one"),
                          HasSubstr(": malformed armor: the checksum does not fit")));
}

TEST(SecretKeys, SaysWhatIsWrong) {
  EXPECT_THAT(ReadSecretKeys("").warnings, IsEmpty());
  EXPECT_THAT(ReadSecretKeys("\n \n").warnings, IsEmpty());
  EXPECT_THAT(ReadSecretKeys("hunter2\n").warnings,
              ElementsAre("line 1: no PGP secret key begins in this file"));
  EXPECT_THAT(ReadSecretKeys("-----BEGIN PGP MESSAGE-----\n\nAAAA\n").warnings,
              ElementsAre("line 1: a PGP block that is no secret key"));
  EXPECT_THAT(ReadSecretKeys("\x95\x01").warnings, ElementsAre("malformed PGP packet"));
}

TEST(SecretKeys, SurvivesEveryTruncationAndFlip) {
  const SecretKeys keys = ReadSecretKeys(kKey);
  const std::string binary(keys.packets.ExposeText());
  for (std::size_t size = 0; size < binary.size(); ++size) {
    const SecretKeys read = ReadSecretKeys(std::string_view(binary).substr(0, size));
    EXPECT_LE(read.fingerprints.size(), 1U);
  }
  for (std::size_t at = 0; at < binary.size() * 8; ++at) {
    std::string flipped = binary;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << (at % 8)));
    EXPECT_LE(ReadSecretKeys(flipped).fingerprints.size(), 2U);
  }
  for (std::size_t size = 0; size < kKey.find("-----END"); ++size) {
    EXPECT_THAT(ReadSecretKeys(std::string_view(kKey).substr(0, size)).fingerprints, IsEmpty());
  }
}

}  // namespace
}  // namespace acd::pgp
