#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/parameters.h"

namespace acd::render {

/// The values that a chart has without the parameter `parameters`, by the names that `helm --set`
/// takes: `image.tag`, `hosts[0].name`, `annotations.example\.org/x`.
///
/// As Argo CD's helm.GetParameters lists them, but that names are escaped, that a value is the one
/// which counts in the end, and that nothing of an encrypted file is among them, plain values of it
/// neither: what it sets is no default of anything else.
struct HelmDefaults {
  std::map<std::string, std::string> values;  ///< each scalar's text
  std::map<std::string, std::string> lists;   ///< each outermost list as JSON
};

struct HelmDefaultsQuery {
  const std::string& root;     ///< absolute and real
  const std::string& app_dir;  ///< the same
  const Parameters& parameters;
  const std::map<std::string, std::string>& environment;  ///< of the request
  const exec::Budget& budget;
  /// Whether a file was encrypted before it was decrypted in place. Empty: none was.
  std::function<bool(const std::string& path)> was_encrypted = {};
};

/// From the chart's values.yaml, the parameter `valueFiles` and the inline values.
/// nullopt when the files do not tell (a remote or broken value file), or when there is more than
/// an Application should have written into it. Error: kNoRoom, a file that may be there could not
/// be read.
Result<std::optional<HelmDefaults>> FindHelmDefaults(const HelmDefaultsQuery& query);

}  // namespace acd::render
