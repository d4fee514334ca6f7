#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::pgp {

/// One armored block of a file, or the whole of a binary file.
struct Block {
  std::size_t line = 0;  ///< where it begins; 0: binary
  SecretBytes packets;
};

struct Blocks {
  std::vector<Block> blocks;
  /// "line 3: a public key, not a secret one"; never a part of the content.
  std::vector<std::string> warnings;
};

/// Finds the secret keys in a file: armored blocks, with any text around them, or binary packets.
/// What is no secret key or is malformed becomes a warning and never hides the others.
/// Threads: safe to call concurrently. Spec: RFC 4880, section 6.
Blocks ReadBlocks(std::string_view text);

}  // namespace acd::pgp
