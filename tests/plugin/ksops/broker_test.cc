#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugin/ksops/broker_client.h"
#include "plugin/ksops/broker_protocol.h"
#include "plugin/ksops/broker_server.h"
#include "plugin/ksops/socket_path.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::ksops {
namespace {

using namespace std::chrono_literals;
using testing::Fails;
using testing::IsOk;

class BrokerTest : public ::testing::Test {
 protected:
  void Start(BrokerServer::Handler handler) {
    auto server = BrokerServer::Start(dir_.path(), std::move(handler));
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }
  void StartEcho() {
    Start([](const std::string& path) -> Result<SecretBytes> {
      return SecretBytes::CopyOf("plain " + path);
    });
  }
  std::unique_ptr<BrokerClient> Connect() {
    auto client = BrokerClient::Connect(server_->address());
    EXPECT_THAT(client, IsOk());
    return *std::move(client);
  }
  UniqueFd RawConnect() {
    auto socket = ConnectTo(server_->address());
    EXPECT_THAT(socket, IsOk());
    return *std::move(socket);
  }
  void ExpectServing() {
    const auto plain = Connect()->Decrypt("/x");
    ASSERT_THAT(plain, IsOk());
    EXPECT_EQ(plain->ExposeText(), "plain /x");
  }

  testing::TempDir dir_;
  std::unique_ptr<BrokerServer> server_;
};

TEST_F(BrokerTest, AnswersSeveralRequestsOnOneConnection) {
  StartEcho();
  auto client = Connect();
  for (const char* path : {"/a", "/b/../c", "/d e"}) ASSERT_THAT(client->Decrypt(path), IsOk());
  EXPECT_EQ(client->Decrypt("/b/../c")->ExposeText(), "plain /c");
}

TEST_F(BrokerTest, OutlivesAHandlerThatThrows) {
  Start([](const std::string& path) -> Result<SecretBytes> {
    if (path == "/x") return SecretBytes::CopyOf("plain /x");
    throw std::bad_alloc();
  });
  EXPECT_THAT(Connect()->Decrypt("/y"), Fails(Code::kInternal, "internal error"));
  ExpectServing();
}

TEST_F(BrokerTest, SendsAbsolutePaths) {
  StartEcho();
  EXPECT_EQ(Connect()->Decrypt("x.yaml")->ExposeText(),
            "plain " + std::filesystem::current_path().native() + "/x.yaml");
}

TEST_F(BrokerTest, CarriesErrorsWithTheirCodeAndHint) {
  Start([](const std::string&) -> Result<SecretBytes> {
    return Fail(Code::kNoMatchingKey, "a.yaml: no key\nsecond line", "mount one");
  });
  const auto out = Connect()->Decrypt("/a.yaml");
  EXPECT_THAT(out, Fails(Code::kNoMatchingKey, "a.yaml: no key\nsecond line"));
  EXPECT_EQ(out.error().hint, "mount one");
}

TEST_F(BrokerTest, CarriesEmptyAndLargeAndBinaryPlaintext) {
  std::string large(5U << 20U, 'x');
  large[1000] = '\0';
  Start([&](const std::string& path) -> Result<SecretBytes> {
    return path == "/empty" ? SecretBytes() : SecretBytes::CopyOf(large);
  });
  auto client = Connect();
  EXPECT_TRUE(client->Decrypt("/empty")->empty());
  EXPECT_EQ(client->Decrypt("/large")->ExposeText(), large);
}

TEST_F(BrokerTest, ServesManyAtOnce) {
  StartEcho();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string path = "/" + std::to_string(i) + "-" + std::to_string(j);
        auto client = BrokerClient::Connect(server_->address());
        if (!client) continue;
        const auto out = (*client)->Decrypt(path);
        if (out && out->ExposeText() == "plain " + path) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 320);
}

TEST_F(BrokerTest, WaitsAMomentForAPlaceToGetFree) {
  StartEcho();
  std::vector<std::unique_ptr<BrokerClient>> idle;
  for (int i = 0; i < 64; ++i) {
    idle.push_back(Connect());
    ASSERT_THAT(idle.back()->Decrypt("/x"), IsOk());
  }
  auto waiting = Connect();
  std::this_thread::sleep_for(50ms);
  idle.clear();
  const auto out = waiting->Decrypt("/y");
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->ExposeText(), "plain /y");
}

TEST_F(BrokerTest, SurvivesGarbage) {
  StartEcho();
  const std::string inputs[] = {
      "\xff\xff\xff\xff",                        // a length of 4 GiB
      EncodeNumber(0),                           // no path
      EncodeNumber(kMaxPath + 1) + "x",          // too long
      EncodeNumber(3) + std::string("a\0b", 3),  // NUL
      "GET / HTTP/1.1\r\n\r\n",
      EncodeNumber(100) + "short",  // then closed
      "x",
  };
  for (const std::string& input : inputs) {
    UniqueFd socket = RawConnect();
    ASSERT_THAT(Send(socket.get(), input, 1s), IsOk());
    ::shutdown(socket.get(), SHUT_WR);
    EXPECT_FALSE(ReceiveResponse(socket.get(), 5s).has_value());
    ExpectServing();
  }
}

TEST_F(BrokerTest, AnswersOthersWhileAClientIsSilent) {
  StartEcho();
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(RawConnect());
  ExpectServing();
}

TEST_F(BrokerTest, TurnsAwayMoreClientsThanItsLimitAndRecovers) {
  StartEcho();
  {
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 100; ++i) silent.push_back(RawConnect());
    const auto out = Connect()->Decrypt("/x");
    EXPECT_FALSE(out.has_value());
  }
  for (int attempt = 0; attempt < 1000; ++attempt) {  // until the closed ones are noticed
    if (Connect()->Decrypt("/x").has_value()) return;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "never served again";
}

TEST_F(BrokerTest, EndsAtOnceWithSilentAndBusyClients) {
  Start([](const std::string&) -> Result<SecretBytes> { return SecretBytes(8U << 20U); });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(RawConnect());
  for (int i = 0; i < 5; ++i) {
    clients.push_back(RawConnect());
    ASSERT_THAT(SendRequest(clients.back().get(), "/never-read", 1s), IsOk());
  }
  const auto begin = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(BrokerTest, ListensForThisUserOnlyAndCleansUp) {
  StartEcho();
  const std::string address = server_->address();
  struct stat info {};
  ASSERT_EQ(::stat(address.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(address));
  EXPECT_THAT(BrokerClient::Connect(address), Fails(Code::kIo, "connect"));
}

TEST_F(BrokerTest, WorksInAFolderWithALongName) {
  const std::string folder = dir_ / std::string(150, 'x');
  std::filesystem::create_directory(folder);
  auto server = BrokerServer::Start(
      folder, [](const std::string&) -> Result<SecretBytes> { return SecretBytes::CopyOf("ok"); });
  ASSERT_THAT(server, IsOk());
  auto client = BrokerClient::Connect((*server)->address());
  ASSERT_THAT(client, IsOk());
  EXPECT_THAT((*client)->Decrypt("/x"), IsOk());
}

TEST_F(BrokerTest, RefusesAResponseThatIsNone) {
  int pair[2];
  for (const std::string& response :
       {EncodeNumber(99) + EncodeNumber(0), EncodeNumber(0) + EncodeNumber(kMaxPayload + 1),
        EncodeNumber(1) + EncodeNumber(kMaxErrorText + 1),
        EncodeNumber(0) + EncodeNumber(5) + "abc"}) {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    UniqueFd client(pair[0]);
    {
      UniqueFd server(pair[1]);
      ASSERT_THAT(Send(server.get(), response, 1s), IsOk());
    }
    EXPECT_THAT(ReceiveResponse(client.get(), 1s), Fails(Code::kIo, "ksops broker"));
  }
}

}  // namespace
}  // namespace acd::ksops
