#pragma once

#include <string>
#include <string_view>

#include "decrypt/yaml/reader.h"

namespace acd::ksops {

/// Null as go-yaml v2 resolves it.
bool IsNull(const yaml::Node& node);

/// What a scalar becomes where KSOPS expects a string: `yes` is "true", 0x10 is "16", 1.10 is
/// "1.1", null is "". Spec: sigs.k8s.io/yaml 1.6, convertToJSONableObject (floats with 32 bits).
std::string ScalarText(const yaml::Node& scalar);

bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace acd::ksops
