#include "plugin/discovery/file_name.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/discovery/go_match.h"
#include "plugin/discovery/pattern_path.h"
#include "plugin/discovery/work_meter.h"

namespace acd::discovery {
namespace {

using Entry = NameTree::Entry;

/// Folders, each once however many ways lead there, with the fewest symlinks on the way: only that
/// number decides what can be reached from there.
using Folders = std::map<const Entry*, int>;

void Add(Folders& folders, const std::optional<NameTree::Place>& place) {
  if (!place || place->entry->kind != Entry::Kind::kFolder) return;
  const auto [at, added] = folders.emplace(place->entry, place->links);
  if (!added) at->second = std::min(at->second, place->links);
}

/// filepath.Glob, which goes through a pattern by its components.
class FileGlob {
 public:
  /// `pattern`: joined, from the root. All are borrowed.
  FileGlob(const NameTree& tree, const std::string& pattern, const Check& check)
      : tree_(tree), pattern_(pattern), meter_(check) {
    for (std::size_t slash = pattern.find('/'); slash != std::string::npos;) {
      ends_.push_back(slash);
      slash = pattern.find('/', slash + 1);
    }
    ends_.push_back(pattern.size());
  }

  Result<Outcome> Run() {
    // The components before are looked up, whatever is there; from this one on folders are read.
    std::size_t first = 0;
    while (first < ends_.size() && !HasMeta(Prefix(first))) ++first;
    if (first == ends_.size()) {
      return tree_.Lstat(pattern_) ? Outcome::kMatch : Outcome::kNoMatch;
    }
    for (std::size_t i = ends_.size(); i-- > first;) {
      ACD_CHECK(meter_.Spend(ends_[i]));
      // Where the repository lies on disk takes part, which is never empty.
      if (!GoMatch("/" + std::string(Prefix(i)), "")) return MalformedPattern(pattern_);
    }
    Folders folders;
    Add(folders, tree_.Stat(first == 0 ? "" : Prefix(first - 1)));
    bool found = false;
    for (std::size_t i = first; i < ends_.size(); ++i) {
      ACD_TRY(Folders next, Descend(folders, Component(i), found));
      folders = std::move(next);
    }
    return found ? Outcome::kMatch : Outcome::kNoMatch;
  }

 private:
  std::string_view Prefix(std::size_t i) const {
    return std::string_view(pattern_).substr(0, ends_[i]);
  }
  std::string_view Component(std::size_t i) const {
    return i == 0 ? Prefix(0) : Prefix(i).substr(ends_[i - 1] + 1);
  }

  /// What matches in the folders. Goes through all of them, as Go does, because a name later on may
  /// reach what is wrong with a component.
  Result<Folders> Descend(const Folders& folders, std::string_view component, bool& found) {
    Folders next;
    found = false;
    for (const auto& [folder, links] : folders) {
      for (const auto& [name, child] : folder->children) {
        ACD_CHECK(meter_.Spend((name.size() + 1) * (component.size() + 1)));
        const auto matched = GoMatch(component, name);
        if (!matched) return MalformedPattern(pattern_);
        if (!*matched) continue;
        found = true;
        Add(next, NameTree::Follow({child.get(), links}));
      }
    }
    return next;
  }

  const NameTree& tree_;
  const std::string& pattern_;
  WorkMeter meter_;
  std::vector<std::size_t> ends_;  ///< of the pattern's components
};

}  // namespace

Result<Outcome> MatchesFileName(const NameTree& tree, std::string_view app_path,
                                std::string_view pattern, const Check& check) {
  ACD_TRY(const std::optional<std::string> joined, PatternPath(tree, app_path, pattern));
  if (!joined) return Outcome::kNoMatch;
  return FileGlob(tree, *joined, check).Run();
}

}  // namespace acd::discovery
