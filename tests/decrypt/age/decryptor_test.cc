#include "decrypt/age/decryptor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::BinaryFile;
using testing::kArmoredFile;
using testing::Keys;
using testing::kPlaintext;
using testing::kSecretKey1;

struct Outcome {
  Status status;
  std::string released;
};

Outcome Play(std::string_view file, const Identities& identities, std::size_t piece = 1 << 20,
             Encoding encoding = Encoding::kDetect) {
  Outcome outcome;
  const auto read = [&](std::span<std::uint8_t> to) -> Result<std::size_t> {
    const std::size_t size = std::min({to.size(), file.size(), piece});
    std::copy_n(file.begin(), size, to.begin());
    file.remove_prefix(size);
    return size;
  };
  const auto write = [&](std::span<const std::uint8_t> bytes) -> Status {
    outcome.released += AsText(bytes);
    return {};
  };
  outcome.status = DecryptStream(read, write, identities, Limits{}, encoding);
  return outcome;
}

TEST(AgeDecryptStream, OpensWhateverThePiecesAre) {
  const auto keys = Keys({kSecretKey1});
  for (const std::size_t piece : {1U, 2U, 63U, 1000U, 1U << 20U}) {
    for (const std::string& file : {BinaryFile(), std::string(kArmoredFile)}) {
      const Outcome outcome = Play(file, keys, piece);
      EXPECT_THAT(outcome.status, IsOk()) << piece;
      EXPECT_EQ(outcome.released, kPlaintext);
    }
  }
}

TEST(AgeDecryptStream, TakesTheEncodingItIsTold) {
  const auto keys = Keys({kSecretKey1});
  EXPECT_THAT(Play(BinaryFile(), keys, 9, Encoding::kBinary).status, IsOk());
  EXPECT_THAT(Play(kArmoredFile, keys, 9, Encoding::kArmored).status, IsOk());
  EXPECT_THAT(Play(kArmoredFile, keys, 9, Encoding::kBinary).status,
              Fails(Code::kInvalidInput, "header: unexpected intro"));
  EXPECT_THAT(Play(BinaryFile(), keys, 9, Encoding::kArmored).status,
              Fails(Code::kInvalidInput, "invalid armor: invalid first line"));
  EXPECT_THAT(Play("\n \n" + std::string(kArmoredFile) + "\n", keys).status, IsOk());
}

TEST(AgeDecryptStream, StopsAtOnceWhenItIsNoAgeFile) {
  std::size_t asked = 0;
  const auto read = [&](std::span<std::uint8_t> to) -> Result<std::size_t> {
    ++asked;
    std::fill(to.begin(), to.end(), 'x');
    return to.size();
  };
  const auto write = [](std::span<const std::uint8_t>) -> Status { return {}; };
  EXPECT_THAT(DecryptStream(read, write, Keys({kSecretKey1}), Limits{}),
              Fails(Code::kInvalidInput, "header: unexpected intro"));
  EXPECT_LE(asked, 2U);
}

TEST(AgeDecryptStream, BoundsTheHeader) {
  bool begun = false;
  std::size_t given = 0;
  const auto read = [&](std::span<std::uint8_t> to) -> Result<std::size_t> {
    std::size_t size = to.size();
    std::fill(to.begin(), to.end(), 'x');
    if (!std::exchange(begun, true)) {
      const std::string start = std::string(kIntro) + "-> x ";
      size = start.size();
      std::copy(start.begin(), start.end(), to.begin());
    }
    given += size;
    return size;
  };
  const auto write = [](std::span<const std::uint8_t>) -> Status { return {}; };
  EXPECT_THAT(DecryptStream(read, write, Keys({kSecretKey1}), Limits{}),
              Fails(Code::kLimitExceeded, "header: larger than"));
  EXPECT_LT(given, 3 * kMaxHeaderBytes);
}

TEST(AgeDecryptStream, KeepsTheErrorsOfReaderAndWriter) {
  const std::string file = BinaryFile();
  const auto bad_read = [](std::span<std::uint8_t>) -> Result<std::size_t> {
    return Fail(Code::kIo, "disk on fire");
  };
  const auto write = [](std::span<const std::uint8_t>) -> Status { return {}; };
  EXPECT_THAT(DecryptStream(bad_read, write, Keys({kSecretKey1}), Limits{}),
              Fails(Code::kIo, "disk on fire"));
  std::string_view rest = file;
  const auto read = [&](std::span<std::uint8_t> to) -> Result<std::size_t> {
    const std::size_t size = std::min(to.size(), rest.size());
    std::copy_n(rest.begin(), size, to.begin());
    rest.remove_prefix(size);
    return size;
  };
  const auto bad_write = [](std::span<const std::uint8_t>) -> Status {
    return Fail(Code::kIo, "disk full");
  };
  EXPECT_THAT(DecryptStream(read, bad_write, Keys({kSecretKey1}), Limits{}),
              Fails(Code::kIo, "disk full"));
}

/// A payload of several chunks behind a header of its own making.
class AgeDecryptStreamChunks : public ::testing::Test {
 protected:
  static constexpr std::size_t kChunk = 65536;

  std::string Seal(std::uint64_t index, bool last, const std::string& text) const {
    return testing::SealChunk(key_, nonce_, index, last, text);
  }
  Outcome Open(const std::string& payload) const {
    std::string header = "age-encryption.org/v1\n-> x\n\n---";
    const SecretBytes mac_key = HkdfSha256(key_.bytes.Expose(), {}, "header");
    const SecretBytes mac = HmacSha256(mac_key.Expose(), AsBytes(header));
    header += " " + EncodeBase64Unpadded(mac.Expose()) + "\n" + nonce_;
    Identities identities;
    identities.Add(std::make_shared<KnowsTheKey>());
    return Play(header + payload, identities, 5000);
  }

  const std::string full_ = std::string(kChunk, 'x');

 private:
  class KnowsTheKey : public Identity {
   public:
    std::optional<Result<FileKey>> Unwrap(std::span<const Stanza>, const Check&) const override {
      return FileKey{SecretBytes::CopyOf("0123456789abcdef")};
    }
    const std::string& PublicName() const override { return name_; }

   private:
    std::string name_ = "test";
  };
  const FileKey key_{SecretBytes::CopyOf("0123456789abcdef")};
  const std::string nonce_ = std::string(16, 'n');
};

TEST_F(AgeDecryptStreamChunks, ReleasesWhatIsAuthenticAndNoMore) {
  struct Row {
    std::string_view name;
    std::string payload;
    std::string released;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"two", Seal(0, false, full_) + Seal(1, true, "y"), full_ + "y", ""},
           Row{"full last", Seal(0, false, full_) + Seal(1, true, full_), full_ + full_, ""},
           Row{"empty", Seal(0, true, ""), "", ""},
           Row{"no chunk", "", "", "payload: truncated: no chunk"},
           Row{"cut at a chunk", Seal(0, false, full_), full_,
               "payload: truncated: the last chunk is missing"},
           Row{"cut inside of one", Seal(0, false, full_) + Seal(1, true, full_).substr(0, 9000),
               full_, "payload: failed to decrypt and authenticate chunk 1"},
           Row{"less than a tag", Seal(0, false, full_) + "short", full_,
               "payload: truncated: the last chunk is incomplete"},
           Row{"damaged", Seal(0, false, full_) + Seal(2, true, "y"), full_,
               "payload: failed to decrypt and authenticate chunk 1"},
           Row{"empty last", Seal(0, false, full_) + Seal(1, true, ""), full_,
               "payload: last chunk is empty"},
           Row{"trailing", Seal(0, true, full_) + "t", full_,
               "payload: trailing data after the last chunk"},
       }) {
    const Outcome outcome = Open(row.payload);
    EXPECT_TRUE(outcome.released == row.released) << row.name;
    if (row.reason.empty()) {
      EXPECT_THAT(outcome.status, IsOk()) << row.name;
    } else {
      ASSERT_FALSE(outcome.status) << row.name;
      EXPECT_THAT(outcome.status.error().message, ::testing::StartsWith(std::string(row.reason)))
          << row.name;
    }
  }
}

}  // namespace
}  // namespace acd::age
