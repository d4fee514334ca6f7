#pragma once

#include <string_view>

#include "decrypt/base/result.h"

namespace acd::archive {

// What a tree does not take, in the same words whether it is made on disk or of names only. Paths
// are clean and relative to the root.

/// Where something of another kind is, or anything where a symlink should be.
Failure InTheWay(std::string_view path);
/// `folder`, one of those above `path`, is a symlink.
Failure LinkedParent(std::string_view folder, std::string_view path);
/// A name in `path`, or the target of the symlink there, is longer than the system's files have it.
Failure NameTooLong(std::string_view path);
/// kLimitExceeded when `path` has too many folders above it.
Status CheckDepth(std::string_view path);

}  // namespace acd::archive
