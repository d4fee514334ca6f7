#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// What stands in front of every error of reading JSON.
inline constexpr std::string_view kJsonErrorPrefix = "Could not unmarshal input data: ";

/// Reads the tokens of a JSON text and says what is wrong with them in the words of Go's
/// encoding/json, with line and column. The text is borrowed.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  bool AtEnd() const { return offset_ == text_.size(); }
  /// The next character; there must be one.
  char Peek() const { return text_[offset_]; }
  void Skip() { ++offset_; }
  void SkipSpace();

  /// A string, number, true, false or null; not at the end of the text.
  Result<Node> Scalar();
  /// The string whose opening quote is next.
  Result<SecretBytes> String();

  /// The error `what`, here.
  Failure Syntax(const std::string& what) const;
  /// "invalid character 'x'" with `context` behind it, or "unexpected EOF".
  Failure Unexpected(std::string_view context) const;

 private:
  Status Literal(std::string_view word);
  Status Digits(std::string_view context);
  Result<Node> Number();
  Status Escape();

  std::string_view text_;
  std::size_t offset_ = 0;
};

}  // namespace acd::sops
