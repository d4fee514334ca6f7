#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// The lines of an INI file, and the key and the value in one of them, as ini.v1 reads them with
/// the options that sops gives it. The text is borrowed.
class IniLines {
 public:
  /// A byte order mark at the start is skipped.
  explicit IniLines(std::string_view text);

  /// The next line with its line break. The one without a break, which may be empty, is the last.
  std::string_view Next();
  bool AtEnd() const { return at_end_; }

  /// Where the key ends in a line of a key and a value: `value_at` is behind the delimiter.
  struct KeyName {
    std::string_view name;
    std::size_t value_at;
  };
  Result<KeyName> Key(std::string_view line) const;

  /// The value that begins with `text`, the rest of the current line: quotes and a backslash at the
  /// end make it go on in the next ones. Appends a comment behind it to `comment`.
  Result<SecretBytes> Value(std::string_view text, SecretBytes& comment);

  /// An error about the current line, without its text.
  Failure Bad(std::string_view what) const;

 private:
  Result<SecretBytes> QuotedOverLines(std::string_view first, std::string_view quote,
                                      SecretBytes& comment);
  SecretBytes Continued(std::string_view first);

  std::string_view rest_;
  std::size_t number_ = 0;
  bool at_end_ = false;
};

}  // namespace acd::sops
