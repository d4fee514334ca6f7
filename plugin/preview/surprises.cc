#include "plugin/preview/surprises.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "decrypt/yaml/resolve.h"

namespace acd::preview {
namespace {

constexpr std::size_t kMost = 10;

bool IsPlainBool(std::string_view text) {
  return text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
         text == "FALSE";
}

bool IsMode(std::string_view key) {
  return key == "mode" || key == "defaultMode" || key.ends_with("Mode") || key.ends_with("mode");
}

// The digits are not repeated: they may be a PIN.
std::string_view NumberTrouble(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text.find('_') != std::string_view::npos) {
    return "a number with `_` between its digits loses them; put it in quotes if it is text";
  }
  const bool octal =
      text.size() > 1 && text[0] == '0' &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
  return octal ? "a number with a leading 0 is octal and becomes another one; put it in quotes if "
                 "it is text"
               : "";
}

class Finder {
 public:
  void Walk(const yaml::Node& node, const std::string& path, std::string_view key) {
    if (found_.size() >= kMost) return;
    switch (node.kind) {
      case yaml::Node::Kind::kScalar:
        return Look(node, path, key);
      case yaml::Node::Kind::kSequence:
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          Walk(node.items[i], path + "[" + std::to_string(i) + "]", key);
        }
        return;
      case yaml::Node::Kind::kMapping:
        for (const auto& [name, value] : node.members) {
          const std::string_view text = name.text.ExposeText();
          const std::string below =
              path.empty() ? std::string(text) : path + "." + std::string(text);
          Look(name, below, {});
          Walk(value, below, text);
        }
        return;
    }
  }
  std::vector<Surprise> Take() { return std::move(found_); }

 private:
  void Look(const yaml::Node& scalar, const std::string& path, std::string_view key) {
    if (scalar.kind != yaml::Node::Kind::kScalar || !scalar.plain || !scalar.tag.empty()) return;
    const std::string_view text = scalar.text.ExposeText();
    const yaml::Resolution seen = yaml::Resolve(text, {}, true, yaml::Rules::kYaml11);
    if (seen.type == yaml::Type::kBool && !IsPlainBool(text)) {
      found_.push_back({path, "`" + std::string(text) + "` is the boolean " +
                                  (seen.boolean ? "true" : "false") +
                                  " to Argo CD and kubectl; put it in quotes if it is text"});
    }
    if (seen.type != yaml::Type::kInt && seen.type != yaml::Type::kFloat) return;
    const std::string_view trouble = NumberTrouble(text);
    if (!trouble.empty() && !IsMode(key)) found_.push_back({path, std::string(trouble)});
  }

  std::vector<Surprise> found_;
};

}  // namespace

std::vector<Surprise> FindSurprises(const yaml::Node& document) {
  Finder finder;
  finder.Walk(document, "", {});
  return finder.Take();
}

}  // namespace acd::preview
