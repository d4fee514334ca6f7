#pragma once

#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/commands/call_environment.h"

namespace acd::commands {

/// What a file with an Application says about one render.
struct ApplicationFile {
  CallApplication application;  ///< name, project, namespace, repository, parameters, variables
  std::string path;             ///< of its source in the repository; empty: it names none
};

/// Reads a manifest of an Argo CD Application, the first in the file; `-` is standard input. Of
/// several sources the one with a plugin counts, or the `source`th, from 1.
/// Errors name file and field: kInvalidInput (no Application, a source that Argo CD renders itself,
/// several to choose from), kUnsupported (an ApplicationSet), those of ReadInput.
Result<ApplicationFile> ReadApplicationFile(const std::string& file, std::optional<int> source);

/// Reads parameters for ARGOCD_APP_PARAMETERS: the list that stands in
/// `spec.source.plugin.parameters`, or a map from name to value, where a list or a map stands for
/// an array or a map parameter and any value of a text parameter that is no text for its JSON.
/// Errors name the file; kInvalidInput, those of ReadInput.
Result<std::string> ReadParametersFile(const std::string& file);

}  // namespace acd::commands
