#include "decrypt/yaml/resolve.h"

#include <algorithm>
#include <array>
#include <limits>

#include "decrypt/yaml/chars.h"
#include "decrypt/yaml/go_numbers.h"
#include "decrypt/yaml/timestamp.h"

namespace acd::yaml {
namespace {

constexpr std::string_view kCorePrefix = "tag:yaml.org,2002:";

struct Word {
  std::string_view text;
  Type type;
  bool boolean = false;
  double real = 0;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr Word kWords[] = {
    {"", Type::kNull},
    {"~", Type::kNull},
    {"null", Type::kNull},
    {"Null", Type::kNull},
    {"NULL", Type::kNull},
    {"true", Type::kBool, true},
    {"True", Type::kBool, true},
    {"TRUE", Type::kBool, true},
    {"false", Type::kBool, false},
    {"False", Type::kBool, false},
    {"FALSE", Type::kBool, false},
    {".nan", Type::kFloat, false, kNan},
    {".NaN", Type::kFloat, false, kNan},
    {".NAN", Type::kFloat, false, kNan},
    {".inf", Type::kFloat, false, kInfinity},
    {".Inf", Type::kFloat, false, kInfinity},
    {".INF", Type::kFloat, false, kInfinity},
    {"+.inf", Type::kFloat, false, kInfinity},
    {"+.Inf", Type::kFloat, false, kInfinity},
    {"+.INF", Type::kFloat, false, kInfinity},
    {"-.inf", Type::kFloat, false, -kInfinity},
    {"-.Inf", Type::kFloat, false, -kInfinity},
    {"-.INF", Type::kFloat, false, -kInfinity},
};

constexpr Word kYaml11Words[] = {
    {"y", Type::kBool, true},    {"Y", Type::kBool, true},    {"yes", Type::kBool, true},
    {"Yes", Type::kBool, true},  {"YES", Type::kBool, true},  {"on", Type::kBool, true},
    {"On", Type::kBool, true},   {"ON", Type::kBool, true},   {"n", Type::kBool, false},
    {"N", Type::kBool, false},   {"no", Type::kBool, false},  {"No", Type::kBool, false},
    {"NO", Type::kBool, false},  {"off", Type::kBool, false}, {"Off", Type::kBool, false},
    {"OFF", Type::kBool, false},
};

const Word* FindWord(std::string_view text, Rules rules) {
  if (text.size() > 5) return nullptr;
  const auto matches = [&](const Word& word) { return word.text == text; };
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords), matches);
  if (found != std::end(kWords)) return found;
  if (rules != Rules::kYaml11) return nullptr;
  found = std::find_if(std::begin(kYaml11Words), std::end(kYaml11Words), matches);
  return found == std::end(kYaml11Words) ? nullptr : found;
}

Resolution Integer(std::int64_t value) {
  Resolution result;
  result.type = Type::kInt;
  result.integer = value;
  return result;
}

Resolution Real(double value) {
  Resolution result;
  result.type = Type::kFloat;
  result.real = value;
  return result;
}

// "0b" and "0o" are prefixes of a number that may have a sign of its own ("0b-1"), in go-yaml.
bool ResolveSignedRadix(std::string_view digits, Rules rules, Resolution& result) {
  if (digits.size() < 3 || digits[0] != '0') return false;
  unsigned base = 0;
  if (digits[1] == 'b') base = 2;
  if (digits[1] == 'o' && rules == Rules::kGoYaml3) base = 8;
  if (base == 0) return false;
  const std::optional<std::int64_t> value = ParseGoInt(digits.substr(2), base);
  if (!value) return false;
  result = Integer(*value);
  return true;
}

// YAML's float, which is narrower than what strconv takes: no inf, nan or hexadecimal.
bool ResolveNumber(std::string_view digits, Rules rules, Resolution& result) {
  if (const auto value = ParseGoInt(digits, 0)) {
    result = Integer(*value);
    return true;
  }
  if (const auto value = ParseGoUint(digits, 0)) {
    result.type = Type::kInt;
    result.beyond_int64 = true;
    result.large = *value;
    return true;
  }
  if (const auto value = ParseGoDecimalFloat(digits)) {
    result = Real(*value);
    return true;
  }
  return ResolveSignedRadix(digits, rules, result);
}

std::string WithoutUnderscores(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [](char c) { return c != '_'; });
  return result;
}

// A text without a tag, or with a core tag that wants a value rather than a text.
Resolution ResolveByText(std::string_view text, bool try_timestamp, Rules rules) {
  Resolution result;
  if (const Word* word = FindWord(text, rules)) {
    result.type = word->type;
    result.boolean = word->boolean;
    result.real = word->real;
    return result;
  }
  const char first = text.front();  // the empty text is a word
  if (first == '.') {
    if (const auto value = ParseGoDecimalFloat(text)) return Real(*value);
    return result;
  }
  if (!IsDigit(first) && first != '+' && first != '-') return result;
  if (try_timestamp && text.size() >= 8 && text[4] == '-') {
    if (auto timestamp = NormaliseTimestamp(text)) {
      result.type = Type::kTimestamp;
      result.rfc3339 = std::move(*timestamp);
      return result;
    }
  }
  if (text.find('_') == std::string_view::npos) {
    ResolveNumber(text, rules, result);
  } else {
    ResolveNumber(WithoutUnderscores(text), rules, result);
  }
  return result;
}

// The tags for which go-yaml looks at the text.
bool WantedType(std::string_view core, Type& type) {
  constexpr std::pair<std::string_view, Type> kWanted[] = {{"bool", Type::kBool},
                                                           {"int", Type::kInt},
                                                           {"float", Type::kFloat},
                                                           {"null", Type::kNull},
                                                           {"timestamp", Type::kTimestamp}};
  for (const auto& [name, wanted] : kWanted) {
    if (core != name) continue;
    type = wanted;
    return true;
  }
  return false;
}

Resolution ResolveTagged(std::string_view text, std::string_view core, Rules rules) {
  Resolution result;
  if (core == "binary") result.type = Type::kBinary;
  if (core == "merge") result.type = Type::kMerge;
  Type wanted = Type::kString;
  if (!WantedType(core, wanted)) return result;
  result = ResolveByText(text, wanted == Type::kTimestamp, rules);
  if (wanted == Type::kFloat && result.type == Type::kInt && !result.beyond_int64) {
    return Real(static_cast<double>(result.integer));
  }
  result.fits = result.type == wanted;
  return result;
}

}  // namespace

Resolution Resolve(std::string_view text, std::string_view tag, bool plain, Rules rules) {
  const bool untagged = tag.empty() || (tag == "!" && rules == Rules::kGoYaml3);
  if (untagged) {
    if (!plain) return {};
    if (text == "<<") {
      Resolution merge;
      merge.type = Type::kMerge;
      return merge;
    }
    return ResolveByText(text, true, rules);
  }
  if (tag.substr(0, kCorePrefix.size()) == kCorePrefix) {
    return ResolveTagged(text, tag.substr(kCorePrefix.size()), rules);
  }
  if (rules == Rules::kGoYaml3 && tag.substr(0, 2) == "!!") {
    return ResolveTagged(text, tag.substr(2), rules);
  }
  return {};
}

std::string ShortTag(std::string_view tag) {
  if (tag.substr(0, kCorePrefix.size()) != kCorePrefix) return std::string(tag);
  return "!!" + std::string(tag.substr(kCorePrefix.size()));
}

std::string_view TypeTag(Type type) {
  switch (type) {
    case Type::kNull:
      return "!!null";
    case Type::kBool:
      return "!!bool";
    case Type::kInt:
      return "!!int";
    case Type::kFloat:
      return "!!float";
    case Type::kTimestamp:
      return "!!timestamp";
    case Type::kMerge:
      return "!!merge";
    case Type::kBinary:
      return "!!binary";
    case Type::kString:
      return "!!str";
  }
  return {};
}

}  // namespace acd::yaml
