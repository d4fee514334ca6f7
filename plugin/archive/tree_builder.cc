#include "plugin/archive/tree_builder.h"

#include <unistd.h>

#include <cerrno>

#include "decrypt/base/system_failure.h"
#include "plugin/archive/entry_path.h"

namespace acd::archive {

Status TreeBuilder::MakeFolder(const std::string& path, mode_t mode) {
  // Entries below have to be made, so it stays usable for its owner.
  return writer_.MakeFolder(path,
                            options_.preserve_file_mode ? mode | 0700U : options_.folder_mode);
}

Status TreeBuilder::MakeSymlink(const std::string& path, const std::string& target) {
  ACD_TRY(const std::string inside, LinkTarget(path, target));
  return writer_.MakeSymlink(path, inside);
}

Result<UniqueFd> TreeBuilder::MakeFile(const std::string& path, mode_t mode, std::uint64_t size) {
  ACD_CHECK(admission_.AdmitFile(size));
  return writer_.MakeFile(path, options_.preserve_file_mode ? mode : options_.file_mode);
}

Status TreeBuilder::Write(const UniqueFd& file, const std::string& path,
                          std::span<const std::uint8_t> block) {
  stats().bytes += block.size();
  while (!block.empty()) {
    const ssize_t size = ::write(file.get(), block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemFailure("unpacking: " + Printable(path), errno);
    block = block.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace acd::archive
