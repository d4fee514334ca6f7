#include "decrypt/age/stream.h"

#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;

constexpr std::size_t kChunk = 65536;
const std::string kNonce(16, 'n');

FileKey MakeKey() { return FileKey{SecretBytes::CopyOf("0123456789abcdef")}; }

std::string Seal(std::uint64_t index, bool last, const std::string& plaintext) {
  return testing::SealChunk(MakeKey(), kNonce, index, last, plaintext);
}

Result<SecretBytes> Open(const std::string& payload) {
  return DecryptPayload(MakeKey(), AsBytes(payload));
}

TEST(AgeStream, OpensPayloadsOfEverySize) {
  const std::string full(kChunk, 'x');
  struct Row {
    std::string payload;
    std::string plaintext;
  };
  for (const Row& row : {
           Row{Seal(0, true, ""), ""},
           Row{Seal(0, true, "hello"), "hello"},
           Row{Seal(0, true, full), full},
           Row{Seal(0, false, full) + Seal(1, true, "y"), full + "y"},
           Row{Seal(0, false, full) + Seal(1, true, full), full + full},
           Row{Seal(0, false, full) + Seal(1, false, full) + Seal(2, true, "y"), full + full + "y"},
       }) {
    const auto opened = Open(kNonce + row.payload);
    ASSERT_THAT(opened, IsOk()) << row.plaintext.size();
    EXPECT_TRUE(opened->ExposeText() == row.plaintext) << row.plaintext.size();
  }
}

TEST(AgeStream, CountsPastOneByteOfTheCounter) {
  const std::string full(kChunk, 'x');
  std::string payload = kNonce;
  for (unsigned i = 0; i < 257; ++i) payload += Seal(i, false, full);
  const auto opened = Open(payload + Seal(257, true, "end"));
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->size(), 257 * kChunk + 3);
}

TEST(AgeStream, RefusesWhatIsNotComplete) {
  const std::string full(kChunk, 'x');
  struct Row {
    std::string_view name;
    std::string input;
    Code code;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"no nonce", "", Code::kInvalidInput, "header: failed to read nonce"},
           Row{"half a nonce", "12345678", Code::kInvalidInput, "header: failed to read nonce"},
           Row{"no chunk", kNonce, Code::kInvalidInput, "payload: truncated: no chunk"},
           Row{"less than a tag", kNonce + "short", Code::kInvalidInput,
               "payload: truncated: the last chunk is incomplete"},
           Row{"no last chunk", kNonce + Seal(0, false, full), Code::kInvalidInput,
               "payload: truncated: the last chunk is missing"},
           Row{"no last chunk, short", kNonce + Seal(0, false, "x"), Code::kInvalidInput,
               "payload: truncated: the last chunk is missing"},
           Row{"empty last chunk", kNonce + Seal(0, false, full) + Seal(1, true, ""),
               Code::kInvalidInput, "payload: last chunk is empty"},
           Row{"two last chunks", kNonce + Seal(0, true, full) + Seal(1, true, "x"),
               Code::kInvalidInput, "payload: trailing data after the last chunk"},
           Row{"trailing bytes", kNonce + Seal(0, true, full) + std::string(17, 't'),
               Code::kInvalidInput, "payload: trailing data after the last chunk"},
           Row{"trailing bytes after a short chunk", kNonce + Seal(0, true, "x") + "t",
               Code::kAuthFailed, "payload: failed to decrypt and authenticate chunk 0"},
           Row{"chunks swapped", kNonce + Seal(1, false, full) + Seal(0, true, full),
               Code::kAuthFailed, "chunk 0"},
           Row{"first chunk missing", kNonce + Seal(1, true, "x"), Code::kAuthFailed, "chunk 0"},
           Row{"second chunk damaged", kNonce + Seal(0, false, full) + std::string(20, 'x'),
               Code::kAuthFailed, "chunk 1"},
       }) {
    EXPECT_THAT(Open(row.input), Fails(row.code, std::string(row.reason))) << row.name;
  }
}

}  // namespace
}  // namespace acd::age
