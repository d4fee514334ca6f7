#include "plugin/server/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using workspace::testing::Exists;
using workspace::testing::ModeOf;
using workspace::testing::TestFolder;

bool CanConnect(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// What a killed server leaves: a name that nobody listens on.
void LeaveStaleSocket(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

TEST(ListeningSocket, IsForItsOwnerOnlyAndGoneAfterwards) {
  const TestFolder folder;
  const std::string path = folder / "p.sock";
  {
    const auto socket = ListeningSocket::Listen(path);
    ASSERT_THAT(socket, IsOk());
    EXPECT_EQ(ModeOf(path), 0600U);
    EXPECT_TRUE(CanConnect(path));
  }
  EXPECT_FALSE(Exists(path));
}

TEST(ListeningSocket, ReplacesAStaleOne) {
  const TestFolder folder;
  const std::string path = folder / "p.sock";
  LeaveStaleSocket(path);
  ASSERT_FALSE(CanConnect(path));
  ASSERT_THAT(ListeningSocket::Listen(path), IsOk());
}

TEST(ListeningSocket, LeavesALiveOneAlone) {
  const TestFolder folder;
  const std::string path = folder / "p.sock";
  const auto first = ListeningSocket::Listen(path);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ListeningSocket::Listen(path),
              Fails(Code::kIo, path + ": another server is running"));
  EXPECT_TRUE(CanConnect(path));
}

TEST(ListeningSocket, LeavesWhatIsNoSocketAlone) {
  const TestFolder folder;
  const std::string path = folder.Write("p.sock", "precious");
  EXPECT_THAT(ListeningSocket::Listen(path), Fails(Code::kInvalidInput, "not a socket"));
  EXPECT_EQ(workspace::testing::Content(path), "precious");
}

TEST(ListeningSocket, LeavesItsSuccessorsNameAlone) {
  const TestFolder folder;
  const std::string path = folder / "p.sock";
  auto first = ListeningSocket::Listen(path);
  ASSERT_THAT(first, IsOk());
  std::filesystem::remove(path);
  const auto second = ListeningSocket::Listen(path);
  ASSERT_THAT(second, IsOk());
  first->Close();
  EXPECT_TRUE(CanConnect(path));
}

TEST(ListeningSocket, ExplainsWhatIsWrongWithThePath) {
  const TestFolder folder;
  EXPECT_THAT(ListeningSocket::Listen(folder / std::string(120, 'x')),
              Fails(Code::kInvalidInput, "socket path"));
  const auto missing = ListeningSocket::Listen(folder / "no/p.sock");
  ASSERT_THAT(missing, Fails(Code::kIo, "no/p.sock.lock"));
  EXPECT_THAT(missing.error().hint, ::testing::HasSubstr("--socket-dir"));
}

TEST(ListeningSocket, HasOneWinnerWhenSeveralStartAtOnce) {
  const TestFolder folder;
  const std::string path = folder / "p.sock";
  LeaveStaleSocket(path);
  constexpr std::size_t kServers = 16;
  std::vector<std::optional<Result<ListeningSocket>>> sockets(kServers);
  std::vector<std::thread> threads;
  threads.reserve(kServers);
  for (auto& socket : sockets) {
    threads.emplace_back([&] { socket.emplace(ListeningSocket::Listen(path)); });
  }
  for (auto& thread : threads) thread.join();
  int winners = 0;
  for (const auto& socket : sockets) winners += socket->has_value() ? 1 : 0;
  EXPECT_EQ(winners, 1);
  EXPECT_TRUE(CanConnect(path));
}

}  // namespace
}  // namespace acd::server
