#pragma once

#include <string_view>

#include "decrypt/base/result.h"

namespace acd::sops {

/// The check of `sops.version` that sops's command line makes (its Go package does not): a semantic
/// version, a leading `v` allowed, or anything that begins with `1.`.
/// Errors: kInvalidInput in the words of Go's blang/semver.
Status CheckVersion(std::string_view version);

}  // namespace acd::sops
