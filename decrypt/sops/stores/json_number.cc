#include "decrypt/sops/stores/json_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "decrypt/yaml/go_numbers.h"

namespace acd::sops {

std::optional<Node> ParseJsonNumber(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t integer = 0;
  const auto as_integer = std::from_chars(begin, end, integer);
  if (as_integer.ec == std::errc() && as_integer.ptr == end) return Node(integer);

  if (const auto real = yaml::ParseGoDecimalFloat(text)) return Node(*real);
  return std::nullopt;
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
