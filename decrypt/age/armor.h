#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/age/armor_lines.h"
#include "decrypt/age/byte_stream.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Whether the text begins like an armored age file, white space before it allowed.
bool LooksArmored(std::string_view text);

/// Removes the armor: PEM without headers, lines of 64 columns, strict base64, LF or CRLF, up to
/// 1024 bytes of white space around it and nothing else.
/// Errors: kInvalidInput "invalid armor: ...", as age says it but without quoting the text.
/// Spec: C2SP age, "ASCII armor"; the limits on white space are age's own.
Result<SecretBytes> Dearmor(std::string_view text);

/// The same for a stream, in constant memory: give `Read` to what wants a ReadBytes. An error comes
/// after the bytes in front of it.
class ArmorReader {
 public:
  /// `source` is borrowed.
  explicit ArmorReader(BufferedSource& source) : source_(source) {}

  Result<std::size_t> Read(std::span<std::uint8_t> out);

 private:
  void ReadBlock();
  Status CollectLines(std::string& text);
  Result<std::optional<std::string_view>> NextLine();
  Status CheckBehind();
  void Decode(std::string_view text);

  BufferedSource& source_;
  ArmorLines lines_;
  bool ended_ = false;
  std::optional<Error> error_;  ///< once `decoded_` is taken
  SecretBytes decoded_;
  std::size_t taken_ = 0;
};

}  // namespace acd::age
