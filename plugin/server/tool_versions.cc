#include "plugin/server/tool_versions.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace acd::server {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMaxOutputBytes = 4096;
constexpr std::size_t kMaxTextBytes = 300;
constexpr std::size_t kMaxKnown = 64;

// One line of ASCII, whatever a program or a path holds: protobuf's strings must be UTF-8.
std::string Line(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
  text = text.substr(0, std::min(text.find_last_not_of(" \t") + 1, kMaxTextBytes));
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

// Tells one program at a path from the next one.
std::optional<std::string> Identity(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  std::string identity = path;
  for (const auto part :
       {static_cast<long long>(info.st_dev), static_cast<long long>(info.st_ino),
        static_cast<long long>(info.st_size), static_cast<long long>(info.st_mtim.tv_sec),
        static_cast<long long>(info.st_mtim.tv_nsec)}) {
    identity += ':' + std::to_string(part);
  }
  return identity;
}

void Replace(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

std::string ToolVersions::Of(const Tool& tool, const exec::Budget& budget) {
  const std::string unknown = "could not get " + tool.name + " version: ";
  const auto path = exec::FindProgram(tool.program, tool_path_);
  if (!path) return unknown + Line(path.error().message);
  const auto identity = Identity(*path);
  if (!identity) return unknown + "the program has gone";

  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(*identity); found != known_.end()) return found->second;
  exec::Budget patience = budget;
  const auto limit = exec::Budget::Clock::now() + kPatience;
  patience.deadline = patience.deadline ? std::min(*patience.deadline, limit) : limit;
  const auto version = Ask(tool, *path, patience);
  if (!version) {
    // Not kept: it may say nothing of the program, but of a moment.
    return unknown + Line(version.error().message);
  }
  if (known_.size() >= kMaxKnown) known_.clear();
  return known_[*identity] = *version;
}

Result<std::string> ToolVersions::Ask(const Tool& tool, const std::string& path,
                                      const exec::Budget& budget) {
  std::string problem = "it prints nothing";
  for (const auto& arguments : tool.arguments) {
    exec::Command command;
    command.program = path;
    command.args = arguments;
    command.directory = "/";
    command.max_stdout_bytes = kMaxOutputBytes;
    command.max_stderr_bytes = kMaxOutputBytes;
    ACD_TRY(const exec::Outcome outcome, runner_.Run(command, budget));
    if (outcome.exit_code != 0) {
      problem = "exit status " + std::to_string(outcome.exit_code) + ": " + Line(outcome.err);
      continue;
    }
    std::string line = Line(outcome.out.ExposeText());
    if (!line.empty()) return line;
  }
  return Fail(Code::kToolFailed, problem);
}

std::string KustomizeVersion(std::string text) {
  if (text.starts_with('{')) text.erase(0, 1);
  if (text.ends_with('}')) text.pop_back();
  text = Line(text);
  Replace(text, "  ", " ");
  if (text.starts_with("kustomize/")) text.erase(0, std::string_view("kustomize/").size());
  return text;
}

}  // namespace acd::server
