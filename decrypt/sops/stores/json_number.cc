#include "decrypt/sops/stores/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace acd::sops {
namespace {

// Whether a number that no double can hold is too small for one rather than too large: the decimal
// exponent of its first digit that is not zero, the written exponent included, is negative.
bool IsTiny(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t digit = mantissa.find_first_of("123456789");
  if (digit == std::string_view::npos) return true;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(digit);
  if (e == std::string_view::npos) return place <= 0;

  std::string_view written = text.substr(e + 1);
  const bool negative = written.starts_with('-');
  if (negative || written.starts_with('+')) written.remove_prefix(1);
  std::int64_t exponent = 0;
  if (std::from_chars(written.data(), written.data() + written.size(), exponent).ec !=
      std::errc()) {
    return negative;  // an exponent beyond int64 outweighs any mantissa
  }
  return place + (negative ? -exponent : exponent) <= 0;
}

}  // namespace

std::optional<Node> ParseJsonNumber(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t integer = 0;
  const auto as_integer = std::from_chars(begin, end, integer);
  if (as_integer.ec == std::errc() && as_integer.ptr == end) return Node(integer);

  double real = 0;
  const auto as_real = std::from_chars(begin, end, real);
  if (as_real.ec == std::errc() && std::isfinite(real)) return Node(real);
  if (!IsTiny(text)) return std::nullopt;
  return Node(text.starts_with('-') ? -0.0 : 0.0);
}

std::string FormatJsonDouble(double value) {
  // Always through the shortest scientific form: the fixed form of std::to_chars prints a large
  // integer with all its digits, Go pads the shortest ones with zeros.
  std::array<char, 32> buffer;
  const auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(printed.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::size_t sign = text[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(text.data() + sign, text.data() + text.size(), exponent);
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);

  std::string out = std::signbit(value) ? "-" : "";
  if (value == 0) return out.append("0");
  if (exponent < -6 || exponent >= 21) {
    out.append(digits, 0, 1);
    if (digits.size() > 1) out.append(".").append(digits, 1);
    return out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
  if (exponent < 0) {
    return out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  }
  const auto whole = static_cast<std::size_t>(exponent + 1);  // digits before the point
  if (digits.size() <= whole) return out.append(digits).append(whole - digits.size(), '0');
  return out.append(digits, 0, whole).append(".").append(digits, whole);
}

}  // namespace acd::sops
