#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::commands {

/// What `call` knows about the Application it plays, from its flags.
struct CallApplication {
  std::string name = "call";
  std::string project = "default";
  std::string namespace_ = "default";
  std::string repository;
  std::string revision;
  std::string path;
  std::string kube_version;
  std::vector<std::string> api_versions;
  std::string parameters_json;           ///< an array as in ARGOCD_APP_PARAMETERS, or empty
  std::vector<std::string> parameters;   ///< name=value; arrays take several, maps name=key=value
  std::vector<std::string> environment;  ///< NAME=VALUE, after everything else
};

/// The variables that the repo-server would send. Spec: cmp-protocol.md 2.6, 2.7.
/// Errors (kInvalidInput): not NAME=VALUE; parameters that are no such JSON, or that are unknown.
Result<std::vector<std::pair<std::string, std::string>>> CallEnvironment(
    const CallApplication& application);

}  // namespace acd::commands
