#include "decrypt/age/scrypt.h"

#include <string>

#include "decrypt/age/age.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::kPassphrase;
using testing::kPlaintext;
using testing::Passphrase;
using testing::Sample;

Result<SecretBytes> Open(const std::string& file, const Identities& identities) {
  return Decrypt(AsBytes(file), identities, Limits{});
}

// scrypt.age with another opening line of its stanza.
std::string WithLine(const std::string& line) {
  std::string file = Sample("scrypt.age");
  const std::size_t start = file.find("-> ");
  file.replace(start, file.find('\n', start) - start, line);
  return file;
}

const std::string kSalt = "4g2FuGLNgpKlwRFnv8GbVA";

TEST(AgeScrypt, OpensWithTheRightPassphrase) {
  const auto text = Open(Sample("scrypt.age"), Passphrase(kPassphrase));
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(text->ExposeText(), kPlaintext);
}

TEST(AgeScrypt, SaysThatThePassphraseIsWrong) {
  EXPECT_THAT(Open(Sample("scrypt.age"), Passphrase("Correct horse")),
              Fails(Code::kNoMatchingKey, "incorrect passphrase"));
}

TEST(AgeScrypt, TriesSeveralPassphrases) {
  Identities both = Passphrase("wrong");
  both.AddAll(Passphrase(kPassphrase));
  EXPECT_EQ(both.size(), 2U);
  EXPECT_THAT(Open(Sample("scrypt.age"), both), IsOk());
}

TEST(AgeScrypt, AsksOnlyIfTheFileNeedsAPassphrase) {
  int asked = 0;
  Identities identities;
  identities.Add(std::make_shared<ScryptIdentity>([&]() -> std::optional<SecretBytes> {
    ++asked;
    return std::nullopt;
  }));
  EXPECT_THAT(Open(testing::BinaryFile(), identities), Fails(Code::kNoMatchingKey, "X25519"));
  EXPECT_THAT(Open(WithLine("-> scrypt " + kSalt + " 23"), identities),
              Fails(Code::kLimitExceeded, "larger than 22"));
  EXPECT_EQ(asked, 0);
  EXPECT_THAT(Open(Sample("scrypt.age"), identities),
              Fails(Code::kNoMatchingKey, "none was given"));
  EXPECT_EQ(asked, 1);
}

TEST(AgeScrypt, TellsWhoComesWithKeysOnly) {
  EXPECT_THAT(Open(Sample("scrypt.age"), testing::Keys({testing::kSecretKey1})),
              Fails(Code::kNoMatchingKey, "encrypted with a passphrase, not for a key"));
}

TEST(AgeScrypt, BoundsTimeAndMemory) {
  const std::string file = Sample("scrypt.age");  // factor 2: 4 KiB
  EXPECT_THAT(Open(file, Passphrase(kPassphrase, {.max_work_factor = 2})), IsOk());
  EXPECT_THAT(Open(file, Passphrase(kPassphrase, {.max_work_factor = 1})),
              Fails(Code::kLimitExceeded, "header: "));
  EXPECT_THAT(Open(file, Passphrase(kPassphrase, {.max_memory_bytes = 4096})), IsOk());
  EXPECT_THAT(Open(file, Passphrase(kPassphrase, {.max_memory_bytes = 4095})),
              Fails(Code::kLimitExceeded, "MiB of memory"));
}

TEST(AgeScrypt, RefusesMalformedStanzas) {
  struct Row {
    std::string line;
    std::string reason;
  };
  for (const Row& row : {
           Row{"-> scrypt", "two arguments"},
           Row{"-> scrypt " + kSalt, "two arguments"},
           Row{"-> scrypt " + kSalt + " 2 2", "two arguments"},
           Row{"-> scrypt " + kSalt.substr(0, 20) + " 2", "wrong size"},
           Row{"-> scrypt " + kSalt + "== 2", "not base64"},
           Row{"-> scrypt " + kSalt + " 02", "not a number"},
           Row{"-> scrypt " + kSalt + " 0", "not a number"},
           Row{"-> scrypt " + kSalt + " +2", "not a number"},
           Row{"-> scrypt " + kSalt + " 0x2", "not a number"},
           Row{"-> scrypt " + kSalt + " 2a", "not a number"},
       }) {
    EXPECT_THAT(Open(WithLine(row.line), Passphrase(kPassphrase)),
                Fails(Code::kInvalidInput, row.reason))
        << row.line;
  }
  for (const std::string factor :
       {"23", "100", "18446744073709551618", "99999999999999999999999"}) {
    EXPECT_THAT(Open(WithLine("-> scrypt " + kSalt + " " + factor), Passphrase(kPassphrase)),
                Fails(Code::kLimitExceeded, "larger than 22"))
        << factor;
  }
}

TEST(AgeScrypt, RefusesToShareAFile) {
  const std::string file = WithLine("-> x\n\n-> scrypt " + kSalt + " 2");
  EXPECT_THAT(Open(file, Passphrase(kPassphrase)), Fails(Code::kInvalidInput, "only recipient"));
}

}  // namespace
}  // namespace acd::age
