#include "plugin/render/path_glob.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "plugin/render/glob.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 256;
constexpr std::size_t kMaxMatches = 10'000;

// The pattern from the repository's root on, without `.` and `..`.
Result<std::string> FromRoot(const std::string& root, const std::string& base,
                             std::string_view pattern) {
  const bool absolute = !pattern.empty() && pattern.front() == '/';
  std::string text = absolute ? std::string() : workspace::RelativeTo(root, base) + "/";
  text += pattern;
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty() || HasGlob(parts.back())) {
      return Fail(Code::kInvalidInput, std::string(pattern) + ": leaves the repository");
    } else {
      parts.pop_back();
    }
  }
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : "/") + part;
  return joined;
}

class Search {
 public:
  Search(const std::string& root, Glob glob, const exec::Budget& budget)
      : root_(root), glob_(std::move(glob)), budget_(budget) {}

  Status Walk(const std::string& relative, int depth) {
    if (depth > kMaxDepth) return Fail(Code::kLimitExceeded, "glob: folders nested too deep");
    std::error_code error;
    const std::string dir = relative.empty() ? root_ : root_ + "/" + relative;
    for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
      ACD_CHECK(budget_.Check());
      const std::string name =
          (relative.empty() ? "" : relative + "/") + it->path().filename().native();
      std::error_code ignored;
      if (it->symlink_status(ignored).type() == fs::file_type::directory) {
        ACD_CHECK(Walk(name, depth + 1));
      } else if (glob_.Matches(name)) {
        if (names_.size() >= kMaxMatches) return Fail(Code::kLimitExceeded, "glob: too many files");
        names_.push_back(name);
      }
    }
    return {};
  }

  std::vector<std::string> Names() && {
    std::sort(names_.begin(), names_.end());
    return std::move(names_);
  }

 private:
  const std::string& root_;
  Glob glob_;
  const exec::Budget& budget_;
  std::vector<std::string> names_;
};

}  // namespace

bool HasGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

Result<std::vector<std::string>> ExpandGlob(const std::string& root, const std::string& base,
                                            std::string_view pattern, const exec::Budget& budget) {
  ACD_TRY(const std::string full, FromRoot(root, base, pattern));
  ACD_TRY(Glob glob, Glob::Compile(full, /*separated=*/true));
  // Only what lies below the part without wildcards can match.
  const std::size_t wildcard = full.find_first_of("*?[{\\");
  const std::size_t slash = full.rfind('/', wildcard);
  const std::string start = slash == std::string::npos ? "" : full.substr(0, slash);
  Search search(root, std::move(glob), budget);
  ACD_CHECK(search.Walk(start, 0));
  std::vector<std::string> files;
  for (const std::string& name : std::move(search).Names()) {
    ACD_TRY(std::string real, workspace::ResolveInside(root, root, name));
    struct stat info {};
    if (::stat(real.c_str(), &info) == 0 && S_ISREG(info.st_mode)) files.push_back(std::move(real));
  }
  return files;
}

}  // namespace acd::render
