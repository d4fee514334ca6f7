#include "plugin/workspace/usage.h"

#include <sys/statvfs.h>

namespace acd::workspace {

std::optional<Usage> UsageOf(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  const std::uint64_t block = info.f_frsize;
  return Usage{(info.f_blocks - info.f_bfree) * block, info.f_blocks * block};
}

}  // namespace acd::workspace
