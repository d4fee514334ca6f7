#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "decrypt/base/content.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::yaml {

/// A YAML stream as validated UTF-8, followed by a NUL byte, which ends whatever the scanner looks
/// for: a NUL never occurs in the text itself.
class Input {
 public:
  /// Detects UTF-8 and UTF-16 by their byte order marks, as libyaml does, and checks every
  /// character against YAML 1.1's printable set.
  /// Errors: kInvalidInput ("control characters are not allowed", "invalid leading UTF-8 octet",
  /// ...) with the line; kLimitExceeded above 1 GiB.
  static Result<Input> Decode(const Content& content);

  /// The text without byte order mark; valid as long as the Input.
  std::string_view text() const { return buffer_.ExposeText(); }

  /// The memory that text() is a view of, and stays one of. The Input is empty afterwards.
  SecretBytes Take() && { return std::move(buffer_); }

  /// Where in the undecoded bytes the character at `offset` of text() starts. Calls with
  /// ascending offsets take linear time together.
  std::size_t OriginalOffset(std::size_t offset);

 private:
  enum class Encoding { kUtf8, kUtf16 };

  SecretBytes buffer_;  // or a view of content that lasts
  std::size_t bom_size_ = 0;
  Encoding encoding_ = Encoding::kUtf8;
  std::size_t mapped_ = 0;        // offset in text() up to which UTF-16 units were counted
  std::size_t mapped_units_ = 0;  // their number
};

}  // namespace acd::yaml
