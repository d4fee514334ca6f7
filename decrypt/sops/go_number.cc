#include "decrypt/sops/go_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

namespace acd::sops {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsHexDigit(char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'f'); }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

Failure InvalidSyntax(std::string_view function) {
  return Fail(Code::kInvalidInput, "strconv." + std::string(function) + ": invalid syntax");
}

Failure OutOfRange(std::string_view function) {
  return Fail(Code::kInvalidInput, "strconv." + std::string(function) + ": value out of range");
}

bool TakeSign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  return negative;
}

/// Go's rule for `_`: only between digits, or between a base prefix and a digit.
/// `digits` is without sign and prefix.
bool UnderscoresAreBetweenDigits(std::string_view digits, bool after_prefix, bool hex) {
  bool digit_before = after_prefix;
  bool underscore_before = false;
  for (char c : digits) {
    if (c == '_') {
      if (!digit_before) return false;
      digit_before = false;
      underscore_before = true;
      continue;
    }
    const bool digit = hex ? IsHexDigit(c) : IsDigit(c);
    if (underscore_before && !digit) return false;
    digit_before = digit;
    underscore_before = false;
  }
  return !underscore_before;
}

/// Unsigned digits of a base, sign applied.
Result<std::int64_t> ParseMagnitude(std::string_view digits, bool negative, int base,
                                    std::string_view function) {
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error == std::errc::result_out_of_range) return OutOfRange(function);
  if (digits.empty() || end != digits.data() + digits.size()) return InvalidSyntax(function);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kMax + (negative ? 1 : 0)) return OutOfRange(function);
  // Two's complement: also right for the smallest integer.
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

/// A float's text cut into what std::from_chars reads, and its order of magnitude.
struct FloatText {
  SecretBytes clean;  ///< without `+`, `_` and `0x`
  bool hex = false;
  /// Of the first digit that isn't zero, in powers of the base (2 for hex): > 0 is above one.
  std::int64_t order = 0;
};

/// Digits, point and separators. Returns false when there is no digit.
bool TakeMantissa(std::string_view& text, FloatText& out, bool& underscores) {
  bool point = false;
  bool digits = false;
  bool significant = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') {
      underscores = true;
      continue;
    }
    if (c == '.') {
      if (point) break;
      point = true;
    } else if (out.hex ? IsHexDigit(c) : IsDigit(c)) {
      digits = true;
      significant = significant || c != '0';
      if (significant && !point) ++out.order;
      if (!significant && point) --out.order;
    } else {
      break;
    }
    out.clean.Append(c);
  }
  text.remove_prefix(i);
  if (out.hex) out.order *= 4;
  return digits;
}

/// `e` or `p` with its digits, which Go stops counting above 10000. False when malformed.
bool TakeExponent(std::string_view& text, FloatText& out, bool& underscores) {
  const char marker = out.hex ? 'p' : 'e';
  if (text.empty() || Lower(text[0]) != marker) return !out.hex;  // hexadecimal must have one
  text.remove_prefix(1);
  const bool negative = TakeSign(text);
  if (text.empty() || !IsDigit(text[0])) return false;
  std::int64_t exponent = 0;
  while (!text.empty() && (IsDigit(text[0]) || text[0] == '_')) {
    if (text[0] == '_') {
      underscores = true;
    } else if (exponent < 10000) {
      exponent = exponent * 10 + (text[0] - '0');
    }
    text.remove_prefix(1);
  }
  if (negative) exponent = -exponent;
  out.order += exponent;
  out.clean.Append(marker);
  out.clean.Append(std::to_string(exponent));
  return true;
}

bool Tokenize(std::string_view text, FloatText& out) {
  const std::string_view all = text;
  if (TakeSign(text)) out.clean.Append('-');
  if (text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x') {
    out.hex = true;
    text.remove_prefix(2);
  }
  const std::string_view number = text;
  bool underscores = false;
  if (!TakeMantissa(text, out, underscores) || !TakeExponent(text, out, underscores)) return false;
  return text.empty() && !all.empty() &&
         (!underscores || UnderscoresAreBetweenDigits(number, out.hex, out.hex));
}

}  // namespace

Result<std::int64_t> ParseGoInt(std::string_view text) {
  const bool negative = TakeSign(text);
  return ParseMagnitude(text, negative, 10, "Atoi");
}

Result<std::int64_t> ParseGoIntAnyBase(std::string_view text) {
  constexpr std::string_view kFunction = "ParseInt";
  const bool negative = TakeSign(text);
  int base = 10;
  if (text.size() >= 3 && text[0] == '0' &&
      (Lower(text[1]) == 'x' || Lower(text[1]) == 'o' || Lower(text[1]) == 'b')) {
    base = Lower(text[1]) == 'x' ? 16 : Lower(text[1]) == 'o' ? 8 : 2;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (!UnderscoresAreBetweenDigits(text, base != 10, base == 16)) return InvalidSyntax(kFunction);
  std::string digits(text);
  std::erase(digits, '_');
  return ParseMagnitude(digits, negative, base, kFunction);
}

Result<double> ParseGoFloat(std::string_view text) {
  constexpr std::string_view kFunction = "ParseFloat";
  if (EqualsIgnoringCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  std::string_view unsigned_text = text;
  const bool negative = TakeSign(unsigned_text);
  if (EqualsIgnoringCase(unsigned_text, "inf") || EqualsIgnoringCase(unsigned_text, "infinity")) {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  FloatText token;
  if (!Tokenize(text, token)) return InvalidSyntax(kFunction);
  const std::string_view clean = token.clean.ExposeText();
  double value = 0;
  const auto [end, error] =
      std::from_chars(clean.data(), clean.data() + clean.size(), value,
                      token.hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::invalid_argument || end != clean.data() + clean.size()) {
    return InvalidSyntax(kFunction);
  }
  if (std::isinf(value) || (error == std::errc::result_out_of_range && token.order > 0)) {
    return OutOfRange(kFunction);
  }
  if (error == std::errc::result_out_of_range) return negative ? -0.0 : 0.0;
  return value;
}

Result<bool> ParseGoBool(std::string_view text) {
  for (std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == word) return true;
  }
  for (std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == word) return false;
  }
  return InvalidSyntax("ParseBool");
}

SecretBytes FormatGoFloat(double value) {
  if (std::isnan(value)) return SecretBytes::CopyOf("NaN");
  if (std::isinf(value)) return SecretBytes::CopyOf(value < 0 ? "-Inf" : "+Inf");
  // std::chars_format::fixed would print a large number's exact digits; Go pads the shortest ones
  // with zeros. So: shortest digits in scientific form, laid out here.
  SecretBytes scratch(32);
  auto* begin = reinterpret_cast<char*>(scratch.ExposeMutable().data());
  auto* end =
      std::to_chars(begin, begin + scratch.size(), std::fabs(value), std::chars_format::scientific)
          .ptr;
  const std::string_view text(begin, static_cast<std::size_t>(end - begin));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::size_t digits_of_exponent = e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + digits_of_exponent, end, exponent);
  const std::string_view head = text.substr(0, 1);
  const std::string_view tail = e > 1 ? text.substr(2, e - 2) : std::string_view();

  SecretBytes out;
  out.Reserve(32);
  if (std::signbit(value)) out.Append('-');
  if (exponent < 0) {
    out.Append("0.");
    for (int i = -1; i > exponent; --i) out.Append('0');
    out.Append(head);
    out.Append(tail);
    return out;
  }
  const auto whole = static_cast<std::size_t>(exponent);
  out.Append(head);
  out.Append(tail.substr(0, whole));
  for (std::size_t i = tail.size(); i < whole; ++i) out.Append('0');
  if (tail.size() > whole) {
    out.Append('.');
    out.Append(tail.substr(whole));
  }
  return out;
}

}  // namespace acd::sops
