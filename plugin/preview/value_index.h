#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/preview/hash_key.h"

namespace acd::preview {

/// Finds decrypted values in texts, in all their forms, and gives the hashes that stand for them.
/// Looking through a text takes time in proportion to its size and the logarithm of the number of
/// forms. Threads: safe once it is built.
class ValueIndex {
 public:
  /// Values are copied as far as needed and wiped at the end. Error: kLimitExceeded when they are
  /// more than kMaxValueBytes, or in all forms more than
  /// kMaxBytes or kMaxForms: then nothing could be shown with confidence.
  static Result<ValueIndex> Build(const std::vector<SecretBytes>& values, const HashKey& key);

  struct Match {
    std::size_t size = 0;   ///< in the text
    std::string_view hash;  ///< of the value that the form stands for
  };
  /// The longest form that begins at `at`, of those that may be part of a text.
  std::optional<Match> Longest(std::string_view text, std::size_t at) const;
  /// The form that is the whole text, those of short values included.
  std::optional<Match> Whole(std::string_view text) const;
  bool empty() const { return forms_.empty(); }

  static constexpr std::size_t kMaxValueBytes = 16U << 20U;
  static constexpr std::size_t kMaxBytes = 64U << 20U;
  static constexpr std::size_t kMaxForms = 4'000'000;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Form {
    SecretBytes text;
    std::uint32_t hash = 0;
    std::uint32_t shorter = kNone;  ///< the longest other form that this one begins with
    bool inside = false;            ///< may be part of a text
    bool alone = false;             ///< only if no letter or digit is next to it
  };
  ValueIndex() = default;
  void Finish();

  std::vector<Form> forms_;  ///< sorted by their bytes
  std::vector<std::string> hashes_;
  std::vector<bool> begins_;  ///< by two bytes: whether a form begins with them
};

}  // namespace acd::preview
