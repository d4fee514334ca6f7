#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decrypt/yaml/graph.h"
#include "decrypt/yaml/reader.h"

namespace acd::yaml {

/// Which reader's rules apply.
enum class Rules {
  kGoYaml3,  ///< sops: yes, no, on and off are strings
  kYaml11,   ///< Argo CD and kubectl (go-yaml v2): they are bools
};

/// What a scalar is, and its value in the member that goes with the type.
struct Resolution {
  Type type = Type::kString;
  bool fits = true;           ///< false: an explicit core tag that the text does not suit
  bool boolean = false;       ///< kBool
  bool beyond_int64 = false;  ///< kInt above int64 but within uint64
  std::int64_t integer = 0;   ///< kInt
  std::uint64_t large = 0;    ///< kInt beyond int64
  double real = 0;            ///< kFloat
  std::string rfc3339;        ///< kTimestamp
};

/// `tag`: in full, "!" or empty. `plain`: neither quoted nor a block scalar.
/// kBinary is not decoded, kMerge and tags that are no core tags leave the text alone.
Resolution Resolve(std::string_view text, std::string_view tag, bool plain, Rules rules);

/// Whether a plain text without a tag is a string by its length and first character alone, as most
/// are: no word such as "null" is so long, and no number or time starts so.
inline bool IsClearlyString(std::string_view text) {
  if (text.size() <= 5) return false;
  const char first = text.front();
  return !(first >= '0' && first <= '9') && first != '.' && first != '+' && first != '-';
}
inline bool IsClearlyString(const GraphNode& scalar) {
  return scalar.tag.empty() && IsClearlyString(scalar.text);
}

inline Resolution Resolve(const GraphNode& scalar) {
  return Resolve(scalar.text, scalar.tag, scalar.style == ScalarStyle::kPlain, Rules::kGoYaml3);
}

/// "tag:yaml.org,2002:str" -> "!!str"; other tags stay as they are.
std::string ShortTag(std::string_view tag);

/// The short core tag of a type: "!!int".
std::string_view TypeTag(Type type);

}  // namespace acd::yaml
