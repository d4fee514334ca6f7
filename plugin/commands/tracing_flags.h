#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/tracing/settings.h"

namespace acd::commands {

/// What flags can say about traces. Where one of them is missing, the variable counts that the
/// stock plugin server has for it, ARGOCD_CMP_SERVER_OTLP_*.
struct TracingFlags {
  std::string address;
  bool insecure = true;
  std::string headers;
  std::string attributes;
  double sample_ratio = 1;

  void AddTo(CLI::App& app);

  /// After parsing. Without an address there is nothing to trace, and nothing else is looked at.
  /// Error: kInvalidInput, without a header's text.
  Result<tracing::TracingSettings> Take() const;
  /// Whether the stock server's variables ask for traces, and nothing of ours does. A container
  /// that has them must start with another program, too.
  bool IsStock() const { return address.empty(); }

 private:
  CLI::Option* insecure_ = nullptr;
  CLI::Option* sample_ratio_ = nullptr;
};

}  // namespace acd::commands
