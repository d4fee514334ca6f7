#pragma once

#include <cstddef>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"

namespace acd::guard {

/// Checks one rendered object, and the objects in its `items`: apiVersion and kind, no leftover of
/// SOPS, Secret fields that Kubernetes takes. `label`: how messages call an object without a name.
/// Error: kInvalidInput naming kind, name and field, never a value.
Status CheckObject(const yaml::Node& object, const std::string& label);

}  // namespace acd::guard
