#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::guard {

/// Keeps a copy of each value that renders decrypt, for a preview that shows none of them. Wiped
/// with this object. Threads: safe to call concurrently.
class DecryptedValues {
 public:
  void Add(const std::vector<SecretBytes>& values) {
    const std::lock_guard lock(mutex_);
    for (const SecretBytes& value : values) values_.push_back(value.Clone());
  }
  /// What was added so far; nothing is left.
  std::vector<SecretBytes> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(values_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<SecretBytes> values_;
};

}  // namespace acd::guard
