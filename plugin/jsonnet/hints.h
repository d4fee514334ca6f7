#pragma once

#include <string>
#include <string_view>

namespace acd::jsonnet {

/// What to add to an error of libjsonnet `version`: where it says that a field does not exist which
/// is a function of go-jsonnet's standard library, Argo CD's own, that this version has not. Empty
/// otherwise.
std::string HintFor(std::string_view error, const std::string& version);

}  // namespace acd::jsonnet
