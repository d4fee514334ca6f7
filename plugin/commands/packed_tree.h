#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::commands {

/// A folder packed as Argo CD packs it, held in memory: the metadata that goes first needs the
/// digest of the whole. Holds files as they are in the repository, that is, encrypted.
class PackedTree {
 public:
  /// Errors: those of archive::Pack; kIo.
  static Result<PackedTree> Pack(const std::string& root, const std::vector<std::string>& exclude);

  PackedTree(PackedTree&& other) noexcept;
  PackedTree& operator=(PackedTree&&) = delete;
  ~PackedTree();

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  const std::string& checksum() const { return checksum_; }

 private:
  PackedTree() = default;
  Status Map(std::size_t size);

  UniqueFd memory_;
  std::span<const std::uint8_t> bytes_;  ///< mapped
  std::string checksum_;                 ///< SHA-256, lower-case hex
};

}  // namespace acd::commands
