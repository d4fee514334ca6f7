#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/unique_fd.h"

namespace acd::commands::testing {

struct Finished {
  int exit_code = -1;  ///< 128 + signal
  std::string out;
  std::string err;
};

/// The real program as a process of its own, with exactly this environment. Killed on destruction.
class Program {
 public:
  explicit Program(std::vector<std::string> args, std::vector<std::string> environment = {},
                   const std::string& directory = {}) {
    int out[2];
    int err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) ADD_FAILURE() << "pipe";
    out_.Reset(out[0]);
    err_.Reset(err[0]);
    const UniqueFd out_end(out[1]);
    const UniqueFd err_end(err[1]);

    args.insert(args.begin(), std::string(ACD_BINARY_DIR) + "/bin/argocd-decrypt");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, err_end.get(), 2);
    if (!directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    if (::posix_spawn(&pid_, args[0].c_str(), &actions, nullptr, Pointers(args).data(),
                      Pointers(environment).data()) != 0) {
      ADD_FAILURE() << "cannot start " << args[0];
      pid_ = -1;
    }
    ::posix_spawn_file_actions_destroy(&actions);
  }

  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void Signal(int signal) const { ::kill(pid_, signal); }

  /// Reads standard error until a line with `text` has come.
  bool AwaitError(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (errors_.find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end || !ReadSome(err_, errors_, 1000)) return false;
    }
    return true;
  }

  /// Reads both outputs to their end and reaps.
  Finished Wait() {
    Finished finished;
    bool out_open = true;
    bool err_open = true;
    while (out_open || err_open) {
      pollfd waited[2] = {{out_open ? out_.get() : -1, POLLIN, 0},
                          {err_open ? err_.get() : -1, POLLIN, 0}};
      if (::poll(waited, 2, 120'000) <= 0) {
        ADD_FAILURE() << "the program still runs";
        Signal(SIGKILL);
        break;
      }
      if (waited[0].revents != 0) out_open = ReadSome(out_, finished.out, 0);
      if (waited[1].revents != 0) err_open = ReadSome(err_, errors_, 0);
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    finished.err = errors_;
    finished.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return finished;
  }

 private:
  static std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  // False at the end of the stream.
  static bool ReadSome(const UniqueFd& fd, std::string& into, int wait_ms) {
    pollfd waited{fd.get(), POLLIN, 0};
    if (wait_ms > 0 && ::poll(&waited, 1, wait_ms) == 0) return true;
    char buffer[4096];
    const ssize_t size = ::read(fd.get(), buffer, sizeof(buffer));
    if (size < 0) return errno == EINTR;
    into.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  }

  pid_t pid_ = -1;
  UniqueFd out_;
  UniqueFd err_;
  std::string errors_;
};

inline Finished RunProgram(std::vector<std::string> args, std::vector<std::string> environment = {},
                           const std::string& directory = {}) {
  return Program(std::move(args), std::move(environment), directory).Wait();
}

}  // namespace acd::commands::testing
