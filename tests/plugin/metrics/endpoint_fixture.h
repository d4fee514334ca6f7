#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/base/unique_fd.h"
#include "plugin/metrics/endpoint.h"
#include "tests/support/matchers.h"

namespace acd::metrics::testing {

using std::chrono::milliseconds;

// A client that does as it likes.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) {
    fd_.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }

  bool Send(std::string_view text) const {
    return ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  // All up to the end that the server makes; what came so far if that takes too long.
  std::string Receive(milliseconds limit = milliseconds(10000)) const {
    const auto until = std::chrono::steady_clock::now() + limit;
    std::string all;
    for (;;) {
      const auto left =
          std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
      pollfd wait{fd_.get(), POLLIN, 0};
      if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) {
        return all + "(no end)";
      }
      std::array<char, 65536> buffer;
      const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  UniqueFd fd_;
};

class EndpointTest : public ::testing::Test {
 protected:
  void Start(
      EndpointLimits limits = {}, Endpoint::Content content = [] { return "a 1\n"; }) {
    auto endpoint = Endpoint::Start({"127.0.0.1", 0}, std::move(content), limits);
    ASSERT_THAT(endpoint, acd::testing::IsOk());
    endpoint_ = *std::move(endpoint);
  }
  std::uint16_t port() const { return endpoint_->address().port; }
  std::string Ask(std::string_view request) const {
    const Client client(port());
    client.Send(request);
    return client.Receive();
  }
  std::string Scrape() const { return Ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); }

  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace acd::metrics::testing
