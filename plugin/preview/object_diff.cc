#include "plugin/preview/object_diff.h"

#include <algorithm>
#include <map>
#include <utility>

#include "plugin/preview/masker.h"
#include "plugin/preview/printable.h"
#include "plugin/preview/yaml_writer.h"

namespace acd::preview {
namespace {

using ByIdentity = std::map<Identity, ObjectPair>;

Identity WithoutSuffix(const Identity& identity) {
  Identity stem = identity;
  stem.name.resize(identity.name.size() - HashSuffix(identity.name).size());
  return stem;
}

// Generated names change with their content: what was `db-8h5k2mf9gt` is `db-2k9g6c45tf` now.
void MatchGenerated(ByIdentity& pairs) {
  struct Candidates {
    std::vector<Identity> before;
    std::vector<Identity> after;
  };
  std::map<Identity, Candidates> stems;
  for (const auto& [identity, pair] : pairs) {
    if (HashSuffix(identity.name).empty()) continue;
    Candidates& candidates = stems[WithoutSuffix(identity)];
    if (pair.after == nullptr) candidates.before.push_back(identity);
    if (pair.before == nullptr) candidates.after.push_back(identity);
  }
  for (const auto& [stem, candidates] : stems) {
    if (candidates.before.size() != 1 || candidates.after.size() != 1) continue;
    pairs[candidates.after.front()].before = pairs[candidates.before.front()].before;
    pairs.erase(candidates.before.front());
  }
}

std::string Shown(const Object* object, const Presentation& presentation) {
  if (object == nullptr) return {};
  Value value = presentation.value(*object);
  value.SortKeys();
  return WriteYaml(value);
}

std::string Label(const Object& object, const Presentation& presentation) {
  return Printable(presentation.name(object.identity.Label()));
}

std::string Header(const ObjectPair& pair, const Presentation& presentation,
                   const UnifiedOptions& options) {
  const auto path = [&](const char* side, const Object* object) {
    if (object == nullptr) return std::string("/dev/null");
    std::string label = Label(*object, presentation);
    std::replace(label.begin(), label.end(), ' ', '/');
    return std::string(side) + "/" + label;
  };
  std::string text = "diff " + Label(pair.either(), presentation) + "\n";
  text += "--- " + path("old", pair.before) + "\n";
  text += "+++ " + path("new", pair.after) + "\n";
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n') + 1;
    out += Coloured(text.substr(0, end), "1", options.colour);
    text.erase(0, end);
  }
  return out;
}

}  // namespace

std::vector<ObjectPair> MatchObjects(std::span<const Object> before,
                                     std::span<const Object> after) {
  ByIdentity pairs;
  for (const Object& object : before) pairs[object.identity].before = &object;
  for (const Object& object : after) pairs[object.identity].after = &object;
  MatchGenerated(pairs);
  std::vector<ObjectPair> matched;
  matched.reserve(pairs.size());
  for (const auto& [identity, pair] : pairs) matched.push_back(pair);
  return matched;
}

std::vector<ObjectDifference> CompareObjects(std::span<const ObjectPair> pairs,
                                             const Presentation& presentation,
                                             const UnifiedOptions& options) {
  std::vector<ObjectDifference> differences;
  for (const ObjectPair& pair : pairs) {
    ObjectDifference difference;
    const std::string before = Shown(pair.before, presentation);
    const std::string after = Shown(pair.after, presentation);
    std::string hunks =
        UnifiedHunks(before, after, options, difference.lines_added, difference.lines_removed);
    if (hunks.empty()) continue;
    if (pair.before == nullptr) difference.kind = ObjectDifference::Kind::kAdded;
    if (pair.after == nullptr) difference.kind = ObjectDifference::Kind::kRemoved;
    difference.label = Label(pair.either(), presentation);
    difference.text = Header(pair, presentation, options) + std::move(hunks);
    differences.push_back(std::move(difference));
  }
  return differences;
}

}  // namespace acd::preview
