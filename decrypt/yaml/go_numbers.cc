#include "decrypt/yaml/go_numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "decrypt/yaml/chars.h"

namespace acd::yaml {
namespace {

// Takes the prefix that base 0 asks for.
unsigned TakeBase(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  unsigned base = 8;
  std::size_t prefix = 1;
  const char kind = static_cast<char>(digits[1] | 0x20);
  if (digits.size() >= 3) {
    if (kind == 'b' || kind == 'o' || kind == 'x') prefix = 2;
    if (kind == 'b') base = 2;
    if (kind == 'x') base = 16;
  }
  digits.remove_prefix(prefix);
  return base;
}

bool IsDecimal(std::string_view text, bool& has_underscore) {
  bool digits = false;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  bool dot = false;
  for (; i < text.size(); ++i) {
    if (IsDigit(text[i])) {
      digits = true;
    } else if (text[i] == '_') {
      has_underscore = true;
    } else if (text[i] == '.' && !dot) {
      dot = true;
    } else {
      break;
    }
  }
  if (!digits) return false;
  if (i == text.size()) return true;
  if ((text[i] | 0x20) != 'e') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  if (i == text.size() || !IsDigit(text[i])) return false;
  for (; i < text.size(); ++i) {
    if (text[i] == '_') {
      has_underscore = true;
    } else if (!IsDigit(text[i])) {
      return false;
    }
  }
  return true;
}

// strconv: an underscore must stand between digits, and only a number with a base prefix may have
// one in an integer; a float has none of these prefixes here.
bool UnderscoresOk(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1]) || !IsDigit(text[i + 1])) {
      return false;
    }
  }
  return true;
}

// Of a shorter text every digit of the exponent counts.
constexpr std::size_t kMaxExponentText = 6;  // "e99999"

// An exponent, with its sign, as strconv counts it: up to the fifth digit.
int CountExponent(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  int exponent = 0;
  for (const char c : text) {
    if (exponent < 10000) exponent = exponent * 10 + (c - '0');
  }
  return negative ? -exponent : exponent;
}

// Whether the number, known to be out of range, is too large: its first significant digit stands
// at a power of ten that is not negative.
bool IsHuge(std::string_view mantissa, int exponent) {
  const std::size_t dot = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const auto position = static_cast<std::int64_t>(dot) - static_cast<std::int64_t>(first);
  return position + exponent > 0;
}

}  // namespace

std::optional<std::uint64_t> ParseGoUint(std::string_view text, unsigned base) {
  if (base == 0) base = TakeBase(text);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, static_cast<int>(base));
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> ParseGoInt(std::string_view text, unsigned base) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const std::optional<std::uint64_t> magnitude = ParseGoUint(text, base);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!magnitude || *magnitude > kMax + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - *magnitude : *magnitude);
}

std::optional<double> ParseGoDecimalFloat(std::string_view text) {
  bool has_underscore = false;
  if (!IsDecimal(text, has_underscore)) return std::nullopt;
  std::string plain;
  if (has_underscore) {
    if (!UnderscoresOk(text)) return std::nullopt;
    for (const char c : text) {
      if (c != '_') plain += c;
    }
    text = plain;
  }
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const int exponent = e == text.size() ? 0 : CountExponent(text.substr(e + 1));
  std::string counted;
  if (text.size() - e > kMaxExponentText) {
    counted = std::string(mantissa) + "e" + std::to_string(exponent);
    text = counted;
  }
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    if (IsHuge(mantissa, exponent)) return std::nullopt;
    value = 0;
  }
  if (std::isinf(value)) return std::nullopt;  // older libraries report no error
  return negative ? -value : value;
}

std::string FormatGoFloat(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> buffer;
  const auto scientific = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                        std::chars_format::scientific);
  std::string text(buffer.data(), scientific.ptr);
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(),
                  exponent);
  // "if precision was the shortest possible, use precision 6 for this decision"
  if (exponent < -4 || exponent >= 6) return text;
  const auto fixed =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), fixed.ptr};
}

}  // namespace acd::yaml
