#include "plugin/ksops/scalar_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <system_error>

namespace acd::ksops {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Go's strconv with base 0, underscores gone.
std::optional<std::string> Integer(std::string digits) {
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  const bool negative = digits.starts_with('-');
  std::size_t at = negative || digits.starts_with('+') ? 1 : 0;
  int base = 10;
  if (digits.size() > at + 1 && digits[at] == '0') {
    const char letter = Lower(digits[at + 1]);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    at += letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1;
  }
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data() + at, end, value, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return (negative && value != 0 ? "-" : "") + std::to_string(value);
}

// Go's FormatFloat(value, 'g', -1, 32): the shortest digits that say the same.
std::string Float(const std::string& text) {
  const std::string lower = [&] {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), Lower);
    return out;
  }();
  if (lower.ends_with(".nan")) return "NaN";
  if (lower.ends_with(".inf")) return lower.front() == '-' ? "-Inf" : "+Inf";
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  const char* begin = digits.data() + (digits.starts_with('+') ? 1 : 0);
  double value = 0;
  if (std::from_chars(begin, digits.data() + digits.size(), value).ec != std::errc()) return text;
  const auto narrow = static_cast<float>(value);
  if (std::isinf(narrow)) return narrow < 0 ? "-Inf" : "+Inf";
  std::array<char, 64> buffer{};
  const auto print = [&](std::chars_format format) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), narrow, format);
    return std::string(buffer.data(), end.ptr);
  };
  const std::string scientific = print(std::chars_format::scientific);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  constexpr int kSmallest = -4;
  constexpr int kLargest = 6;
  const bool plain = exponent >= kSmallest && exponent < kLargest;
  return plain ? print(std::chars_format::fixed) : scientific;
}

}  // namespace

bool IsNull(const yaml::Node& node) {
  return node.kind == yaml::Node::Kind::kScalar && yaml::ResolveYaml11(node) == yaml::Type::kNull;
}

std::string ScalarText(const yaml::Node& scalar) {
  const std::string text(scalar.text.ExposeText());
  switch (yaml::ResolveYaml11(scalar)) {
    case yaml::Type::kNull:
      return "";
    case yaml::Type::kBool:
      // y, yes, true, on; the others begin differently, off but by its second letter.
      return Lower(text[0]) == 'y' || Lower(text[0]) == 't' ||
                     (text.size() == 2 && Lower(text[0]) == 'o' && Lower(text[1]) == 'n')
                 ? "true"
                 : "false";
    case yaml::Type::kInt:
      return Integer(text).value_or(Float(text));
    case yaml::Type::kFloat:
      return Float(text);
    case yaml::Type::kTimestamp:
    case yaml::Type::kMerge:
    case yaml::Type::kBinary:
    case yaml::Type::kString:
      return text;
  }
  return text;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace acd::ksops
