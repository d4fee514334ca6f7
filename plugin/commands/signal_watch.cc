#include "plugin/commands/signal_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace acd::commands {
namespace {

// A handler has no argument of ours; this is all it touches.
std::atomic<int> watched_event = -1;
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

constexpr int kEnding[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

void Notify(int event) {
  const std::uint64_t one = 1;
  // The counter cannot overflow in practice, and a handler could do nothing about it.
  [[maybe_unused]] const auto written = ::write(event, &one, sizeof(one));
}

extern "C" void OnSignal(int signal) {
  const int saved = errno;
  int none = 0;
  first_signal.compare_exchange_strong(none, signal, std::memory_order_relaxed);
  if (const int event = watched_event.load(std::memory_order_relaxed); event >= 0) Notify(event);
  errno = saved;
}

extern "C" void OnPipe(int) {}

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

/// `nohup` has programs ignore SIGHUP, and that is to stay so.
bool IsIgnored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

SignalWatch::SignalWatch() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
  if (!event_) std::abort();
  first_signal.store(0, std::memory_order_relaxed);
  watched_event.store(event_.get(), std::memory_order_relaxed);
  for (const int signal : kEnding) {
    if (signal != SIGHUP || !IsIgnored(signal)) Handle(signal, OnSignal);
  }
  // With a closed log pipe a write fails; it must not end the server. Not SIG_IGN: children would
  // inherit that.
  Handle(SIGPIPE, OnPipe);
}

SignalWatch::~SignalWatch() {
  for (const int signal : kEnding) {
    if (!IsIgnored(signal)) Handle(signal, SIG_DFL);
  }
  Handle(SIGPIPE, SIG_DFL);
  watched_event.store(-1, std::memory_order_relaxed);
}

bool SignalWatch::Wait(std::optional<std::chrono::milliseconds> timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout.value_or(std::chrono::milliseconds());
  while (true) {
    std::uint64_t count = 0;
    if (::read(event_.get(), &count, sizeof(count)) == sizeof(count)) return true;
    int wait_ms = -1;
    if (timeout) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      wait_ms = static_cast<int>(left.count());
    }
    pollfd waited{event_.get(), POLLIN, 0};
    ::poll(&waited, 1, wait_ms);
  }
}

int SignalWatch::Signal() const { return first_signal.load(std::memory_order_relaxed); }

void SignalWatch::Wake() { Notify(event_.get()); }

}  // namespace acd::commands
