#include "plugin/exec/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <mutex>
#include <string_view>

#include "decrypt/base/unique_fd.h"

namespace acd::exec {
namespace {

// What another process may put there is read up to here.
constexpr std::size_t kMaxBytes = 1U << 20U;

/// Descriptors for the moment when there are no others: without a look at /proc nothing would bound
/// what commands take, and what they leave behind would live on. A list and a file of it are open
/// at a time; who comes second while both are in use may find none.
class Kept {
 public:
  Kept() {
    for (UniqueFd& fd : fds_) fd = OpenAny();
  }

  /// Opens what `path` names, if need be in the place of a kept descriptor.
  UniqueFd Open(const std::string& path, int flags) {
    UniqueFd fd(::open(path.c_str(), flags));
    if (fd || (errno != EMFILE && errno != ENFILE)) return fd;
    const std::lock_guard lock(mutex_);
    for (UniqueFd& kept : fds_) {
      if (!kept) continue;
      kept.Reset();
      fd.Reset(::open(path.c_str(), flags));
      if (fd) return fd;
      const int error = errno;
      kept = OpenAny();
      errno = error;
      if (error != EMFILE && error != ENFILE) return fd;  // a process that has ended, say
    }
    return fd;
  }

  /// To be called when something was closed.
  void Refill() {
    const std::lock_guard lock(mutex_);
    for (UniqueFd& fd : fds_) {
      if (!fd) fd = OpenAny();
    }
  }

 private:
  static UniqueFd OpenAny() { return UniqueFd(::open("/proc", O_PATH | O_CLOEXEC)); }

  std::mutex mutex_;
  std::array<UniqueFd, 2> fds_;
};

Kept& TheKept() {
  static Kept& kept = *new Kept;  // for as long as any thread runs
  return kept;
}

/// Nothing: there is no such file. What ends with an error is taken up to there.
std::optional<std::string> ReadProc(const std::string& path) {
  UniqueFd fd = TheKept().Open(path, O_RDONLY | O_CLOEXEC);
  if (!fd) return std::nullopt;
  std::string text;
  while (text.size() < kMaxBytes) {
    const std::size_t at = text.size();
    text.resize(at + 4096);
    const ssize_t size = ::read(fd.get(), text.data() + at, 4096);
    text.resize(at + (size > 0 ? static_cast<std::size_t>(size) : 0));
    if (size <= 0 && !(size < 0 && errno == EINTR)) break;
  }
  fd.Reset();
  TheKept().Refill();
  return text;
}

/// The numbers of a text that blanks part; what is no number is 0.
std::vector<std::int64_t> Numbers(std::string_view text) {
  std::vector<std::int64_t> numbers;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    std::int64_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    numbers.push_back(number);
    text.remove_prefix(word.size());
  }
  return numbers;
}

/// Spec: proc(5), /proc/pid/stat. The name, in parentheses, may hold anything.
bool ReadEntry(pid_t pid, ProcessEntry& entry) {
  const std::string text = ReadProc("/proc/" + std::to_string(pid) + "/stat").value_or("");
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos || name_end + 3 >= text.size()) return false;
  const char state = text[name_end + 2];
  const auto fields = Numbers(std::string_view(text).substr(name_end + 3));
  constexpr std::size_t kParent = 0;
  constexpr std::size_t kGroup = 1;
  constexpr std::size_t kStarted = 18;
  constexpr std::size_t kResidentPages = 20;
  if (fields.size() <= kResidentPages) return false;
  entry.pid = pid;
  entry.parent = static_cast<pid_t>(fields[kParent]);
  entry.group = static_cast<pid_t>(fields[kGroup]);
  entry.started = static_cast<std::uint64_t>(fields[kStarted]);
  entry.is_zombie = state == 'Z' || state == 'X';
  entry.resident_bytes = static_cast<std::uint64_t>(fields[kResidentPages]) *
                         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return true;
}

}  // namespace

void KeepDescriptorsForProcesses() { TheKept(); }

std::optional<ProcessEntry> ReadProcess(pid_t pid) {
  ProcessEntry entry;
  return ReadEntry(pid, entry) ? std::optional(entry) : std::nullopt;
}

std::vector<ProcessEntry> ListProcesses() {
  std::vector<ProcessEntry> entries;
  UniqueFd proc = TheKept().Open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, int (*)(DIR*)> list(proc ? ::fdopendir(proc.get()) : nullptr, ::closedir);
  if (!list) return entries;
  proc.Release();  // the list's
  while (const dirent* found = ::readdir(list.get())) {
    const std::string_view name = found->d_name;
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    ProcessEntry entry;
    if (ReadEntry(pid, entry)) entries.push_back(entry);
  }
  list.reset();
  TheKept().Refill();
  return entries;
}

std::vector<pid_t> ChildrenOfFirstThread() {
  const std::string self = std::to_string(::getpid());
  std::vector<pid_t> children;
  if (const auto list = ReadProc("/proc/" + self + "/task/" + self + "/children")) {
    for (const std::int64_t pid : Numbers(*list)) {
      children.push_back(static_cast<pid_t>(pid));
    }
    return children;
  }
  // A kernel without CONFIG_PROC_CHILDREN.
  for (const ProcessEntry& entry : ListProcesses()) {
    if (entry.parent == ::getpid()) children.push_back(entry.pid);
  }
  return children;
}

std::string VariableOf(pid_t pid, const std::string& name) {
  const std::string all = ReadProc("/proc/" + std::to_string(pid) + "/environ").value_or("");
  const std::string begin = name + "=";
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    if (entry.starts_with(begin)) return std::string(entry.substr(begin.size()));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
  }
  return {};
}

}  // namespace acd::exec
