#include "decrypt/age/age.h"

#include <set>
#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::BinaryFile;
using ::testing::HasSubstr;
using testing::kArmoredFile;
using testing::Keys;
using testing::kPlaintext;
using testing::kSecretKey1;
using testing::kSecretKey2;
using ::testing::Not;

Result<SecretBytes> Open(std::string_view file, const Identities& identities,
                         Encoding encoding = Encoding::kDetect) {
  return Decrypt(AsBytes(file), identities, Limits{}, encoding);
}

TEST(AgeDecrypt, OpensWhatAgeWrote) {
  for (const auto key : {kSecretKey1, kSecretKey2}) {
    const auto plaintext = Open(kArmoredFile, Keys({key}));
    ASSERT_THAT(plaintext, IsOk());
    EXPECT_EQ(plaintext->ExposeText(), kPlaintext);
  }
  const auto plaintext = Open(BinaryFile(), Keys({kSecretKey2, kSecretKey1}));
  ASSERT_THAT(plaintext, IsOk());
  EXPECT_EQ(plaintext->ExposeText(), kPlaintext);
}

TEST(AgeDecrypt, TakesTheEncodingItIsTold) {
  const auto keys = Keys({kSecretKey1});
  EXPECT_THAT(Open(kArmoredFile, keys, Encoding::kArmored), IsOk());
  EXPECT_THAT(Open(BinaryFile(), keys, Encoding::kBinary), IsOk());
  EXPECT_THAT(Open(kArmoredFile, keys, Encoding::kBinary),
              Fails(Code::kInvalidInput, "header: unexpected intro"));
  EXPECT_THAT(Open(BinaryFile(), keys, Encoding::kArmored),
              Fails(Code::kInvalidInput, "invalid armor: invalid first line"));
}

TEST(AgeDecrypt, SaysThatNoKeyFits) {
  EXPECT_THAT(Open(BinaryFile(), Keys({kSecretKey2})),
              Fails(Code::kNoMatchingKey, "identity did not match any of the recipients"));
  Identities two = Keys({kSecretKey2});
  two.Add(testing::Key(kSecretKey2));
  EXPECT_EQ(two.size(), 1U);
  EXPECT_THAT(Open(testing::kSshFile, Keys({kSecretKey1, kSecretKey2})),
              Fails(Code::kNoMatchingKey, "no identity matched any of the recipients"));
  EXPECT_THAT(Open(BinaryFile(), Identities{}),
              Fails(Code::kNoMatchingKey, "no identities specified"));
}

TEST(AgeDecrypt, NamesTheRecipientTypesItCannotOpen) {
  EXPECT_THAT(Open(testing::kSshFile, Keys({kSecretKey1})),
              Fails(Code::kNoMatchingKey, "no identity is for: ssh-ed25519)"));
  const auto only_x25519 = Open(BinaryFile(), Keys({kSecretKey2}));
  EXPECT_THAT(only_x25519.error().message, Not(HasSubstr("is for")));
}

TEST(AgeDecrypt, BoundsWhatItSaysOfTheFile) {
  std::string file = "age-encryption.org/v1\n-> x-grease a\n\n";
  for (int i = 0; i < 100; ++i) {
    file += "-> type" + std::to_string(i) + std::string(10'000, 'x') + "\n\n";
  }
  file += "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
  const auto result = Open(file, Keys({kSecretKey1}));
  ASSERT_THAT(result, Fails(Code::kNoMatchingKey, "type0xxx"));
  EXPECT_LT(result.error().message.size(), 500U);
  EXPECT_THAT(result.error().message, Not(HasSubstr("grease")));
}

TEST(AgeDecrypt, BoundsTheInput) {
  const std::string file = BinaryFile();
  Limits limits{.max_document_bytes = file.size()};
  EXPECT_THAT(Decrypt(AsBytes(file), Keys({kSecretKey1}), limits), IsOk());
  limits.max_document_bytes = file.size() - 1;
  EXPECT_THAT(Decrypt(AsBytes(file), Keys({kSecretKey1}), limits),
              Fails(Code::kLimitExceeded, "larger than"));
}

// The one bit that may change without being noticed would be a hole: there is none in a binary
// file.
TEST(AgeDecrypt, NoticesEveryFlippedBitOfABinaryFile) {
  const auto keys = Keys({kSecretKey1});
  const std::string file = BinaryFile();
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string changed = file;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Open(changed, keys)) << "bit " << bit;
    EXPECT_FALSE(Open(changed, keys, Encoding::kBinary)) << "bit " << bit;
  }
}

TEST(AgeDecrypt, NoticesEveryFlippedBitOfAnArmoredFile) {
  const auto keys = Keys({kSecretKey1});
  for (std::size_t bit = 0; bit < kArmoredFile.size() * 8; ++bit) {
    std::string changed(kArmoredFile);
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto result = Open(changed, keys);
    // The newline at the end may become other white space, or a CR.
    if (result) {
      EXPECT_EQ(bit / 8, kArmoredFile.size() - 1) << "bit " << bit;
      EXPECT_EQ(result->ExposeText(), kPlaintext);
    }
  }
}

TEST(AgeDecrypt, NoticesEveryTruncation) {
  const auto keys = Keys({kSecretKey1});
  const std::string binary = BinaryFile();
  for (std::size_t size = 0; size < binary.size(); ++size) {
    EXPECT_FALSE(Open(binary.substr(0, size), keys)) << size;
  }
  // Only the last newline may be missing.
  for (std::size_t size = 0; size + 1 < kArmoredFile.size(); ++size) {
    EXPECT_FALSE(Open(kArmoredFile.substr(0, size), keys)) << size;
  }
  EXPECT_THAT(Open(kArmoredFile.substr(0, kArmoredFile.size() - 1), keys), IsOk());
}

TEST(AgeDecrypt, NoticesAStanzaThatWasAddedOrRemoved) {
  const auto keys = Keys({kSecretKey1});
  std::string file = BinaryFile();
  file.insert(file.find("\n---") + 1, "-> extra\n\n");
  EXPECT_THAT(Open(file, keys), Fails(Code::kAuthFailed, "bad header MAC"));
}

}  // namespace
}  // namespace acd::age
