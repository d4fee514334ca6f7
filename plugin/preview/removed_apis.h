#pragma once

#include <string>
#include <string_view>

namespace acd::preview {

/// In which version of Kubernetes an API was removed, "1.22", if `kube_version` is that or a later
/// one; else empty. Source: kubernetes.io, "Deprecated API Migration Guide".
std::string_view RemovedIn(std::string_view group, std::string_view version, std::string_view kind,
                           std::string_view kube_version);

}  // namespace acd::preview
