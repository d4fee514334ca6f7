#pragma once

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "plugin/exec/command_runner.h"

namespace acd::exec::testing {

/// A shell script as a command; the product itself never uses a shell.
inline Command Shell(std::string script) {
  Command command;
  command.program = "/bin/sh";
  command.args = {"-c", std::move(script)};
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  command.directory = "/";
  return command;
}

inline Budget Within(std::chrono::milliseconds time) {
  Budget budget;
  budget.deadline = Budget::Clock::now() + time;
  return budget;
}

/// Far more than any test needs: only a hang would use it up.
inline Budget Plenty() { return Within(std::chrono::minutes(2)); }

inline std::string Out(const Outcome& outcome) { return std::string(outcome.out.ExposeText()); }

/// Whether the process is gone; a zombie that init has not yet reaped counts as gone.
inline bool IsGone(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    if (::kill(pid, 0) != 0) return true;
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    if (FILE* file = std::fopen(path.c_str(), "re")) {
      char text[512] = {};
      const std::size_t size = std::fread(text, 1, sizeof(text) - 1, file);
      std::fclose(file);
      const std::string stat(text, size);
      const std::size_t end = stat.rfind(") ");
      if (end != std::string::npos && stat[end + 2] == 'Z') return true;
    }
    ::usleep(10'000);  // polling for a condition, with an end
  }
  return false;
}

inline int OpenDescriptors() {
  int count = 0;
  DIR* list = ::opendir("/proc/self/fd");
  while (::readdir(list) != nullptr) ++count;
  ::closedir(list);
  return count;
}

}  // namespace acd::exec::testing
