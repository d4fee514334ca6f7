#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "plugin/exec/command_runner.h"

namespace acd::server {

/// What people ask for who wonder what they are talking to. Of a tool: its version, or why it is
/// not known.
struct Versions {
  std::string own;
  std::string kustomize;
  std::string helm;
  std::string jsonnet;
};

/// Called for each question, from any thread.
using VersionReport = std::function<Versions(const exec::Budget&)>;

/// Asks programs for their versions: none before somebody wants to know, and each again only when
/// there is another program at its path.
/// Threads: safe to call concurrently; runs one program at a time.
class ToolVersions {
 public:
  /// `name`, for error texts; `program`, a name or a path; and the arguments that make it print its
  /// version, with others for when it does not know those.
  struct Tool {
    std::string name;
    std::string program;
    std::vector<std::vector<std::string>> arguments;
  };

  /// `tool_path`: where programs are looked for that are named without a path. `runner` is borrowed
  /// for the object's life.
  ToolVersions(std::string tool_path, exec::CommandRunner& runner)
      : tool_path_(std::move(tool_path)), runner_(runner) {}

  /// The first line that the tool prints, or "could not get NAME version: REASON". At most 5
  /// seconds.
  std::string Of(const Tool& tool, const exec::Budget& budget);

 private:
  Result<std::string> Ask(const Tool& tool, const std::string& path, const exec::Budget& budget);

  std::string tool_path_;
  exec::CommandRunner& runner_;
  std::mutex mutex_;
  /// By path and what `stat` says of it.
  std::map<std::string, std::string> known_;
};

/// kustomize's own "{v5.7.1  2025-07-23T12:45:29Z  }" as Argo CD writes it, "v5.7.1 2025-…".
std::string KustomizeVersion(std::string text);

}  // namespace acd::server
