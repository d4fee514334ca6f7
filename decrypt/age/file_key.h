#pragma once

#include <cstddef>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

inline constexpr std::size_t kFileKeySize = 16;

/// The key that a recipient stanza wraps and that header MAC and payload key derive from.
struct FileKey {
  SecretBytes bytes;  ///< exactly kFileKeySize
};

}  // namespace acd::age
