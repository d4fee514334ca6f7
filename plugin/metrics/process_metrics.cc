#include "plugin/metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace acd::metrics {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Fields of /proc/self/stat that follow the program's name, counted from the state.
constexpr std::size_t kUserTicks = 11;
constexpr std::size_t kSystemTicks = 12;
constexpr std::size_t kStartTicks = 19;
constexpr std::size_t kResidentPages = 21;

double TicksPerSecond() { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

// The name is in parentheses and may hold any character, these too.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(text.substr(std::min(text.rfind(')'), text.size() - 1) + 1));
  std::vector<double> fields{0};  // the state is a letter
  std::string state;
  rest >> state;
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return kUnknown;
}

double OpenFiles() {
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> folder(::opendir("/proc/self/fd"));
  if (!folder) return kUnknown;
  double count = -1;  // the folder's own descriptor is one of them
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

double MaxFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUnknown;
  if (limit.rlim_cur == RLIM_INFINITY) return std::numeric_limits<double>::infinity();
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void AddProcessMetrics(Registry& registry) {
  auto& cpu = registry.AddGauge({.name = "process_cpu_seconds_total",
                                 .help = "User and system time of the process.",
                                 .is_total = true});
  auto& memory = registry.AddGauge(
      {.name = "process_resident_memory_bytes", .help = "Memory of the process that is in RAM."});
  auto& open = registry.AddGauge(
      {.name = "process_open_fds", .help = "Open file descriptors of the process."});
  auto& most = registry.AddGauge(
      {.name = "process_max_fds", .help = "File descriptors that the process may have open."});
  auto& start = registry.AddGauge({.name = "process_start_time_seconds",
                                   .help = "When the process started, in seconds since 1970."});
  registry.BeforeText([&cpu, &memory, &open, &most, &start, boot = BootTime()] {
    open.With().Set(OpenFiles());
    most.With().Set(MaxFiles());
    const std::vector<double> fields = StatFields();
    if (fields.size() <= kResidentPages) return;
    cpu.With().Set((fields[kUserTicks] + fields[kSystemTicks]) / TicksPerSecond());
    memory.With().Set(fields[kResidentPages] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    start.With().Set(boot + fields[kStartTicks] / TicksPerSecond());
  });
}

}  // namespace acd::metrics
