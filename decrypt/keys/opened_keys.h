#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// The last data keys that a set of identities has opened, so that a file which did not change is
/// not opened anew with every commit: that takes most of what decrypting a small file does. Lives
/// as long as the identities, whose holder could open all of it anyway, and no longer: a revoked
/// key's data keys go with it.
/// Threads: safe to call concurrently.
class OpenedKeys {
 public:
  /// Of more than `max` the oldest go.
  explicit OpenedKeys(std::size_t max) : max_(max) {}

  /// Of a data key, or of a share of one. What is longer is none, and not remembered.
  static constexpr std::size_t kMaxKeySize = 64;

  /// `wrapped`: the stored key, to the byte.
  std::optional<SecretBytes> Find(std::string_view wrapped) const;
  void Keep(std::string_view wrapped, const SecretBytes& data_key);

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct First8 {
    std::size_t operator()(const Digest& digest) const {
      std::size_t first = 0;
      std::memcpy(&first, digest.data(), sizeof(first));
      return first;
    }
  };
  static Digest DigestOf(std::string_view wrapped);

  const std::size_t max_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::unordered_map<Digest, SecretBytes, First8> keys_;
  std::deque<Digest> order_;  ///< oldest first
};

}  // namespace acd::keys
