#include "plugin/commands/cli.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace acd::commands {

std::optional<int> ParseArguments(CLI::App& app, std::span<char*> args) {
  try {
    app.parse(static_cast<int>(args.size()), args.data());
    return std::nullopt;
  } catch (const CLI::ParseError& stop) {
    const int code = app.exit(stop, std::cout, std::cerr);
    return code == 0 ? kDone : kWrongUsage;
  }
}

int ReportFailure(const std::string& command, const Error& error) {
  std::string text = "argocd-decrypt " + command + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "hint: " + error.hint + "\n";
  std::fputs(text.c_str(), stderr);
  return kFailed;
}

std::string EnvironmentOr(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

}  // namespace acd::commands
