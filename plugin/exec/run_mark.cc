#include "plugin/exec/run_mark.h"

#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "decrypt/base/unique_fd.h"
#include "plugin/exec/process_table.h"

namespace acd::exec {
namespace {

/// Who made a mark: a process, which a PID namespace, its number there and its start tell from any
/// other.
struct Maker {
  std::uint64_t name_space = 0;
  std::uint64_t pid = 0;
  std::uint64_t started = 0;

  /// How all of its marks begin.
  std::string Prefix() const {
    return std::to_string(name_space) + "." + std::to_string(pid) + "." + std::to_string(started) +
           ".";
  }
};

std::uint64_t OwnNamespace() {
  struct stat info = {};
  return ::stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

/// This process; zeros where there is no /proc.
const Maker& Self() {
  static const Maker self = [] {
    const auto entry = ReadProcess(::getpid());
    if (!entry) return Maker{};
    return Maker{OwnNamespace(), static_cast<std::uint64_t>(entry->pid), entry->started};
  }();
  return self;
}

std::optional<Maker> MakerOf(std::string_view mark) {
  Maker maker;
  for (std::uint64_t* const number : {&maker.name_space, &maker.pid, &maker.started}) {
    const auto [end, error] = std::from_chars(mark.data(), mark.data() + mark.size(), *number);
    if (error != std::errc() || end == mark.data() + mark.size() || *end != '.')
      return std::nullopt;
    mark.remove_prefix(static_cast<std::size_t>(end + 1 - mark.data()));
  }
  return maker;
}

}  // namespace

std::string NewRunMark() {
  std::array<unsigned char, 16> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    std::abort();  // the kernel promises so few bytes
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string mark = Self().Prefix();
  for (const unsigned char byte : random) {
    mark += kDigits[byte >> 4U];
    mark += kDigits[byte & 15U];
  }
  return mark;
}

void EndLeftovers() {
  const std::uint64_t own = Self().name_space;
  if (own == 0) return;
  for (const ProcessEntry& entry : ListProcesses()) {
    // First a hold on it: its number may be another's by the time that it is killed.
    const UniqueFd hold(static_cast<int>(::syscall(SYS_pidfd_open, entry.pid, 0)));
    if (!hold || entry.is_zombie) continue;
    const auto maker = MakerOf(VariableOf(entry.pid, kRunVariable));
    if (!maker || maker->name_space != own) continue;
    const auto server = ReadProcess(static_cast<pid_t>(maker->pid));
    if (server && server->started == maker->started && !server->is_zombie) continue;
    ::syscall(SYS_pidfd_send_signal, hold.get(), SIGKILL, nullptr, 0);
  }
}

}  // namespace acd::exec
