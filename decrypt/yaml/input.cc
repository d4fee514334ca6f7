#include "decrypt/yaml/input.h"

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/base/bytes16.h"
#include "decrypt/base/encoding.h"

namespace acd::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;  // marks are 32 bits wide

Failure Refuse(std::size_t line, std::string_view problem) {
  return Fail(Code::kInvalidInput, "line " + std::to_string(line) + ": " + std::string(problem));
}

// YAML 1.1, c-printable; a byte order mark counts as printable here, as in libyaml.
bool IsAllowed(char32_t c) {
  return c == 0x09 || c == 0x0A || c == 0x0D || (c >= 0x20 && c <= 0x7E) || c == 0x85 ||
         (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

struct Character {
  char32_t value = 0;
  std::size_t width = 0;  // bytes; 0 when malformed
  const char* problem = nullptr;
};

Character Malformed(const char* problem) { return {0, 0, problem}; }

// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
Character DecodeUtf8(std::span<const std::uint8_t> bytes) {
  const std::uint8_t lead = bytes[0];
  std::size_t width = 0;
  char32_t value = 0;
  if (lead < 0x80) return {lead, 1, nullptr};
  if ((lead & 0xE0U) == 0xC0) {
    width = 2;
    value = lead & 0x1FU;
  } else if ((lead & 0xF0U) == 0xE0) {
    width = 3;
    value = lead & 0x0FU;
  } else if ((lead & 0xF8U) == 0xF0) {
    width = 4;
    value = lead & 0x07U;
  } else {
    return Malformed("invalid leading UTF-8 octet");
  }
  if (bytes.size() < width) return Malformed("incomplete UTF-8 octet sequence");
  for (std::size_t i = 1; i < width; ++i) {
    if ((bytes[i] & 0xC0U) != 0x80) return Malformed("invalid trailing UTF-8 octet");
    value = (value << 6U) | (bytes[i] & 0x3FU);
  }
  if ((width == 2 && value < 0x80) || (width == 3 && value < 0x800) ||
      (width == 4 && value < 0x10000)) {
    return Malformed("invalid length of a UTF-8 sequence");
  }
  if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
    return Malformed("invalid Unicode character");
  }
  return {value, width, nullptr};
}

// RFC 2781.
Character DecodeUtf16(std::span<const std::uint8_t> bytes, bool big_endian) {
  auto unit = [&](std::size_t at) {
    return static_cast<char32_t>(bytes[at + (big_endian ? 1 : 0)] |
                                 (bytes[at + (big_endian ? 0 : 1)] << 8U));
  };
  if (bytes.size() < 2) return Malformed("incomplete UTF-16 character");
  const char32_t first = unit(0);
  if ((first & 0xFC00U) == 0xDC00) return Malformed("unexpected low surrogate area");
  if ((first & 0xFC00U) != 0xD800) return {first, 2, nullptr};
  if (bytes.size() < 4) return Malformed("incomplete UTF-16 surrogate pair");
  const char32_t second = unit(2);
  if ((second & 0xFC00U) != 0xDC00) return Malformed("expected low surrogate area");
  return {0x10000 + ((first & 0x3FFU) << 10U) + (second & 0x3FFU), 4, nullptr};
}

/// Checks every character of a text.
class Utf8Check {
 public:
  explicit Utf8Check(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// Goes on to `end`, or to the end of the character there.
  Status To(std::size_t end) {
    while (at_ < end) {
      at_ += FindStop(AsText(bytes_).data() + at_, end - at_, NotPrintableAscii);
      if (at_ == end) break;
      const std::uint8_t byte = bytes_[at_];
      if ((byte >= 0x20 && byte <= 0x7E) || byte == '\n') {
        if (byte == '\n') ++line_;
        ++at_;
        continue;
      }
      const Character c = DecodeUtf8(bytes_.subspan(at_));
      if (c.width == 0) return Refuse(line_, c.problem);
      if (!IsAllowed(c.value)) return Refuse(line_, "control characters are not allowed");
      if (c.value == '\n') ++line_;
      at_ += c.width;
    }
    return {};
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

Status TranscodeUtf16(std::span<const std::uint8_t> bytes, bool big_endian, SecretBytes& out) {
  std::size_t line = 1;
  while (!bytes.empty()) {
    const Character c = DecodeUtf16(bytes, big_endian);
    if (c.width == 0) return Refuse(line, c.problem);
    if (!IsAllowed(c.value)) return Refuse(line, "control characters are not allowed");
    if (c.value == '\n') ++line;
    AppendUtf8(c.value, out);
    bytes = bytes.subspan(c.width);
  }
  return {};
}

bool StartsWith(std::span<const std::uint8_t> bytes, std::string_view mark) {
  return AsText(bytes).substr(0, mark.size()) == mark;
}

}  // namespace

Result<Input> Input::Decode(const Content& content) {
  std::span<const std::uint8_t> bytes = content.bytes();
  if (bytes.size() > kMaxBytes) return Fail(Code::kLimitExceeded, "more than 1 GiB of YAML");
  Input input;
  const bool little = StartsWith(bytes, "\xFF\xFE");
  const bool big = StartsWith(bytes, "\xFE\xFF");
  if (little || big) {
    input.encoding_ = Encoding::kUtf16;
    input.bom_size_ = 2;
    input.buffer_.Reserve(bytes.size() + 1);
    ACD_CHECK(TranscodeUtf16(bytes.subspan(2), big, input.buffer_));
    return input;
  }
  if (StartsWith(bytes, "\xEF\xBB\xBF")) input.bom_size_ = 3;
  bytes = bytes.subspan(input.bom_size_);
  Utf8Check check(bytes);
  if (content.lasts()) {
    ACD_CHECK(check.To(bytes.size()));
    input.buffer_ = SecretBytes::Borrow(AsText(bytes));
    return input;
  }
  input.buffer_.Reserve(std::max<std::size_t>(bytes.size(), 1));
  // A part at a time, which the processor's cache still holds when it is checked.
  constexpr std::size_t kPart = 16 << 10;
  for (std::size_t i = 0; i < bytes.size(); i += kPart) {
    const auto part = bytes.subspan(i, std::min(kPart, bytes.size() - i));
    input.buffer_.Append(part);
    ACD_CHECK(check.To(i + part.size()));
  }
  return input;
}

std::size_t Input::OriginalOffset(std::size_t offset) {
  if (encoding_ == Encoding::kUtf8) return bom_size_ + offset;
  if (offset < mapped_) mapped_ = mapped_units_ = 0;
  const std::string_view all = text();
  for (; mapped_ < offset; ++mapped_) {
    const auto byte = static_cast<std::uint8_t>(all[mapped_]);
    if ((byte & 0xC0U) == 0x80) continue;               // a continuation byte
    mapped_units_ += (byte & 0xF8U) == 0xF0 ? 2U : 1U;  // a surrogate pair, or one unit
  }
  return bom_size_ + 2 * mapped_units_;
}

}  // namespace acd::yaml
