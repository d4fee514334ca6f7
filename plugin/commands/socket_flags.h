#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace acd::commands {

/// Which server a client command talks to: `--socket`, or the one in `--socket-dir` that has the
/// name of the configured plugin; if that is not there, the only one of ours.
struct SocketFlags {
  SocketFlags();

  std::string socket;
  std::string socket_dir;

  void AddTo(CLI::App& app);
  std::string Path() const;
};

}  // namespace acd::commands
