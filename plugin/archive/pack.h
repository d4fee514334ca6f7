#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::archive {

/// Packs a folder as Argo CD's client does: lexical order, folders, regular files and symlinks,
/// PAX where USTAR does not suffice, gzip. `sink` gets the bytes in order; its error ends the work.
/// `exclude`: glob patterns against the path relative to the root; a match prunes a folder.
Status Pack(const std::string& root, const std::vector<std::string>& exclude,
            const std::function<Status(std::span<const std::uint8_t>)>& sink);

}  // namespace acd::archive
