#include "plugin/archive/tree_builder.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "plugin/archive/entry_path.h"

namespace acd::archive {

Result<std::optional<std::string>> TreeBuilder::Admit(const std::string& name,
                                                      const std::string& link) {
  const ArchiveLimits& limits = options_.limits;
  if (++stats_.entries > limits.max_entries) {
    return Fail(Code::kLimitExceeded, "archive: more than " + std::to_string(limits.max_entries) +
                                          " entries (limit max_entries)");
  }
  if (name.size() > limits.max_path_bytes || link.size() > limits.max_path_bytes) {
    return Fail(Code::kLimitExceeded,
                "archive: " + Printable(name) + ": a name or link of more than " +
                    std::to_string(limits.max_path_bytes) + " bytes (limit max_path_bytes)");
  }
  // Not ACD_TRY: g++ 12 calls a string moved out of a variant uninitialized when optimizing.
  auto path = EntryPath(name);
  if (!path) return Fail(path.error());
  const bool skipped = options_.skip_git && (*path == ".git" || path->starts_with(".git/"));
  if (skipped || *path == ".") return std::optional<std::string>();
  return std::optional<std::string>(*std::move(path));
}

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
  if (size > options_.limits.max_bytes - stats_.bytes) {
    return Fail(Code::kLimitExceeded, "archive: more than " +
                                          std::to_string(options_.limits.max_bytes) +
                                          " unpacked bytes (limit max_bytes)");
  }
  ++stats_.files;
  return writer_.MakeFile(path, options_.preserve_file_mode ? mode : options_.file_mode);
}

Status TreeBuilder::Write(int fd, const std::string& path, std::span<const std::uint8_t> block) {
  stats_.bytes += block.size();
  while (!block.empty()) {
    const ssize_t size = ::write(fd, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return Fail(Code::kIo,
                  "unpacking: " + Printable(path) + ": " + std::generic_category().message(errno),
                  errno == ENOSPC
                      ? "give the work folder's tmpfs (emptyDir, `medium: Memory`) more room"
                      : "");
    }
    block = block.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace acd::archive
