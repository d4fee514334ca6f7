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

/// How many objects a checked one is to Argo CD, which puts what is in `items` in its place.
std::size_t CountObjects(const yaml::Node& object);

}  // namespace acd::guard
