#include "plugin/discovery/pattern_path.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "plugin/archive/entry_path.h"

namespace acd::discovery {
namespace {

/// filepath.Join of what is clean with a pattern, by text alone; nothing if that leaves the root.
std::optional<std::string> Join(std::string_view folder, std::string_view pattern) {
  std::string path(folder);
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view name = pattern.substr(0, end);
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      if (!path.empty()) path += '/';
      path += name;
    } else if (path.empty()) {
      return std::nullopt;
    } else {
      path.resize(archive::FolderOf(path).size());
    }
  }
  return path;
}

}  // namespace

Result<std::optional<std::string>> PatternPath(const NameTree& tree, std::string_view app_path,
                                               std::string_view pattern) {
  std::optional<std::string> joined;
  if (pattern.size() <= kMaxPatternBytes) {
    const std::optional<std::string> folder = tree.Locate(app_path);
    if (!folder) return std::optional<std::string>();
    joined = Join(*folder, pattern);
    if (!joined || joined->size() <= kMaxPatternBytes) return joined;
  }
  return Fail(Code::kLimitExceeded, "pattern: more than " + std::to_string(kMaxPatternBytes) +
                                        " bytes with the application's path");
}

Failure MalformedPattern(std::string_view joined) {
  return Fail(Code::kInvalidInput,
              "pattern " + archive::Printable(joined) + ": syntax error in pattern");
}

}  // namespace acd::discovery
