#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Takes values of SSH's binary encoding off the front of `bytes`, which must outlive it. After the
/// first value that does not fit, all others are empty. Spec: RFC 4251, section 5.
class SshReader {
 public:
  explicit SshReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::uint32_t Number();
  std::span<const std::uint8_t> String();
  std::string_view Text() { return AsText(String()); }

  bool failed() const { return failed_; }
  std::span<const std::uint8_t> rest() const { return rest_; }

 private:
  std::span<const std::uint8_t> Take(std::size_t size);

  std::span<const std::uint8_t> rest_;
  bool failed_ = false;
};

/// Appends a length and the bytes.
void AppendSshString(std::span<const std::uint8_t> bytes, std::string& out);
/// Appends a non-negative big-endian number: no leading zeros, but one where the sign would show.
void AppendSshNumber(std::span<const std::uint8_t> magnitude, std::string& out);

/// The first argument of an SSH recipient: what tells its key, given as its wire form.
std::string SshKeyTag(std::string_view wire);
/// `TYPE BASE64`, as in a .pub file, of a key's wire form.
std::string SshPublicName(std::string_view type, std::string_view wire);

}  // namespace acd::age
