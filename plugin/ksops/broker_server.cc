#include "plugin/ksops/broker_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/ksops/broker_protocol.h"
#include "plugin/ksops/evaluate.h"
#include "plugin/ksops/socket_path.h"

namespace acd::ksops {
namespace {

constexpr std::chrono::milliseconds kIdle{10'000};
constexpr std::size_t kMaxConnections = 64;
constexpr std::chrono::milliseconds kPatience{1'000};
constexpr int kRetryMs = 20;

bool IsSameUser(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

}  // namespace

Result<std::unique_ptr<BrokerServer>> BrokerServer::Start(const std::string& run_dir,
                                                          Handler handler) {
  const std::string address = run_dir + "/ksops.sock";
  ACD_TRY(UniqueFd listener, ListenAt(address));
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return SystemFailure("ksops broker: eventfd", errno);
  std::unique_ptr<BrokerServer> server(
      new BrokerServer(address, std::move(listener), std::move(wake), std::move(handler)));
  try {
    server->accept_thread_ = std::thread([raw = server.get()] { raw->AcceptLoop(); });
  } catch (const std::system_error& error) {
    return SystemFailure("ksops broker: thread", error.code().value());
  }
  return server;
}

BrokerServer::BrokerServer(std::string address, UniqueFd listener, UniqueFd wake, Handler handler)
    : address_(std::move(address)),
      listener_(std::move(listener)),
      wake_(std::move(wake)),
      handler_(std::move(handler)) {}

BrokerServer::~BrokerServer() {
  const std::uint64_t one = 1;
  // An eventfd that nobody has written to cannot be full.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
  if (accept_thread_.joinable()) accept_thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_) ::shutdown(connection.socket.get(), SHUT_RDWR);
  }
  // Nobody adds connections any more, so the list itself stays as it is.
  for (Connection& connection : connections_) connection.thread.join();
  ::unlink(address_.c_str());
}

void BrokerServer::AcceptLoop() {
  while (true) {
    pollfd fds[2] = {{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents != 0) return;
    if (fds[1].revents != 0) Accept();
  }
}

void BrokerServer::Accept() {
  UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) {  // out of descriptors: poll would call again at once
    pollfd fd{wake_.get(), POLLIN, 0};
    ::poll(&fd, 1, kRetryMs);
    return;
  }
  if (!IsSameUser(socket.get())) return;
  if (!AwaitPlace()) return;
  const std::lock_guard lock(mutex_);
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  try {
    connection.thread = std::thread([this, &connection] { Serve(connection); });
  } catch (const std::system_error&) {
    connections_.pop_back();  // no thread to be had: the generator sees its connection end
  }
}

// On a busy machine connections that their clients have closed still count until their threads get
// to run. So the limit turns nobody away before it has been reached for a while.
bool BrokerServer::AwaitPlace() {
  while (!HasPlace()) {
    pollfd fd{wake_.get(), POLLIN, 0};
    if (std::chrono::steady_clock::now() - last_place_ >= kPatience) return false;
    if (::poll(&fd, 1, kRetryMs) > 0) return false;
  }
  last_place_ = std::chrono::steady_clock::now();
  return true;
}

bool BrokerServer::HasPlace() {
  Reap();
  const std::lock_guard lock(mutex_);
  return connections_.size() < kMaxConnections;
}

// Out of a thread of ours, an exception would end the process.
Answer BrokerServer::Handle(const Call& call) const {
  try {
    return handler_(call);
  } catch (...) {
    return Refuse(call.kind, Error{Code::kInternal, "internal error"});
  }
}

// Joins the threads of connections that have ended. Their sockets stay open until here, so that the
// destructor never shuts down somebody else's descriptor.
void BrokerServer::Reap() {
  std::list<Connection> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto next = std::next(it);
      if (it->done) ended.splice(ended.end(), connections_, it);
      it = next;
    }
  }
  for (Connection& connection : ended) connection.thread.join();
}

void BrokerServer::Serve(Connection& connection) {
  const int socket = connection.socket.get();
  // What fails here, the other side notices by itself.
  if (const auto call = ReceiveCall(socket, kIdle)) (void)SendAnswer(socket, Handle(*call), kIdle);
  ::shutdown(socket, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  connection.done = true;
}

}  // namespace acd::ksops
