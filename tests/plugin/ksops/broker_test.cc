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

Answer Says(const std::string& text) { return Answer{0, SecretBytes::CopyOf(text), ""}; }

Call CallWith(const std::string& input) {
  Call call;
  call.directory = "/work";
  call.input = SecretBytes::CopyOf(input);
  return call;
}

class BrokerTest : public ::testing::Test {
 protected:
  void Start(BrokerServer::Handler handler) {
    auto server = BrokerServer::Start(dir_.path(), std::move(handler));
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }
  void StartEcho() {
    Start([](const Call& call) {
      return Says(call.directory + " " + std::string(call.input.ExposeText()));
    });
  }
  Result<Answer> Ask(const std::string& input) {
    return AskBroker(server_->address(), CallWith(input));
  }
  std::string Answered(const std::string& input) {
    const auto answer = Ask(input);
    return answer ? std::string(answer->out.ExposeText()) : "ERROR " + answer.error().message;
  }
  UniqueFd RawConnect() {
    auto socket = ConnectTo(server_->address());
    EXPECT_THAT(socket, IsOk());
    return *std::move(socket);
  }
  void ExpectServing() { EXPECT_EQ(Answered("x"), "/work x"); }

  testing::TempDir dir_;
  std::unique_ptr<BrokerServer> server_;
};

TEST_F(BrokerTest, PassesOnHowTheProgramWasCalled) {
  Start([](const Call& call) {
    const bool manifest = call.kind == Call::Kind::kManifest;
    return Says((manifest ? "manifest " : "list ") + call.directory);
  });
  Call call = CallWith("");
  for (const auto& [kind, says] : {std::pair(Call::Kind::kManifest, "manifest /work"),
                                   std::pair(Call::Kind::kResourceList, "list /work")}) {
    call.kind = kind;
    const auto answer = AskBroker(server_->address(), call);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->out.ExposeText(), says);
  }
}

TEST_F(BrokerTest, OutlivesAHandlerThatThrows) {
  Start([](const Call& call) -> Answer {
    if (call.input.ExposeText() == "x") return Says("/work x");
    throw std::bad_alloc();
  });
  const auto answer = Ask("y");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->exit_code, 1);
  EXPECT_EQ(answer->err, "ksops: internal error\n");
  ExpectServing();
}

TEST_F(BrokerTest, CarriesFailuresWithTheirMessages) {
  Start([](const Call&) {
    return Answer{1, SecretBytes::CopyOf("a list"), "ksops: a.yaml: no key\nhint: mount one\n"};
  });
  const auto answer = Ask("x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->exit_code, 1);
  EXPECT_EQ(answer->out.ExposeText(), "a list");
  EXPECT_EQ(answer->err, "ksops: a.yaml: no key\nhint: mount one\n");
}

TEST_F(BrokerTest, CarriesEmptyAndLargeAndBinaryText) {
  std::string large(5U << 20U, 'x');
  large[1000] = '\0';
  Start([&](const Call& call) { return call.input.empty() ? Answer{0, {}, ""} : Says(large); });
  EXPECT_EQ(Answered(""), "");
  EXPECT_EQ(Answered(large), large);
}

TEST_F(BrokerTest, SendsWhatIsTooLargeAsAFailure) {
  Start([](const Call&) { return Answer{0, SecretBytes(kMaxOutput + 1), ""}; });
  const auto answer = Ask("x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->exit_code, 1);
  EXPECT_TRUE(answer->out.empty());
  EXPECT_THAT(Ask(std::string(kMaxInput + 1, 'x')), Fails(Code::kLimitExceeded, "16 MiB"));
}

TEST_F(BrokerTest, ServesManyAtOnce) {
  StartEcho();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string input = std::to_string(i) + "-" + std::to_string(j);
        if (Answered(input) == "/work " + input) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 320);
}

TEST_F(BrokerTest, WaitsAMomentForAPlaceToGetFree) {
  StartEcho();
  std::vector<UniqueFd> idle;
  for (int i = 0; i < 64; ++i) idle.push_back(RawConnect());
  std::thread leaves([&] {
    std::this_thread::sleep_for(50ms);
    idle.clear();
  });
  ExpectServing();
  leaves.join();
}

TEST_F(BrokerTest, SurvivesGarbage) {
  StartEcho();
  const std::string inputs[] = {
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
      EncodeNumber(2) + EncodeNumber(1) + EncodeNumber(0) + "/",               // no such kind
      EncodeNumber(0) + EncodeNumber(0) + EncodeNumber(0),                     // no folder
      EncodeNumber(0) + EncodeNumber(kMaxPath + 1) + EncodeNumber(0) + "/x",   // too long
      EncodeNumber(0) + EncodeNumber(1) + EncodeNumber(kMaxInput + 1) + "/x",  // too large
      EncodeNumber(0) + EncodeNumber(1) + EncodeNumber(0) + "x",               // not absolute
      EncodeNumber(0) + EncodeNumber(3) + EncodeNumber(0) + std::string("/\0b", 3),
      EncodeNumber(0) + EncodeNumber(1) + EncodeNumber(100) + "/short",  // then closed
      "GET / HTTP/1.1\r\n\r\n",
      "x",
  };
  for (const std::string& input : inputs) {
    UniqueFd socket = RawConnect();
    ASSERT_THAT(Send(socket.get(), input, 1s), IsOk());
    ::shutdown(socket.get(), SHUT_WR);
    EXPECT_FALSE(ReceiveAnswer(socket.get(), 5s).has_value());
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
    EXPECT_FALSE(Ask("x").has_value());
  }
  for (int attempt = 0; attempt < 1000; ++attempt) {  // until the closed ones are noticed
    if (Ask("x").has_value()) return;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "never served again";
}

TEST_F(BrokerTest, EndsAtOnceWithSilentAndBusyClients) {
  Start([](const Call&) { return Answer{0, SecretBytes(8U << 20U), ""}; });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(RawConnect());
  for (int i = 0; i < 5; ++i) {
    clients.push_back(RawConnect());
    ASSERT_THAT(SendCall(clients.back().get(), CallWith("never read"), 1s), IsOk());
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
  EXPECT_THAT(AskBroker(address, CallWith("x")), Fails(Code::kIo, "connect"));
}

TEST_F(BrokerTest, WorksInAFolderWithALongName) {
  const std::string folder = dir_ / std::string(150, 'x');
  std::filesystem::create_directory(folder);
  auto server = BrokerServer::Start(folder, [](const Call&) { return Says("ok"); });
  ASSERT_THAT(server, IsOk());
  EXPECT_THAT(AskBroker((*server)->address(), CallWith("x")), IsOk());
}

TEST_F(BrokerTest, RefusesAnAnswerThatIsNone) {
  int pair[2];
  const auto head = [](std::size_t code, std::size_t out, std::size_t err) {
    return EncodeNumber(code) + EncodeNumber(out) + EncodeNumber(err);
  };
  for (const std::string& answer : {head(999, 0, 0), head(0, kMaxOutput + 1, 0),
                                    head(0, 0, kMaxMessages + 1), head(0, 5, 0) + "abc"}) {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    UniqueFd client(pair[0]);
    {
      UniqueFd server(pair[1]);
      ASSERT_THAT(Send(server.get(), answer, 1s), IsOk());
    }
    EXPECT_THAT(ReceiveAnswer(client.get(), 1s), Fails(Code::kIo, "ksops broker"));
  }
}

}  // namespace
}  // namespace acd::ksops
