#include "plugin/commands/packed_tree.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/archive/pack.h"
#include "plugin/server/sha256.h"

namespace acd::commands {
namespace {

Status WriteAll(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return SystemFailure("memory file", errno);
    }
  }
  return {};
}

}  // namespace

Result<PackedTree> PackedTree::Pack(const std::string& root,
                                    const std::vector<std::string>& exclude) {
  PackedTree tree;
  tree.memory_.Reset(::memfd_create("archive", MFD_CLOEXEC));
  if (!tree.memory_) return SystemFailure("memory file", errno);
  server::Sha256 digest;
  std::size_t size = 0;
  ACD_CHECK(archive::Pack(root, exclude, [&](std::span<const std::uint8_t> bytes) -> Status {
    digest.Update(bytes);
    size += bytes.size();
    return WriteAll(tree.memory_.get(), bytes);
  }));
  tree.checksum_ = digest.FinishHex();
  ACD_CHECK(tree.Map(size));
  return tree;
}

Status PackedTree::Map(std::size_t size) {
  if (size == 0) return {};
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memory_.get(), 0);
  if (mapped == MAP_FAILED) return SystemFailure("memory file", errno);
  bytes_ = {static_cast<const std::uint8_t*>(mapped), size};
  return {};
}

PackedTree::PackedTree(PackedTree&& other) noexcept
    : memory_(std::move(other.memory_)),
      bytes_(std::exchange(other.bytes_, {})),
      checksum_(std::move(other.checksum_)) {}

PackedTree::~PackedTree() {
  if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace acd::commands
