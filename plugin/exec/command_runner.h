#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::exec {

/// How long a request may still take, and whether anybody still wants its answer.
struct Budget {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> deadline;  ///< none: no limit
  std::function<bool()> cancelled;  ///< empty: never; polled, must be cheap and thread-safe

  /// kDeadline or kCancelled when the time is up or the client is gone.
  Status Check() const;
};

/// One child process. Nothing is inherited: the environment is exactly `environment`, and of the
/// open files only 0, 1, 2, `pass_fds` and `listening_socket` reach the child.
struct Command {
  std::string program;  ///< absolute path; no shell, no PATH search
  /// argv[0]; empty: `program`. A relative path (`./run.sh`) is what is started, from `directory`,
  /// where it has to be `program`: a script learns its name from that.
  std::string called;
  std::vector<std::string> args;  ///< without argv[0]; never a secret
  std::map<std::string, std::string> environment;
  std::string directory;      ///< working directory
  std::vector<int> pass_fds;  ///< kept open under the same number (memfds with values)
  /// Standard input, which may be secret; borrowed for the call. Empty: /dev/null.
  std::span<const std::uint8_t> input = {};
  /// Called as soon as the program runs, which it delays by nothing; what fails ends the program,
  /// and is the error of the run. May be empty.
  std::function<Status()> meanwhile = {};
  int listening_socket = -1;       ///< becomes descriptor 3, where systemd puts one; -1: none
  std::size_t max_file_bytes = 0;  ///< of each file it writes (RLIMIT_FSIZE); 0: no limit
  std::size_t max_stdout_bytes = 256U << 20U;
  bool drops_more_stdout = false;  ///< more is read and dropped; else it is an error
  bool has_exact_timers = false;   ///< else a timer may be 5 ms late, which Go's runtime gains by
  /// Of more the first and the last half are kept, with a note between them.
  std::size_t max_stderr_bytes = 64U << 10U;
  /// How long what a program has left behind may hold standard output without printing.
  std::chrono::milliseconds max_silence{10'000};
  /// For this run, within the budget. None: the budget alone.
  std::optional<std::chrono::milliseconds> time_limit = {};
  /// Between SIGTERM and SIGKILL when that is up, within the budget. None: short.
  std::optional<std::chrono::milliseconds> term_grace = {};
};

/// Bounds on a child together with all that it starts; 0: none. Looked at some ten times a second,
/// so that a quick one may pass them for that long.
struct ChildLimits {
  std::size_t max_memory_bytes = 0;  ///< resident, added up
  std::size_t max_processes = 0;
};

/// What a finished child left. A non-zero exit is not an Error here: the caller knows what it
/// means.
struct Outcome {
  int exit_code = 0;  ///< 128 + signal when it was killed by one
  int signal = 0;     ///< the signal that killed it, else 0
  SecretBytes out;    ///< stdout; may hold plaintext
  std::string err;    ///< stderr, capped, trailing white space trimmed
  std::chrono::milliseconds wall{0};
};

/// Starts children; the only place where the product does.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// Runs to the end. When the budget ends, or stdout passes its limit, the whole process group is
  /// ended (SIGTERM, then SIGKILL) before this returns. Of a program that succeeds, what it has
  /// started is waited for as long as it holds standard output, while it is not silent
  /// for too long; then all is ended, wherever it went, if orphans are adopted (AdoptOrphans).
  /// Errors: kNotFound (no such program), kDeadline, kCancelled, kLimitExceeded, kIo, kToolFailed
  /// (standard output is still held); those of `meanwhile`.
  /// Threads: safe to call concurrently; blocks.
  virtual Result<Outcome> Run(const Command& command, const Budget& budget) = 0;
};

/// The real one, on Boost.Process.
std::unique_ptr<CommandRunner> MakeProcessRunner(const ChildLimits& limits = {});

/// Absolute path of an executable: `name` itself when it has a slash, else found along `path_list`
/// (colon-separated). Error: kNotFound, naming the folders searched.
Result<std::string> FindProgram(const std::string& name, const std::string& path_list);

}  // namespace acd::exec
