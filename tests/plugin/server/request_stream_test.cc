#include "plugin/server/request_stream.h"

#include "plugin/server/sha256.h"
#include "tests/plugin/server/fake_messages.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::FakeMessages;

std::string Digest(std::string_view text) {
  Sha256 digest;
  digest.Update(AsBytes(text));
  return digest.FinishHex();
}

// Reads as the archive reader does, up to `max` bytes.
Result<std::string> ReadAll(RequestStream& stream, std::size_t max = std::string::npos) {
  std::string all;
  while (all.size() < max) {
    ACD_TRY(const auto bytes, stream.Next());
    if (bytes.empty()) break;
    all += AsText(bytes);
  }
  return all;
}

TEST(RequestStream, GivesTheSameBytesForAnyChunking) {
  const std::string content = std::string(100'000, 'a') + std::string(70'000, 'b');
  for (const std::size_t size : {1UL, 7UL, 1024UL, 16384UL, 65537UL, content.size()}) {
    FakeMessages messages;
    messages.Metadata({".", "", {}});
    for (std::size_t at = 0; at < content.size(); at += size) {
      messages.Chunk(content.substr(at, size)).Chunk("");
    }
    RequestStream stream(messages);
    ASSERT_THAT(stream.ReadMetadata(), IsOk());
    const auto all = ReadAll(stream);
    ASSERT_THAT(all, IsOk());
    EXPECT_TRUE(*all == content) << size;
    EXPECT_THAT(stream.Finish(Digest(content)), IsOk()) << size;
    EXPECT_EQ(stream.received_bytes(), content.size());
    EXPECT_TRUE(messages.drained());
  }
}

TEST(RequestStream, HashesWhatTheReaderLeaves) {
  FakeMessages messages;
  messages.Metadata({".", "", {}}).Chunk(std::string(70'000, 'x')).Chunk("behind the tar");
  RequestStream stream(messages);
  ASSERT_THAT(stream.ReadMetadata(), IsOk());
  ASSERT_THAT(stream.Next(), IsOk());
  EXPECT_THAT(stream.Finish(Digest(std::string(70'000, 'x') + "behind the tar")), IsOk());
}

TEST(RequestStream, AcceptsAnArchiveWithoutBytes) {
  FakeMessages messages;
  messages.Metadata({".", "", {}});
  RequestStream stream(messages);
  ASSERT_THAT(stream.ReadMetadata(), IsOk());
  const auto bytes = stream.Next();
  ASSERT_THAT(bytes, IsOk());
  EXPECT_TRUE(bytes->empty());
  EXPECT_THAT(stream.Finish(Digest("")), IsOk());
}

TEST(RequestStream, ReceivesNothingMoreOnceTheTimeIsUp) {
  FakeMessages messages;
  messages.Metadata({".", Digest("xy"), {}}).Chunk("x").Chunk("y");
  RequestStream stream(messages);
  ASSERT_THAT(stream.ReadMetadata(), IsOk());
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() - std::chrono::seconds(1);
  archive::UnpackStats stats;
  EXPECT_THAT(stream.ReadFiles(-1, {}, budget, stats), Fails(Code::kDeadline, "time is used up"));
  EXPECT_TRUE(messages.drained());
}

TEST(RequestStream, RefusesAFirstMessageWithoutMetadata) {
  for (const bool with_file : {true, false}) {
    FakeMessages messages;
    with_file ? messages.Chunk("x") : messages.Empty();
    messages.Chunk("y");
    RequestStream stream(messages);
    EXPECT_THAT(stream.ReadMetadata(), Fails(Code::kInvalidInput, "carries no metadata"));
    stream.Drain();
    EXPECT_TRUE(messages.drained());
  }
}

TEST(RequestStream, RefusesAStreamThatEndsAtOnce) {
  FakeMessages messages;
  RequestStream stream(messages);
  EXPECT_THAT(stream.ReadMetadata(), Fails(Code::kInvalidInput, "ends before its metadata"));
}

TEST(RequestStream, RefusesASecondMetadataAndReadsToTheEnd) {
  FakeMessages messages;
  messages.Metadata({".", "", {}}).Chunk("a").Metadata({".", "", {}}).Chunk("b").Chunk("c");
  RequestStream stream(messages);
  ASSERT_THAT(stream.ReadMetadata(), IsOk());
  EXPECT_THAT(ReadAll(stream), Fails(Code::kInvalidInput, "metadata comes a second time"));
  EXPECT_THAT(stream.Finish(Digest("abc")), Fails(Code::kInvalidInput, "a second time"));
  EXPECT_TRUE(messages.drained());
}

TEST(RequestStream, RefusesALaterMessageWithoutFile) {
  FakeMessages messages;
  messages.Metadata({".", "", {}}).Chunk("a").Empty().Chunk("b");
  RequestStream stream(messages);
  ASSERT_THAT(stream.ReadMetadata(), IsOk());
  EXPECT_THAT(stream.Finish(Digest("ab")), Fails(Code::kInvalidInput, "carries no file"));
  EXPECT_TRUE(messages.drained());
}

TEST(RequestStream, ComparesTheChecksumAsText) {
  std::string upper = Digest("content");
  for (char& c : upper) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  }
  for (const std::string& wrong :
       {upper, Digest("other"), std::string(), " " + Digest("content")}) {
    FakeMessages messages;
    messages.Metadata({".", "", {}}).Chunk("content");
    RequestStream stream(messages);
    ASSERT_THAT(stream.ReadMetadata(), IsOk());
    const auto status = stream.Finish(wrong);
    ASSERT_THAT(status, Fails(Code::kInvalidInput, "checksum"));
    EXPECT_EQ(status.error().message.find(Digest("content")), std::string::npos)
        << "an error's text must be the same at each attempt";
  }
}

TEST(RequestStream, TellsABrokenCallFromTheEndOfTheArchive) {
  for (const Code code : {Code::kCancelled, Code::kDeadline}) {
    FakeMessages messages;
    messages.Metadata({".", "", {}}).Chunk("content").ThenBreaks(code);
    RequestStream stream(messages);
    ASSERT_THAT(stream.ReadMetadata(), IsOk());
    ASSERT_THAT(stream.Next(), IsOk());
    EXPECT_THAT(stream.Next(), Fails(code, ""));
    EXPECT_THAT(stream.Finish(Digest("content")), Fails(code, ""));
  }
}

// FIPS 180-2, appendix B.1 and B.3.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(Digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace acd::server
