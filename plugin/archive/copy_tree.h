#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plugin/archive/unpack.h"

namespace acd::archive {

/// What packing a folder and unpacking it elsewhere comes to, without the archive: the same
/// selection (WalkTree), rules and limits (those on an archive itself aside).
/// `root_fd`: an open, empty folder, borrowed. `proceed` is asked before each entry and each piece
/// of a file; its error ends the copy. Errors: its own, and those of Pack and Unpack.
Result<UnpackStats> CopyTree(const std::string& from, const std::vector<std::string>& exclude,
                             int root_fd, const UnpackOptions& options,
                             const std::function<Status()>& proceed);

}  // namespace acd::archive
