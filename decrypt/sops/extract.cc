#include "decrypt/sops/extract.h"

#include <algorithm>
#include <cstdint>

#include "decrypt/sops/go_number.h"

namespace acd::sops {
namespace {

Failure BadPath(std::string what) {
  return Fail(Code::kInvalidInput, "error parsing --extract path: " + std::move(what),
              "a path looks like '[\"spec\"][\"list\"][0]'");
}

Failure CannotFollow(Code code, std::string what) {
  return Fail(code, "error truncating tree: component " + std::move(what),
              "--extract follows the keys of maps by name and the elements of lists by number, and "
              "ends at a value");
}

/// One component without its brackets.
Result<std::variant<std::string, std::int64_t>> ParseComponent(std::string_view text) {
  if (text.empty()) return BadPath("empty component");
  if (text[0] == '"' || text[0] == '\'') {
    // Like sops, which takes off the first and the last character, whatever that is.
    if (text.size() < 2) return BadPath("name without its closing quote");
    return std::variant<std::string, std::int64_t>(std::string(text.substr(1, text.size() - 2)));
  }
  const auto index = ParseGoInt(text);
  if (!index) {
    return BadPath("component " + std::string(text) + " is neither a quoted name nor an index");
  }
  return std::variant<std::string, std::int64_t>(*index);
}

Result<Node*> Member(Node& node, const std::string& name) {
  auto* map = node.As<Node::Map>();
  if (map == nullptr) {
    return CannotFollow(Code::kInvalidInput,
                        "['" + name + "'] is a name, but tree part is not a map");
  }
  const auto found = std::find_if(map->begin(), map->end(), [&](const Entry& entry) {
    return entry.key == name && !entry.value.Is<Comment>();
  });
  if (found == map->end()) return CannotFollow(Code::kNotFound, "['" + name + "'] not found");
  return &found->value;
}

Result<Node*> Element(Node& node, std::int64_t index) {
  auto* list = node.As<Node::List>();
  const std::string shown = "[" + std::to_string(index) + "]";
  if (list == nullptr) {
    return CannotFollow(Code::kInvalidInput, shown + " is integer, but tree part is not a slice");
  }
  if (index < 0 || static_cast<std::uint64_t>(index) >= list->size()) {
    return CannotFollow(Code::kNotFound, shown + " accesses out of bounds");
  }
  return &(*list)[static_cast<std::size_t>(index)];
}

}  // namespace

Result<TreePath> ParseTreePath(std::string_view text) {
  TreePath path;
  while (!text.empty()) {
    const bool bracket = text.front() == '[';
    if (bracket) text.remove_prefix(1);
    const std::string_view component = text.substr(0, text.find('['));
    text.remove_prefix(component.size());
    if (bracket && component.empty()) continue;
    if (!component.ends_with(']')) {
      return BadPath("component " + std::string(component) + " doesn't end with ]");
    }
    ACD_TRY(auto parsed, ParseComponent(component.substr(0, component.size() - 1)));
    path.push_back(std::move(parsed));
  }
  return path;
}

Result<Node*> Truncate(Node& document, const TreePath& path) {
  Node* current = &document;
  for (const auto& component : path) {
    if (const auto* name = std::get_if<std::string>(&component)) {
      ACD_TRY(current, Member(*current, *name));
    } else {
      ACD_TRY(current, Element(*current, std::get<std::int64_t>(component)));
    }
  }
  return current;
}

}  // namespace acd::sops
