#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::guard {

/// Takes decrypted values out of text that leaves the process: what helm or kustomize print about a
/// value that they were given. Knows a value as it is, line by line, in base64, as Go and JSON
/// quote it, and a number as a float; a cut-off value is recognised from its first eight bytes on.
/// Values shorter than four bytes are not looked for: they would blacken every message. Threads:
/// safe to call concurrently.
class Redactor {
 public:
  /// Copies what it needs; wiped on destruction.
  void Add(const SecretBytes& value);
  /// The text with every occurrence replaced by `[redacted]`.
  std::string Apply(std::string_view text) const;

 private:
  /// By their bytes, so that what a text begins with is found next to the text's own place, however
  /// many forms there are and however alike: their author is not to be trusted.
  struct ByBytes {
    using is_transparent = void;
    static std::string_view View(std::string_view text) { return text; }
    static std::string_view View(const SecretBytes& bytes) { return bytes.ExposeText(); }
    bool operator()(const auto& a, const auto& b) const { return View(a) < View(b); }
  };

  void AddForm(std::string_view form);
  std::size_t Recognised(std::string_view text) const;
  mutable std::mutex mutex_;
  std::set<SecretBytes, ByBytes> forms_;
};

}  // namespace acd::guard
