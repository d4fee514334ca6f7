#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decrypt/base/secret_bytes.h"

namespace acd {

/// The bytes of a file, borrowed by what reads them.
class Content {
 public:
  /// For the call. Implicit: any bytes will do.
  Content(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// For as long as whatever is made of them lives: a long text is not copied then. Both have a NUL
  /// behind their bytes, so that a scanner needs no other end.
  static Content Lasting(const std::string& text) { return Content(AsBytes(text), true); }
  static Content Lasting(const SecretBytes& bytes) {
    return Content(bytes.Expose(), !bytes.empty() && !bytes.is_borrowed());
  }
  static Content Lasting(const std::string&&) = delete;
  static Content Lasting(const SecretBytes&&) = delete;

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  bool lasts() const { return lasts_; }

 private:
  Content(std::span<const std::uint8_t> bytes, bool lasts) : bytes_(bytes), lasts_(lasts) {}

  std::span<const std::uint8_t> bytes_;
  bool lasts_ = false;
};

}  // namespace acd
