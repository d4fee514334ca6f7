#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decrypt/age/plugin.h"
#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// A program that holds or opens keys: gpg and its agent, a key command, an age plugin. It gets
/// this environment, this standard input and nothing else of ours.
struct Program {
  std::string path;               ///< absolute
  std::vector<std::string> args;  ///< without argv[0]; never a secret
  std::map<std::string, std::string> environment;
  std::string directory;                     ///< working directory; empty: /
  std::span<const std::uint8_t> input = {};  ///< borrowed for the call; may be secret
  int listening_socket = -1;                 ///< becomes descriptor 3; borrowed; -1: none
  std::chrono::milliseconds limit{20'000};   ///< then it is killed
  std::size_t max_output_bytes = 1U << 20U;
  Check check = {};  ///< when it fails, the program is killed
};

/// What a finished program left.
struct ProgramEnd {
  int exit_code = 0;  ///< 128 + signal when it was killed by one
  SecretBytes out;
  std::string err;  ///< as it was written, capped: not fit to be shown as it is
};

/// Starts programs, so that this library starts no process. Whatever they leave running in their
/// process group is killed. Threads: safe to call concurrently.
class Programs {
 public:
  virtual ~Programs() = default;
  /// The absolute path of a program along `path_list` (colon-separated); a name with a slash in it
  /// is a path already. Error: kNotFound, naming the folders.
  virtual Result<std::string> Find(const std::string& name, const std::string& path_list) const = 0;
  /// Runs it to its end. Errors: kNotFound, kToolFailed (its own limit), kLimitExceeded, kIo, and
  /// that of `check`.
  virtual Result<ProgramEnd> Run(const Program& program) const = 0;
  /// Starts it to talk to it; `input` must be empty, and what `check` refers to outlives the
  /// channel. Destroying the channel kills it and waits for that, and so does the end of the
  /// calling thread. Errors: kNotFound, kIo; of the channel also kToolFailed (its limit) and that
  /// of `check`.
  virtual Result<std::unique_ptr<age::PluginChannel>> Start(const Program& program) const = 0;
};

}  // namespace acd::keys
