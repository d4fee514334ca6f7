#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::commands {

/// One YAML stream of all documents, separated by `---`.
std::string ToYamlStream(const std::vector<std::string>& manifests);

/// Writes the stream to standard output. Error: kIo.
Status PrintManifests(const std::vector<std::string>& manifests);

}  // namespace acd::commands
