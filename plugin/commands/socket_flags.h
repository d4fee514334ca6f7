#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace acd::commands {

/// Which server a client command talks to: `--socket`, or the default name in `--socket-dir`.
struct SocketFlags {
  SocketFlags();

  std::string socket;
  std::string socket_dir;

  void AddTo(CLI::App& app);
  std::string Path() const;
};

}  // namespace acd::commands
