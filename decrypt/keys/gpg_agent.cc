#include "decrypt/keys/gpg_agent.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"

namespace acd::keys {
namespace {

constexpr std::chrono::milliseconds kLinger{300};
constexpr int kBacklog = 64;
constexpr int kGreetingMs = 2000;
// Longer than any agent is used at a stretch: a limit on calls to it, which there are none of.
constexpr std::chrono::hours kNoLimit{24 * 365};

Failure AgentFailure(const std::string& what) { return SystemFailure("gpg-agent: " + what, errno); }

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Fail(Code::kLimitExceeded, "gpg-agent: the path of its socket is too long",
                "choose a work folder with a shorter path");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Result<UniqueFd> ListenOn(const std::string& path) {
  ACD_TRY(const sockaddr_un address, AddressOf(path));
  ::unlink(path.c_str());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(fd.get(), kBacklog) != 0) {
    return AgentFailure("socket");
  }
  return fd;
}

/// Whether the agent greets us. It holds the only copy of the listening socket, so that nobody can
/// connect once it is dead. The greeting is waited for: an agent that cannot send it dies of that.
bool Greets(const std::string& path) {
  const auto address = AddressOf(path);
  if (!address) return false;
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return true;  // no descriptor is free: that says nothing about the agent
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    return errno == EAGAIN;  // a full backlog
  }
  pollfd greeted{fd.get(), POLLIN, 0};
  if (::poll(&greeted, 1, kGreetingMs) <= 0) return false;
  char text[256];
  return ::read(fd.get(), text, sizeof(text)) > 0;
}

/// Whether GnuPG on this machine keeps sockets apart from its homes.
bool HasSocketFolder() {
  const std::string user = "user/" + std::to_string(::geteuid());
  for (const char* base : {"/run/gnupg/", "/run/", "/var/run/gnupg/", "/var/run/"}) {
    struct stat info = {};
    if (::stat((base + user).c_str(), &info) == 0) return true;
  }
  return false;
}

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

GpgAgent::GpgAgent(std::shared_ptr<const KeyTools> tools, std::string home)
    : tools_(std::move(tools)), home_(std::move(home)) {}

void GpgAgent::End() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (socket_path_.empty()) return;
  ::unlink(socket_path_.c_str());
  if (ParentOf(socket_path_) != home_) ::rmdir(ParentOf(socket_path_).c_str());
  socket_path_.clear();
}

Result<GpgAgent::Lease> GpgAgent::Use() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !lost_; });
  if (state_ == State::kIdle) {
    if (thread_.joinable()) thread_.join();  // it takes no lock any more
    state_ = State::kStarting;
    try {
      thread_ = std::thread([this] { Serve(); });
    } catch (const std::system_error& error) {
      state_ = State::kIdle;
      return SystemFailure("gpg-agent: thread", error.code().value());
    }
  }
  ++users_;
  ++uses_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return state_ != State::kStarting; });
  if (state_ == State::kRunning) return Lease(this, starts_);
  --users_;
  return Fail(failure_);
}

bool GpgAgent::IsLost(const Lease& lease) {
  std::unique_lock lock(mutex_);
  const auto is_current = [&] { return state_ == State::kRunning && starts_ == lease.start_; };
  if (!is_current()) return true;
  const std::string path = socket_path_;
  lock.unlock();
  if (Greets(path)) return false;
  lock.lock();
  if (is_current()) lost_ = true;  // else somebody has replaced it
  lock.unlock();
  changed_.notify_all();
  return true;
}

void GpgAgent::Leave() {
  {
    const std::lock_guard lock(mutex_);
    --users_;
    ++uses_;
  }
  changed_.notify_all();
}

void GpgAgent::Serve() {
  auto agent = TryStart();
  std::unique_lock lock(mutex_);
  if (!agent) {
    failure_ = std::move(agent).error();
    state_ = State::kIdle;
    changed_.notify_all();
    return;
  }
  state_ = State::kRunning;
  ++starts_;
  changed_.notify_all();
  AwaitEnd(lock);
  state_ = State::kIdle;
  lost_ = false;
  changed_.notify_all();
  lock.unlock();
  (*agent).reset();  // killed and waited for
}

// Returns when the agent is dead, is to end, or was not used for a moment.
void GpgAgent::AwaitEnd(std::unique_lock<std::mutex>& lock) {
  const auto ended = [this] { return stop_ || lost_; };
  while (!ended()) {
    if (users_ > 0) {
      changed_.wait(lock, [&] { return users_ == 0 || ended(); });
      continue;
    }
    const auto used = [&, seen = uses_] { return uses_ != seen || ended(); };
    if (!changed_.wait_for(lock, kLinger, used)) return;
  }
}

// What leaves a thread's function ends the program.
Result<std::unique_ptr<age::PluginChannel>> GpgAgent::TryStart() {
  try {
    return Start();
  } catch (const std::bad_alloc&) {
    return Fail(Code::kNoRoom, "out of memory");  // short enough to need none itself
  } catch (const std::exception& error) {
    return Fail(Code::kIo, std::string("gpg-agent: ") + error.what());
  }
}

Result<std::string> GpgAgent::SocketPath() const {
  if (!HasSocketFolder()) return home_ + "/S.gpg-agent";
  Program program;
  ACD_TRY(program.path, tools_->programs->Find("gpgconf", tools_->path));
  program.args = {"--homedir", home_, "--list-dirs", "agent-socket"};
  program.environment = {{"PATH", tools_->path}, {"HOME", home_}};
  ACD_TRY(const ProgramEnd end, tools_->programs->Run(program));
  std::string path(end.out.ExposeText());
  path.erase(path.find_last_not_of("\r\n") + 1);
  if (end.exit_code != 0 || path.empty() || path.front() != '/') {
    return Fail(Code::kToolFailed, "gpgconf: does not say where the agent's socket belongs");
  }
  ::mkdir(ParentOf(path).c_str(), 0700);  // if not, then the socket cannot be made
  return path;
}

Result<std::unique_ptr<age::PluginChannel>> GpgAgent::Start() {
  Program program;
  ACD_TRY(program.path, tools_->programs->Find("gpg-agent", tools_->path));
  if (socket_path_.empty()) {
    ACD_TRY(socket_path_, SocketPath());
  }
  ACD_TRY(const UniqueFd socket, ListenOn(socket_path_));
  // "Supervised" is GnuPG's word for the foreground, on a socket as systemd passes one.
  program.args = {"--homedir", home_, "--supervised", "--no-options", "--disable-scdaemon"};
  program.environment = {
      {"PATH", tools_->path}, {"HOME", home_}, {"LC_ALL", "C"}, {"LISTEN_FDS", "1"}};
  program.listening_socket = socket.get();
  program.limit = kNoLimit;
  return tools_->programs->Start(program);
}

}  // namespace acd::keys
