#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

constexpr int kMaxMergeDepth = 16;

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

using Visit = std::function<Status(const std::string&, const yaml::Node&)>;

Status Each(const yaml::Node& mapping, const Visit& visit, int depth) {
  if (depth > kMaxMergeDepth) return {};
  for (const auto& [key, value] : mapping.members) {
    if (key.kind != yaml::Node::Kind::kScalar) continue;
    if (key.plain && key.text.ExposeText() == "<<") {
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
