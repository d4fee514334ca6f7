#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

constexpr int kMaxMergeDepth = 16;

// As Go's encoding/json folds names: two letters outside of ASCII are cases of `s` and `k`.
std::string Lower(std::string_view text) {
  constexpr std::string_view kLongS = "\xC5\xBF";
  constexpr std::string_view kKelvin = "\xE2\x84\xAA";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t used = 1;
    if (text.starts_with(kLongS)) {
      out += 's';
      used = kLongS.size();
    } else if (text.starts_with(kKelvin)) {
      out += 'k';
      used = kKelvin.size();
    } else {
      const char c = text.front();
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    text.remove_prefix(used);
  }
  return out;
}

using Visit = std::function<Status(const std::string&, const yaml::Node&)>;

Status Each(const yaml::Node& mapping, const Visit& visit, int depth) {
  if (depth > kMaxMergeDepth) {
    return Fail(Code::kLimitExceeded, "merge keys (<<) are nested too deep");
  }
  for (const auto& [key, value] : mapping.members) {
    if (key.kind != yaml::Node::Kind::kScalar) continue;
    // Quoted, it merges when it has the tag !!merge; otherwise it is a name that nothing has.
    if (key.text.ExposeText() == "<<") {
      ACD_CHECK(Each(value, visit, depth + 1));
      for (const yaml::Node& item : value.items) ACD_CHECK(Each(item, visit, depth + 1));
      continue;
    }
    ACD_CHECK(visit(Lower(key.text.ExposeText()), value));
  }
  return {};
}

}  // namespace

Status ForEachField(const yaml::Node& mapping, const Visit& visit) {
  return Each(mapping, visit, 0);
}

const yaml::Node* Field(const yaml::Node& mapping, std::string_view lower_name) {
  const yaml::Node* found = nullptr;
  (void)ForEachField(mapping, [&](const std::string& name, const yaml::Node& value) -> Status {
    if (name == lower_name) found = &value;
    return {};
  });
  return found;
}

Status ForEachNamed(const yaml::Node& mapping, std::string_view lower_name,
                    const std::function<Status(const yaml::Node&)>& visit) {
  return ForEachField(mapping, [&](const std::string& name, const yaml::Node& value) {
    return name == lower_name ? visit(value) : Status();
  });
}

Status CheckNoBinary(const yaml::Node& node) {
  // `!!binary` in full, as a local tag, or verbatim: go-yaml shortens before it compares.
  if (node.tag.ends_with("binary")) {
    return Fail(Code::kInvalidInput, "line " + std::to_string(node.line) + ": the tag !!binary",
                "write the text itself");
  }
  for (const yaml::Node& item : node.items) ACD_CHECK(CheckNoBinary(item));
  for (const auto& [key, value] : node.members) {
    ACD_CHECK(CheckNoBinary(key));
    ACD_CHECK(CheckNoBinary(value));
  }
  return {};
}

std::string ScalarText(const yaml::Node* node) {
  if (node == nullptr || node->kind != yaml::Node::Kind::kScalar) return {};
  return std::string(node->text.ExposeText());
}

std::vector<std::string> ScalarTexts(const yaml::Node& node) {
  std::vector<std::string> texts;
  if (node.kind == yaml::Node::Kind::kScalar && !node.text.empty()) {
    texts.push_back(ScalarText(&node));
  }
  for (const yaml::Node& item : node.items) {
    if (item.kind == yaml::Node::Kind::kScalar) texts.push_back(ScalarText(&item));
  }
  return texts;
}

}  // namespace acd::render
