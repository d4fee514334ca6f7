// The rules of a stream, seen by a client over gRPC: cmp-protocol 1.3.
#include <algorithm>
#include <random>

#include "tests/plugin/server/server_fixture.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  });
  return text;
}

// More than any flow-control window, so that a server that stops reading blocks the client.
std::string LargeArchive() {
  const workspace::testing::TestFolder tree;
  std::string noise(3U << 20U, '\0');
  std::mt19937 random(7);
  for (char& c : noise) c = static_cast<char>(random());
  tree.Write("noise.bin", noise);
  tree.Write("answer.txt", "large");
  return PackFolder(tree.path());
}

TEST(StreamRules, AnyChunkingGivesTheSameAnswer) {
  RunningServer server;
  const std::string archive = AnswerArchive("hello");
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{1024}, archive.size()}) {
    auto client = server.NewClient();
    const Answer answer = client.Generate(archive, ".", {}, chunk);
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_THAT(answer.manifests, ElementsAre("hello"));
  }
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(StreamRules, EmptyChunksAreNothing) {
  RunningServer server;
  const std::string archive = AnswerArchive("hello");
  std::vector<plugin::AppStreamRequest> messages{MetadataMessage(".", ChecksumOf(archive))};
  for (std::size_t at = 0; at < archive.size(); at += 50) {
    messages.push_back(FileMessage(""));
    messages.push_back(FileMessage(archive.substr(at, 50)));
  }
  messages.push_back(FileMessage(""));
  EXPECT_THAT(server.NewClient().Send(messages).manifests, ElementsAre("hello"));
}

TEST(StreamRules, TheAnnouncedSizeIsNotBelieved) {
  RunningServer server;
  for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 60}) {
    auto messages = Client::Messages(AnswerArchive("hello"));
    messages[0].mutable_metadata()->set_size(size);
    EXPECT_THAT(server.NewClient().Send(messages).manifests, ElementsAre("hello"));
  }
}

TEST(StreamRules, TakesAChunkOf64MiB) {
  RunningServer server;
  auto messages = Client::Messages(AnswerArchive("hello"), ".", {}, std::size_t{1} << 30U);
  // What follows the archive's end is hashed but not unpacked.
  messages[1].mutable_file()->mutable_chunk()->resize(64U << 20U);
  messages[0].mutable_metadata()->set_checksum(ChecksumOf(messages[1].file().chunk()));
  const Answer answer = server.NewClient().Send(messages);
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
}

struct BadStream {
  const char* name;
  std::function<void(std::vector<plugin::AppStreamRequest>&)> spoil;
  grpc::StatusCode code;
  const char* says;
};

// Each is spoilt early in a large stream. The client sees the server's words only if the server
// reads all of it first: every message must have been taken.
TEST(StreamRules, EveryErrorIsSaidAfterTheWholeStreamWasRead) {
  const std::vector<BadStream> cases{
      {"no metadata", [](auto& m) { m.erase(m.begin()); }, grpc::StatusCode::INVALID_ARGUMENT,
       "the first message carries no metadata"},
      {"empty first message", [](auto& m) { m.insert(m.begin(), plugin::AppStreamRequest()); },
       grpc::StatusCode::INVALID_ARGUMENT, "the first message carries no metadata"},
      {"second metadata", [](auto& m) { m.insert(m.begin() + 2, m[0]); },
       grpc::StatusCode::INVALID_ARGUMENT, "metadata comes a second time"},
      {"message without file", [](auto& m) { m.insert(m.begin() + 2, plugin::AppStreamRequest()); },
       grpc::StatusCode::INVALID_ARGUMENT, "carries no file"},
      {"wrong checksum",
       [](auto& m) { m[0].mutable_metadata()->set_checksum(std::string(64, '0')); },
       grpc::StatusCode::INVALID_ARGUMENT, "checksum"},
      {"upper-case checksum",
       [](auto& m) { m[0].mutable_metadata()->set_checksum(Upper(m[0].metadata().checksum())); },
       grpc::StatusCode::INVALID_ARGUMENT, "checksum"},
      {"no checksum", [](auto& m) { m[0].mutable_metadata()->clear_checksum(); },
       grpc::StatusCode::INVALID_ARGUMENT, "checksum"},
      {"damaged archive", [](auto& m) { m[1].mutable_file()->mutable_chunk()->assign("not gzip"); },
       grpc::StatusCode::INVALID_ARGUMENT, "checksum"},
      {"application outside", [](auto& m) { m[0].mutable_metadata()->set_apprelpath("../.."); },
       grpc::StatusCode::INVALID_ARGUMENT, "app path"},
      {"application is missing",
       [](auto& m) { m[0].mutable_metadata()->set_apprelpath("no/where"); },
       grpc::StatusCode::NOT_FOUND, "no/where: app path does not exist"},
  };
  RunningServer server;
  const auto good = Client::Messages(LargeArchive());
  for (const BadStream& bad : cases) {
    auto messages = good;
    bad.spoil(messages);
    const Answer answer = server.NewClient().Send(messages);
    EXPECT_EQ(answer.status.error_code(), bad.code) << bad.name;
    EXPECT_THAT(answer.status.error_message(), HasSubstr(bad.says)) << bad.name;
    EXPECT_EQ(answer.sent, messages.size()) << bad.name << ": the server stopped reading";
    EXPECT_THAT(answer.manifests, IsEmpty()) << bad.name;

    EXPECT_THAT(server.NewClient().Send(good).manifests, ElementsAre("large")) << bad.name;
  }
  server.Records(2 * cases.size());
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(StreamRules, AnArchiveThatIsNoneIsRefused) {
  RunningServer server;
  for (const std::string& archive : {std::string(), std::string(5000, 'x')}) {
    const Answer answer = server.NewClient().Generate(archive);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(answer.status.error_message(), Not(HasSubstr("checksum")));
  }
}

TEST(StreamRules, NothingIsRenderedAfterAnError) {
  bool rendered = false;
  RunningServer server([&](const render::RenderRequest& request) {
    rendered = true;
    return EchoRender(request);
  });
  auto messages = Client::Messages(AnswerArchive("x"));
  messages[0].mutable_metadata()->set_checksum("");
  EXPECT_FALSE(server.NewClient().Send(messages).status.ok());
  EXPECT_FALSE(rendered);
}

TEST(StreamRules, StreamsThatNeedNoFilesAreReadToTheEndToo) {
  RunningServer server;
  auto client = server.NewClient();
  const auto messages = Client::Messages(LargeArchive());
  {
    grpc::ClientContext context;
    plugin::RepositoryResponse response;
    const auto writer = client.stub().MatchRepository(&context, &response);
    for (const auto& message : messages) ASSERT_TRUE(writer->Write(message));
    writer->WritesDone();
    ASSERT_TRUE(writer->Finish().ok());
    EXPECT_FALSE(response.issupported());
    EXPECT_FALSE(response.isdiscoveryenabled());
  }
  grpc::ClientContext context;
  plugin::ParametersAnnouncementResponse response;
  const auto writer = client.stub().GetParametersAnnouncement(&context, &response);
  for (const auto& message : messages) ASSERT_TRUE(writer->Write(message));
  writer->WritesDone();
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_GT(response.parameterannouncements_size(), 10);
  EXPECT_EQ(response.parameterannouncements(0).name(), "renderer");
}

}  // namespace
}  // namespace acd::server
