#pragma once

#include <functional>
#include <string>
#include <vector>

namespace acd::server {

/// What a health check answers.
struct Health {
  bool serving = true;
  std::vector<std::string> problems;  ///< why not, or what is wrong nevertheless; no secrets
};

/// Metadata of a health answer: one of the problems, as UTF-8.
inline constexpr const char* kProblemKey = "argocd-decrypt-problem-bin";

/// Called for each health check, from any thread. Empty: all is well.
using HealthCheck = std::function<Health()>;

}  // namespace acd::server
