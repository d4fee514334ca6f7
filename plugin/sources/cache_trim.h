#pragma once

#include <cstddef>
#include <string>

namespace acd::sources {

/// Removes from a cache folder what was not used for longest, until at most `max_bytes` are left;
/// and what nobody will use: lock files of entries that are gone, files that a killed process was
/// writing. Others may read, write and trim at the same time.
void TrimCache(const std::string& folder, std::size_t max_bytes) noexcept;

}  // namespace acd::sources
