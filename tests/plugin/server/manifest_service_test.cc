// The service without gRPC: here ThreadSanitizer sees everything.
#include "plugin/server/manifest_service.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/plugin/server/fake_messages.h"
#include "tests/plugin/server/server_fixture.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using workspace::testing::TestFolder;

std::unique_ptr<workspace::WorkspaceRoot> OpenRoot(const TestFolder& folder) {
  auto root = workspace::WorkspaceRoot::Open(folder.path(), true);
  EXPECT_TRUE(root.has_value());
  return root ? *std::move(root) : nullptr;
}

TEST(ManifestService, ServesManyThreadsAtOnce) {
  constexpr std::size_t kThreads = 16;
  constexpr int kCallsEach = 8;
  const TestFolder folder;
  const auto root = OpenRoot(folder);
  ServiceSettings settings;
  settings.queue.max_running = 3;
  const Plugin plugin;
  ManifestService service(*root, plugin, EchoRender, settings);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  threads.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const std::string expected = "answer " + std::to_string(i);
      const std::string archive = AnswerArchive(expected);
      for (int call = 0; call < kCallsEach; ++call) {
        FakeMessages messages;
        messages.Metadata({".", ChecksumOf(archive), {{"ARGOCD_APP_NAME", expected}}});
        messages.Chunk(archive.substr(0, 100)).Chunk(archive.substr(100));
        RequestStream stream(messages);
        RequestRecord record;
        const auto result = service.Generate(stream, {}, record);
        const auto* manifests = std::get_if<0>(&result);
        if (manifests != nullptr && *manifests == std::vector{expected} &&
            record.application == expected) {
          ++right;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, static_cast<int>(kThreads) * kCallsEach);
  EXPECT_TRUE(std::filesystem::is_empty(root->path()));
}

TEST(ManifestService, DrainsAndSaysSoWhenThereIsNoPlaceToWork) {
  const TestFolder folder;
  const auto root = OpenRoot(folder);
  const Plugin plugin;
  ManifestService service(*root, plugin, EchoRender, {});
  std::filesystem::remove_all(root->path());
  FakeMessages messages;
  messages.Metadata({".", "", {}}).Chunk("a").Chunk("b");
  RequestStream stream(messages);
  RequestRecord record;
  const auto result = service.Generate(stream, {}, record);
  const auto* failure = std::get_if<CallError>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error.code, Code::kIo);
  EXPECT_TRUE(messages.drained());
  EXPECT_EQ(failure->text.find(folder.path()), std::string::npos)
      << "a folder's random name would change the text after each restart: " << failure->text;
}

TEST(ManifestService, BlamesTheTransferWhenItDamagedTheArchive) {
  const TestFolder folder;
  const auto root = OpenRoot(folder);
  const Plugin plugin;
  ManifestService service(*root, plugin, EchoRender, {});
  const std::string archive = AnswerArchive("x");
  for (const auto& [checksum, says] :
       {std::pair(ChecksumOf(archive), "checksum"), std::pair(ChecksumOf("damaged"), "gzip")}) {
    FakeMessages messages;
    messages.Metadata({".", checksum, {}}).Chunk("damaged");
    RequestStream stream(messages);
    RequestRecord record;
    const auto result = service.Generate(stream, {}, record);
    const auto* failure = std::get_if<CallError>(&result);
    ASSERT_NE(failure, nullptr);
    EXPECT_THAT(failure->text, HasSubstr(says));
  }
}

TEST(ManifestService, TellsTheOperatorWhichSettingsBoundAnArchive) {
  const TestFolder folder;
  const auto root = OpenRoot(folder);
  ServiceSettings settings;
  settings.unpack.limits.max_entries = 2;
  const Plugin plugin;
  ManifestService service(*root, plugin, EchoRender, settings);
  const std::string archive = AnswerArchive("x");
  FakeMessages messages;
  messages.Metadata({".", ChecksumOf(archive), {}}).Chunk(archive);
  RequestStream stream(messages);
  RequestRecord record;
  const auto result = service.Generate(stream, {}, record);
  const auto* failure = std::get_if<CallError>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error.code, Code::kLimitExceeded);
  EXPECT_THAT(failure->text, HasSubstr("ARGOCD_DECRYPT_MAX"));
}

}  // namespace
}  // namespace acd::server
