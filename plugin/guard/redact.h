#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::guard {

/// Takes decrypted values out of text that leaves the process: what helm or kustomize print about a
/// value that they were given. Knows a value as it is, line by line, in base64, as Go and JSON
/// quote it, and a number as a float; a cut-off value is recognised from its first eight bytes on.
/// Values shorter than four bytes are not looked for: they would blacken every message. Threads:
/// safe to call concurrently.
class Redactor {
 public:
  /// Keeps the values, of a long one as much as a message can show, until it is destroyed, and
  /// wipes them then. Cheap: what to look for is worked out when there is a text to look through,
  /// which is when something failed.
  void Add(std::vector<SecretBytes> values);
  /// The text with every occurrence replaced by `[redacted]`. Nothing of it is left, only words
  /// that say so, once the values were more than kMaxCost.
  std::string Apply(std::string_view text) const;

  /// What is kept at most: bytes of values, and kCostOfALine for each line of them, which stands
  /// for what looking for a line takes.
  static constexpr std::size_t kMaxCost = 32U << 20U;
  static constexpr std::size_t kCostOfALine = 64;

 private:
  /// By their bytes, so that what a text begins with is found next to the text's own place, however
  /// many forms there are and however alike: their author is not to be trusted.
  struct ByBytes {
    using is_transparent = void;
    static std::string_view View(std::string_view text) { return text; }
    static std::string_view View(const SecretBytes& bytes) { return bytes.ExposeText(); }
    bool operator()(const auto& a, const auto& b) const { return View(a) < View(b); }
  };

  void Keep(SecretBytes value);
  void AddForms(const SecretBytes& value) const;
  void AddForm(std::string_view form) const;
  std::size_t Recognised(std::string_view text) const;

  mutable std::mutex mutex_;                ///< guards what follows
  mutable std::vector<SecretBytes> added_;  ///< not among the forms yet
  mutable std::set<SecretBytes, ByBytes> forms_;
  std::size_t cost_ = 0;  ///< of what is kept; above kMaxCost, nothing is
};

}  // namespace acd::guard
