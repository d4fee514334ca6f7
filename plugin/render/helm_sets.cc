#include "plugin/render/helm_sets.h"

#include <algorithm>

namespace acd::render {
namespace {

// `a.b` and `a[0]` are within `a`.
bool IsWithin(std::string_view name, std::string_view outer) {
  return name.size() > outer.size() && name.starts_with(outer) &&
         (name[outer.size()] == '.' || name[outer.size()] == '[');
}

// Of `a.b[0].c` that is `a.b`; empty when no list is involved.
std::string ListOf(const std::string& name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\') {
      ++i;
    } else if (name[i] == '[') {
      return name.substr(0, i);
    }
  }
  return {};
}

}  // namespace

bool NamesSeveral(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\') {
      ++i;
    } else if (name[i] == ',' || name[i] == '=') {
      return true;
    }
  }
  return false;
}

HelmSets EditedParameters(const std::map<std::string, std::string>& parameters,
                          const std::optional<HelmDefaults>& defaults) {
  HelmSets sets;
  if (!defaults) {
    sets.changed = parameters;
    return sets;
  }
  std::map<std::string, std::string> unchanged;
  for (const auto& [name, value] : parameters) {
    const auto found = defaults->values.find(name);
    const bool same = found != defaults->values.end() && found->second == value;
    (same ? unchanged : sets.changed)[name] = value;
  }
  const auto several = [](const auto& entry) { return NamesSeveral(entry.first); };
  if (std::any_of(sets.changed.begin(), sets.changed.end(), several)) {
    sets.changed = parameters;
    return sets;
  }
  std::map<std::string, std::string> kept;
  for (const auto& [name, value] : unchanged) {
    const std::string list = ListOf(name);
    for (const auto& [other, ignored] : sets.changed) {
      // A neighbour that replaces it, or that it would replace: the order decides, as in helm.
      if (IsWithin(name, other) || IsWithin(other, name)) kept[name] = value;
      const auto json = defaults->lists.find(list);
      if (!list.empty() && IsWithin(other, list) && other[list.size()] == '[' &&
          json != defaults->lists.end()) {
        sets.lists[list] = json->second;
      }
    }
  }
  sets.changed.merge(kept);
  return sets;
}

}  // namespace acd::render
