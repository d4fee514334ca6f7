#include "plugin/server/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace acd::server {
namespace {

// Out of descriptors: a retry makes sense only when some connection has ended.
constexpr int kRetryMs = 50;

}  // namespace

Acceptor::Acceptor(ListeningSocket socket, std::function<void(UniqueFd)> take)
    : socket_(std::move(socket)), take_(std::move(take)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (!wake_) std::abort();  // at start, with no descriptor left for anything
  thread_ = std::thread([this] { Loop(); });
}

void Acceptor::Stop() noexcept {
  if (!thread_.joinable()) return;
  socket_.Unlink();
  const std::uint64_t one = 1;
  while (::write(wake_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  thread_.join();
  AcceptWaiting();
  socket_.Close();
}

void Acceptor::Loop() {
  std::array<pollfd, 2> waited{pollfd{socket_.fd(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
  while (true) {
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;  // EINTR
    if (waited[1].revents != 0) return;
    if (waited[0].revents != 0 && !AcceptWaiting()) {
      pollfd wake{wake_.get(), POLLIN, 0};
      if (::poll(&wake, 1, kRetryMs) > 0) return;
    }
  }
}

bool Acceptor::AcceptWaiting() {
  while (true) {
    UniqueFd connection(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      take_(std::move(connection));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return false;
    }
  }
}

}  // namespace acd::server
