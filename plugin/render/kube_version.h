#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::render {

/// `v1.33.2-gke.100` -> `1.33.2`, as Argo CD strips it for helm. Empty stays empty.
/// Error: kInvalidInput (not at least MAJOR.MINOR). Spec: k8s.io/apimachinery version.ParseGeneric.
Result<std::string> StripKubeVersion(std::string_view version);

}  // namespace acd::render
