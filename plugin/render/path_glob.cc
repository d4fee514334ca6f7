#include "plugin/render/path_glob.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "plugin/render/glob.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr int kMaxDepth = 256;
constexpr std::size_t kMaxMatches = 10'000;
// Of folders, each as often as a `**` comes to it.
constexpr std::size_t kMaxVisits = 100'000;

struct Part {
  std::string text;
  bool literal;
};

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string part(text.substr(begin, end - begin));
    begin = end + 1;
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  return parts;
}

bool HasMeta(std::string_view part) { return part.find_first_of("*?[\\") != std::string::npos; }

// The pattern, without braces in it, from the repository's root on, without `.` and `..`.
Result<std::vector<Part>> FromRoot(const std::string& root, const std::string& base,
                                   std::string_view pattern) {
  std::vector<Part> parts;
  if (!pattern.starts_with('/')) {
    for (std::string& part : Split(workspace::RelativeTo(root, base))) {
      parts.push_back({std::move(part), true});
    }
  }
  for (std::string& part : Split(pattern)) {
    if (part != "..") {
      const bool literal = !HasMeta(part);
      parts.push_back({std::move(part), literal});
    } else if (parts.empty() || !parts.back().literal) {
      return Fail(Code::kInvalidInput, std::string(pattern) + ": leaves the repository");
    } else {
      parts.pop_back();
    }
  }
  return parts;
}

std::string Below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

class Expansion {
 public:
  Expansion(const std::string& root, const exec::Budget& budget) : root_(root), budget_(budget) {}

  Status Add(std::vector<Part> parts) {
    parts_ = std::move(parts);
    return Expand("", 0, 0);
  }

  std::vector<GlobMatch> Matches() && { return std::move(matches_); }

 private:
  // What parts `at` and on match below `folder`, which is there.
  Status Expand(const std::string& folder, std::size_t at, int depth) {
    if (at == parts_.size()) return {};
    const Part& part = parts_[at];
    if (part.literal) return Take(Below(folder, part.text), at, depth);
    if (part.text == "**") return AnyFolder(folder, at, depth);
    ACD_TRY(const Glob glob, Glob::Compile(part.text, /*separated=*/true));
    ACD_TRY(const auto names, List(folder, depth));
    for (const std::string& name : names) {
      if (glob.Matches(name)) ACD_CHECK(Take(Below(folder, name), at, depth));
    }
    return {};
  }

  // `name` matches part `at`.
  Status Take(const std::string& name, std::size_t at, int depth) {
    auto located = workspace::LocateInside(root_, root_, "/" + name);
    if (!located) {
      if (located.error().code == Code::kNotFound) return {};
      return Fail(std::move(located).error());
    }
    if (at + 1 < parts_.size()) {
      return located->is_folder ? Expand(name, at + 1, depth + 1) : Status();
    }
    struct stat info;
    if (::stat(located->path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    if (!seen_.insert(name).second) return {};
    if (matches_.size() >= kMaxMatches) return Fail(Code::kLimitExceeded, "glob: too many files");
    matches_.push_back({name, std::move(located->path)});
    return {};
  }

  // The folder itself, then all below it; at the end of a pattern their files, too.
  Status AnyFolder(const std::string& folder, std::size_t at, int depth) {
    ACD_CHECK(Expand(folder, at + 1, depth + 1));
    ACD_TRY(const auto names, List(folder, depth));
    for (const std::string& name : names) {
      const std::string path = Below(folder, name);
      auto located = workspace::LocateInside(root_, root_, "/" + path);
      if (!located && located.error().code == Code::kNotFound) continue;
      if (!located) return Fail(std::move(located).error());
      if (located->is_folder) {
        ACD_CHECK(AnyFolder(path, at, depth + 1));
      } else if (at + 1 == parts_.size()) {
        ACD_CHECK(Take(path, at, depth));
      }
    }
    return {};
  }

  Result<std::vector<std::string>> List(const std::string& folder, int depth) {
    ACD_CHECK(budget_.Check());
    if (depth > kMaxDepth || ++visits_ > kMaxVisits) {
      return Fail(Code::kLimitExceeded, "glob: too many folders, or nested too deep");
    }
    auto names = workspace::ListFolder(folder.empty() ? root_ : root_ + "/" + folder);
    // As in Argo CD, what may not be listed is empty. What cannot be at the moment is not.
    if (!names && names.error().code != Code::kNoRoom) return std::vector<std::string>();
    return names;
  }

  const std::string& root_;
  std::vector<Part> parts_;
  const exec::Budget& budget_;
  std::size_t visits_ = 0;
  std::set<std::string> seen_;
  std::vector<GlobMatch> matches_;
};

}  // namespace

bool HasGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

Result<std::vector<GlobMatch>> ExpandGlob(const std::string& root, const std::string& base,
                                          std::string_view pattern, const exec::Budget& budget) {
  // `{x,y/z}` may span folders.
  ACD_TRY(const auto alternatives, ExpandBraces(pattern));
  Expansion expansion(root, budget);
  for (const std::string& alternative : alternatives) {
    ACD_TRY(std::vector<Part> parts, FromRoot(root, base, alternative));
    ACD_CHECK(expansion.Add(std::move(parts)));
  }
  std::vector<GlobMatch> matches = std::move(expansion).Matches();
  // doublestar merges what alternatives found, by their names.
  if (alternatives.size() > 1) {
    std::sort(matches.begin(), matches.end(),
              [](const GlobMatch& a, const GlobMatch& b) { return a.name < b.name; });
  }
  return matches;
}

}  // namespace acd::render
