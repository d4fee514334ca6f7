#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::guard {

/// Takes decrypted values out of text that leaves the process: what helm or kustomize print about a
/// value that they were given. Knows a value as it is, line by line, in base64, and as Go and JSON
/// quote it; a cut-off value is recognised from its first eight bytes on. Values shorter than four
/// bytes are not looked for: they would blacken every message.
/// Threads: safe to call concurrently.
class Redactor {
 public:
  /// Copies what it needs; wiped on destruction.
  void Add(const SecretBytes& value);
  /// The text with every occurrence replaced by `[redacted]`.
  std::string Apply(std::string_view text) const;

 private:
  void AddForm(std::string_view form);
  mutable std::mutex mutex_;
  std::unordered_map<std::uint32_t, std::vector<SecretBytes>> forms_;  ///< by their first bytes
};

}  // namespace acd::guard
