#pragma once

#include <vector>

#include "decrypt/yaml/reader.h"
#include "plugin/preview/objects.h"

namespace acd::preview {

/// Scalars of a document that YAML 1.1, by whose rules Argo CD reads manifests, takes for another
/// type than YAML 1.2, by whose rules most editors do: `yes` is a boolean, 0777 is 511. File modes,
/// for which octal numbers are usual, do not count. A few at most.
std::vector<Surprise> FindSurprises(const yaml::Node& document);

}  // namespace acd::preview
