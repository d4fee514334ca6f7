#include "decrypt/sops/stores/json_scanner.h"

#include <algorithm>
#include <utility>

#include "decrypt/sops/stores/json_number.h"
#include "decrypt/sops/stores/json_string.h"

namespace acd::sops {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// A byte as Go quotes it in a message: taken for a Latin-1 character.
std::string QuoteByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string hex = {kHex[byte >> 4U], kHex[byte & 15U]};
  switch (c) {
    case '\'':
      return R"('\'')";
    case '\\':
      return R"('\\')";
    case '\a':
      return R"('\a')";
    case '\b':
      return R"('\b')";
    case '\f':
      return R"('\f')";
    case '\n':
      return R"('\n')";
    case '\r':
      return R"('\r')";
    case '\t':
      return R"('\t')";
    case '\v':
      return R"('\v')";
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F) return "'\\x" + hex + "'";
  if (byte < 0x7F) return {'\'', c, '\''};
  if (byte <= 0xA0 || byte == 0xAD) return "'\\u00" + hex + "'";
  return {'\'', static_cast<char>(0xC0U | byte >> 6U), static_cast<char>(0x80U | (byte & 0x3FU)),
          '\''};
}

}  // namespace

void JsonScanner::SkipSpace() {
  while (!AtEnd() && std::string_view(" \t\r\n").find(Peek()) != std::string_view::npos) Skip();
}

// What sops says, and where: Go says only the former.
Failure JsonScanner::Syntax(const std::string& what) const {
  const std::string_view before = text_.substr(0, offset_);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return Fail(Code::kInvalidInput, std::string(kJsonErrorPrefix) + what + " (line " +
                                       std::to_string(line) + ", column " +
                                       std::to_string(offset_ - line_start + 1) + ")");
}
Failure JsonScanner::Unexpected(std::string_view context) const {
  if (AtEnd()) return Syntax("unexpected EOF");
  return Syntax("invalid character " + QuoteByte(Peek()) + std::string(context));
}

Result<Node> JsonScanner::Scalar() {
  switch (Peek()) {
    case '"': {
      ACD_TRY(SecretBytes text, String());
      return Node(std::move(text));
    }
    case 't':
      ACD_CHECK(Literal("true"));
      return Node(true);
    case 'f':
      ACD_CHECK(Literal("false"));
      return Node(false);
    case 'n':
      ACD_CHECK(Literal("null"));
      return Node();
    default:
      if (Peek() == '-' || IsDigit(Peek())) return Number();
      return Unexpected(" looking for beginning of value");
  }
}

Status JsonScanner::Literal(std::string_view word) {
  ++offset_;
  for (const char expected : word.substr(1)) {
    if (AtEnd() || Peek() != expected) {
      return Unexpected(" in literal " + std::string(word) + " (expecting '" + expected + "')");
    }
    ++offset_;
  }
  return {};
}

Status JsonScanner::Digits(std::string_view context) {
  if (AtEnd() || !IsDigit(Peek())) return Unexpected(context);
  while (!AtEnd() && IsDigit(Peek())) ++offset_;
  return {};
}

Result<Node> JsonScanner::Number() {
  const std::size_t start = offset_;
  if (Peek() == '-') ++offset_;
  if (!AtEnd() && Peek() == '0') {
    ++offset_;
  } else {
    ACD_CHECK(Digits(" in numeric literal"));
  }
  if (!AtEnd() && Peek() == '.') {
    ++offset_;
    ACD_CHECK(Digits(" after decimal point in numeric literal"));
  }
  if (!AtEnd() && (Peek() == 'e' || Peek() == 'E')) {
    ++offset_;
    if (!AtEnd() && (Peek() == '+' || Peek() == '-')) ++offset_;
    ACD_CHECK(Digits(" in exponent of numeric literal"));
  }
  auto number = ParseJsonNumber(text_.substr(start, offset_ - start));
  // sops quotes the number here; it may be a secret in its place.
  if (!number) return Syntax("strconv.ParseFloat: value out of range");
  return std::move(*number);
}

Result<SecretBytes> JsonScanner::String() {
  const std::size_t start = ++offset_;
  for (; !AtEnd(); ++offset_) {
    if (Peek() == '"') return DecodeJsonString(text_.substr(start, offset_++ - start));
    if (static_cast<unsigned char>(Peek()) < 0x20) return Unexpected(" in string literal");
    if (Peek() == '\\') ACD_CHECK(Escape());
  }
  return Unexpected("");
}

// Leaves the offset at the last character of the escape.
Status JsonScanner::Escape() {
  ++offset_;
  if (AtEnd()) return Unexpected("");
  if (Peek() != 'u') {
    if (std::string_view("bfnrt\\/\"").find(Peek()) != std::string_view::npos) return {};
    return Unexpected(" in string escape code");
  }
  for (int i = 0; i < 4; ++i) {
    ++offset_;
    if (AtEnd() || !IsHexDigit(Peek())) {
      return Unexpected(" in \\u hexadecimal character escape");
    }
  }
  return {};
}

}  // namespace acd::sops
