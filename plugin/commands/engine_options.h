#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <string>

#include "plugin/commands/engine.h"

namespace acd::commands {

/// Adds a setting: a flag whose value may also come from `ARGOCD_DECRYPT_<NAME>`, NAME being the
/// flag's own in capitals: `--max-run-time` is ARGOCD_DECRYPT_MAX_RUN_TIME. The flag wins.
template <typename T>
CLI::Option* AddSetting(CLI::App& app, const std::string& flag, T& value, const std::string& help) {
  std::string variable = "ARGOCD_DECRYPT_" + flag;
  for (char& c : variable) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  CLI::Option* option = nullptr;
  if constexpr (std::is_same_v<T, bool>) {
    option = app.add_flag("--" + flag, value, help);
  } else {
    option = app.add_option("--" + flag, value, help)->capture_default_str();
  }
  return option->envname(variable);
}

/// What flags can say about an engine, in the units that people write.
struct EngineFlags {
  EngineFlags();

  EngineSettings settings;
  std::size_t max_message_mb;  ///< default: ARGOCD_GRPC_MAX_SIZE_MB, else 100
  double max_run_time_s = 0;   ///< 0: as long as the caller's deadline
  std::size_t max_archive_mb;
  std::size_t max_unpacked_mb;
  std::size_t max_jsonnet_mb;
  std::size_t max_child_memory_mb;
  double max_wait_s;

  void AddTo(CLI::App& app);
  /// The settings, once the command line is parsed. Error: kInvalidInput naming the flag.
  Result<EngineSettings> Take();
};

}  // namespace acd::commands
