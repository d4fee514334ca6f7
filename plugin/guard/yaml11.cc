#include "plugin/guard/yaml11.h"

#include <algorithm>
#include <array>
#include <string>

namespace acd::guard {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";
constexpr int kMaxMergeDepth = 16;

template <std::size_t N>
bool OneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsNull(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords = {"", "~", "null", "Null", "NULL"};
  return OneOf(text, kWords);
}

bool IsBool(std::string_view text) {
  static constexpr std::array<std::string_view, 22> kWords = {
      "y", "Y", "yes", "Yes", "YES", "true",  "True",  "TRUE",  "on",  "On",  "ON",
      "n", "N", "no",  "No",  "NO",  "false", "False", "FALSE", "off", "Off", "OFF"};
  return OneOf(text, kWords);
}

bool IsSpecialFloat(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kWords = {".nan",  ".NaN",  ".NAN",  ".inf",
                                                              ".Inf",  ".INF",  "+.inf", "+.Inf",
                                                              "+.INF", "-.inf", "-.Inf", "-.INF"};
  return OneOf(text, kWords);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllInBase(std::string_view digits, int base) {
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), [base](char c) {
    const int value = IsDigit(c)               ? c - '0'
                      : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                      : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                               : 99;
    return value < base;
  });
}

// Go's ParseInt with base 0. A number too large for 64 bits stays a string there unless it is also
// a float, which all-digit text is; so the width needs no check, only prefixed forms do.
bool IsInteger(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text.size() > 2 && text[0] == '0') {
    const char prefix = static_cast<char>(text[1] | 0x20);
    if (prefix == 'x') return text.size() <= 18 && AllInBase(text.substr(2), 16);
    if (prefix == 'o') return AllInBase(text.substr(2), 8);
    if (prefix == 'b') return AllInBase(text.substr(2), 2);
  }
  return AllInBase(text, 10);
}

// ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool IsFloat(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i - begin;
  };
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  const std::size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

bool IsNumber(std::string_view text) {
  if (IsSpecialFloat(text)) return true;
  if (text.empty() || text.size() > 512) return false;
  const char first = text[0];
  if (!IsDigit(first) && first != '+' && first != '-' && first != '.') return false;
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  return IsInteger(plain) || IsFloat(plain);
}

ScalarType ResolvePlain(std::string_view text) {
  if (IsNull(text)) return ScalarType::kNull;
  if (IsBool(text)) return ScalarType::kBool;
  if (IsNumber(text)) return ScalarType::kNumber;
  return ScalarType::kString;
}

const yaml::Node* Find(const yaml::Node& mapping, std::string_view key, int depth) {
  if (mapping.kind != yaml::Node::Kind::kMapping || depth > kMaxMergeDepth) return nullptr;
  const yaml::Node* merged = nullptr;
  for (auto member = mapping.members.rbegin(); member != mapping.members.rend(); ++member) {
    if (member->first.kind != yaml::Node::Kind::kScalar) continue;
    const std::string_view name = member->first.text.ExposeText();
    if (name == key) return &member->second;
    if (merged != nullptr || name != "<<" || !member->first.plain) continue;
    if (member->second.kind == yaml::Node::Kind::kMapping) {
      merged = Find(member->second, key, depth + 1);
    }
    for (const yaml::Node& item : member->second.items) {
      if (merged == nullptr) merged = Find(item, key, depth + 1);
    }
  }
  return merged;
}

}  // namespace

ScalarType Resolve(const yaml::Node& scalar) {
  if (scalar.kind != yaml::Node::Kind::kScalar) return ScalarType::kOther;
  const std::string_view text = scalar.text.ExposeText();
  if (scalar.tag.empty()) return scalar.plain ? ResolvePlain(text) : ScalarType::kString;
  if (scalar.tag == "!") return ScalarType::kString;
  std::string_view tag = scalar.tag;
  if (tag.substr(0, kTagPrefix.size()) != kTagPrefix) return ScalarType::kOther;
  tag.remove_prefix(kTagPrefix.size());
  if (tag == "str") return ScalarType::kString;
  if (tag == "null") return ScalarType::kNull;
  if (tag == "bool") return ScalarType::kBool;
  if (tag == "int" || tag == "float") return ScalarType::kNumber;
  if (tag == "binary") return ScalarType::kBinary;
  return ScalarType::kOther;
}

const yaml::Node* FindMember(const yaml::Node& mapping, std::string_view key) {
  return Find(mapping, key, 0);
}

}  // namespace acd::guard
