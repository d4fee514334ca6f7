#include "plugin/discovery/name_tree.h"

#include <algorithm>
#include <climits>
#include <utility>
#include <vector>

namespace acd::discovery {
namespace {

using Entry = archive::NamedEntry;

constexpr int kMaxLinks = 40;           // Linux: MAXSYMLINKS
constexpr int kMaxLinksOfLocate = 255;  // filepath-securejoin: MaxSymlinkLimit

/// Takes the first component off a path, with the slash behind it.
std::string_view NextComponent(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view component = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return component;
}

const Entry* ChildOf(const Entry* folder, std::string_view name) {
  if (folder == nullptr) return nullptr;
  const auto found = folder->children.find(name);
  return found == folder->children.end() ? nullptr : found->second.get();
}

bool IsSymlink(const Entry* entry) { return entry->kind == Entry::Kind::kSymlink; }

/// The system's way to resolve a path; null when it leads nowhere.
const Entry* Walk(const Entry* at, std::string_view path, bool follow_last, int& links) {
  while (at != nullptr && !path.empty()) {
    const std::string_view name = NextComponent(path);
    if (at->kind != Entry::Kind::kFolder) return nullptr;
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      at = at->parent;
      continue;
    }
    const Entry* const child = ChildOf(at, name);
    if (child == nullptr || !IsSymlink(child) || (path.empty() && !follow_last)) {
      at = child;
      continue;
    }
    at = ++links > kMaxLinks ? nullptr : Walk(at, child->target, true, links);
  }
  return at;
}

std::optional<NameTree::Place> PlaceOf(const Entry* entry, int links) {
  if (entry == nullptr) return std::nullopt;
  return NameTree::Place{entry, links};
}

}  // namespace

std::optional<NameTree::Place> NameTree::Stat(std::string_view path) const {
  int links = 0;
  const Entry* const entry = Walk(&root_, path, true, links);
  return PlaceOf(entry, links);
}

std::optional<NameTree::Place> NameTree::Lstat(std::string_view path) const {
  int links = 0;
  const Entry* const entry = Walk(&root_, path, false, links);
  return PlaceOf(entry, links);
}

std::optional<NameTree::Place> NameTree::Follow(Place place) {
  if (!IsSymlink(place.entry)) return place;
  if (++place.links > kMaxLinks) return std::nullopt;
  const Entry* const entry = Walk(place.entry->parent, place.entry->target, true, place.links);
  return PlaceOf(entry, place.links);
}

std::optional<std::string> NameTree::Locate(std::string_view path) const {
  if (path.size() > PATH_MAX) return std::nullopt;
  // What is left of the path, and of the links that are gone into: the last first.
  std::vector<std::string_view> remaining = {path};
  // Where it has come to, from the root; no entry where there is none.
  std::vector<std::pair<std::string_view, const Entry*>> at = {{"", &root_}};
  for (int links = 0; !remaining.empty();) {
    if (remaining.back().empty()) {
      remaining.pop_back();
      continue;
    }
    const std::string_view name = NextComponent(remaining.back());
    if (name == ".." && at.size() > 1) at.pop_back();
    if (name.empty() || name == "." || name == "..") continue;
    if (name.size() > NAME_MAX) return std::nullopt;
    const Entry* const child = ChildOf(at.back().second, name);
    if (child == nullptr || !IsSymlink(child)) {
      at.emplace_back(name, child);
      continue;
    }
    if (++links > kMaxLinksOfLocate) return std::nullopt;
    remaining.push_back(child->target);
  }
  std::string located;
  for (std::size_t i = 1; i < at.size(); ++i) {
    if (i > 1) located += '/';
    located += at[i].first;
  }
  if (located.size() > PATH_MAX) return std::nullopt;
  return located;
}

}  // namespace acd::discovery
