#include "plugin/metrics/endpoint.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "decrypt/base/unique_fd.h"
#include "tests/plugin/metrics/endpoint_fixture.h"
#include "tests/support/matchers.h"

namespace acd::metrics {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::EndpointTest;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::size_t OpenDescriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

TEST_F(EndpointTest, AnswersAScrape) {
  Start();
  const std::string answer = Scrape();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\na 1\n"));
}

TEST_F(EndpointTest, HeadHasNoBody) {
  Start();
  const std::string answer = Ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(EndpointTest, AQueryChangesNothing) {
  Start();
  EXPECT_THAT(Ask("GET /metrics?name=x HTTP/1.1\r\nHost: x\r\n\r\n"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.0\r\n\r\n"), HasSubstr(" 200 OK\r\n"));
}

TEST_F(EndpointTest, OtherPathsAndMethodsAreRefused) {
  Start();
  for (const char* path : {"/", "/metric", "/metrics/", "/Metrics", "/../metrics", "*"}) {
    EXPECT_THAT(Ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
                StartsWith("HTTP/1.1 404 Not Found\r\n"))
        << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"}) {
    const std::string answer = Ask(std::string(method) + " /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(EndpointTest, ABodyIsNotWaitedFor) {
  Start();
  EXPECT_THAT(Ask("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\nsome"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffff"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(EndpointTest, MalformedRequestsGetAnAnswerOrAnEnd) {
  Start();
  for (const std::string& text :
       {std::string("\r\n\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(300, '\0'),
        std::string("GET /metrics HTTP/9.9\r\n\r\n"), std::string("GET /metrics FTP/1.1\r\n\r\n"),
        std::string("GET /metrics HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("GET /metrics HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11) + std::string(600, '\xA5'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    EXPECT_THAT(Ask(text), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text.substr(0, 40);
  }
  EXPECT_THAT(Scrape(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EndpointTest, HeadersHaveALimit) {
  Start();
  const auto with_header = [](std::size_t size) {
    return "GET /metrics HTTP/1.1\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  };
  EXPECT_THAT(Ask(with_header(8000)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(with_header(9000)), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask("GET /" + std::string(100000, 'a') + " HTTP/1.1\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(EndpointTest, AThrowingContentIsAStatus) {
  Start({}, []() -> std::string { throw std::runtime_error("secret words"); });
  const std::string answer = Scrape();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

// One byte now and then resets no clock.
TEST_F(EndpointTest, SlowRequestsEnd) {
  Start({.request_time = milliseconds(300)});
  const Client client(port());
  const auto begin = std::chrono::steady_clock::now();
  const std::string request = "GET /metrics HTTP/1.1\r\nX: " + std::string(1000, 'x');
  std::size_t sent = 0;
  while (sent < request.size() && client.Send(request.substr(sent, 1)) &&
         client.Receive(milliseconds(20)) == "(no end)") {
    ++sent;
  }
  EXPECT_LT(sent, 100U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5000));
}

TEST_F(EndpointTest, SlowReadersEnd) {
  Start({.answer_time = milliseconds(300)}, [] { return std::string(30'000'000, 'x'); });
  const Client client(port(), 4096);
  client.Send("GET /metrics HTTP/1.1\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(700));  // it is their slowness that is tested
  EXPECT_LT(client.Receive().size(), 30'000'000U);
}

TEST_F(EndpointTest, ManyDawdlersHoldUpNoScrape) {
  Start({.max_connections = 16});
  const std::size_t before = OpenDescriptors();
  std::vector<std::unique_ptr<Client>> dawdlers;
  for (int i = 0; i < 200; ++i) {
    dawdlers.push_back(std::make_unique<Client>(port()));
    dawdlers.back()->Send("GET /metrics HTTP/1.1\r\nX: ");
    if (i % 10 == 0) {
      EXPECT_THAT(Scrape(), StartsWith("HTTP/1.1 200 OK\r\n")) << i;
    }
  }
  // Ours is the other end of each; of the server's there are no more than it may have, and the one
  // that it is just about to take.
  EXPECT_LE(OpenDescriptors(), before + dawdlers.size() + 16 + 1);
  EXPECT_EQ(dawdlers.front()->Receive(), "");
  dawdlers.clear();
  EXPECT_THAT(Scrape(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EndpointTest, ScrapesAtTheSameTimeAreAllAnswered) {
  Start();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) good += Scrape().ends_with("a 1\n") ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST_F(EndpointTest, EndsWithConnectionsOpen) {
  Start();
  const Client silent(port());
  const Client half(port());
  half.Send("GET /metr");
  Scrape();
  const auto begin = std::chrono::steady_clock::now();
  endpoint_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
  EXPECT_EQ(silent.Receive(), "");
}

TEST_F(EndpointTest, LeavesNoDescriptorToChildren) {
  Start();
  const Client client(port());
  client.Send("GET");
  Scrape();
  for (int fd = 3; fd < 1000; ++fd) {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    if (address.sin_family != AF_INET) continue;
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
}

TEST_F(EndpointTest, ATakenPortIsAnError) {
  Start();
  const auto second = Endpoint::Start({"127.0.0.1", port()}, [] { return ""; });
  EXPECT_THAT(second, acd::testing::Fails(Code::kIo, "127.0.0.1:" + std::to_string(port())));
  EXPECT_THAT(Endpoint::Start({"192.0.2.1", 0}, [] { return ""; }),
              acd::testing::Fails(Code::kIo, "192.0.2.1"));
  EXPECT_THAT(Endpoint::Start({"no.such.host.invalid", 0}, [] { return ""; }),
              acd::testing::Fails(Code::kIo, "no.such.host.invalid"));
}

TEST_F(EndpointTest, WithoutAHostItListensEverywhere) {
  auto endpoint = Endpoint::Start({"", 0}, [] { return "a 1\n"; });
  ASSERT_THAT(endpoint, acd::testing::IsOk());
  endpoint_ = *std::move(endpoint);
  EXPECT_THAT(Scrape(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

}  // namespace
}  // namespace acd::metrics
