#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>

#include "decrypt/base/error.h"

namespace acd::commands {

/// Exit codes of every command.
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// Parses `args` (`args[0]` is the command's name). Returns the exit code when the command is over
/// already: 0 after `--help`, 2 after wrong usage, with the reason on standard error.
std::optional<int> ParseArguments(CLI::App& app, std::span<char*> args);

/// `argocd-decrypt COMMAND: message` and the hint, on standard error. Returns kFailed.
int ReportFailure(const std::string& command, const Error& error);

/// A non-empty environment variable, or `fallback`.
std::string EnvironmentOr(const char* name, const std::string& fallback);

}  // namespace acd::commands
