#include "plugin/render/directory_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 256;

using Type = ManifestFile::Type;

// nullopt: the name is no manifest's. Argo CD's expression does not take a line's end in a name.
std::optional<Type> TypeOf(std::string_view name, bool any_name) {
  if (!any_name && name.find('\n') != std::string_view::npos) return std::nullopt;
  if (name.ends_with(".jsonnet")) return Type::kJsonnet;
  if (name.ends_with(".json")) return Type::kJson;
  if (any_name || name.ends_with(".yaml") || name.ends_with(".yml")) return Type::kYaml;
  return std::nullopt;
}

class Walker {
 public:
  Walker(const std::string& root, const FileSelection& selection, const exec::Budget& budget)
      : root_(root), selection_(selection), budget_(budget) {}

  Status Walk(const std::string& dir, const std::string& prefix, int depth) {
    ACD_CHECK(budget_.Check());
    if (depth > kMaxDepth) {
      return Fail(Code::kLimitExceeded, workspace::RelativeTo(root_, dir) + ": nested too deep");
    }
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(*it);
    }
    if (error) {
      return SystemFailure(workspace::RelativeTo(root_, dir) + ": cannot be listed", error.value());
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return a.path().filename().native() < b.path().filename().native();
    });
    for (const fs::directory_entry& entry : entries) {
      const std::string relative = prefix + entry.path().filename().native();
      const fs::file_type type = entry.symlink_status(error).type();
      if (type == fs::file_type::directory) {
        if (selection_.recurse) {
          ACD_CHECK(Walk(entry.path().native(), relative + "/", depth + 1));
        }
      } else {
        ACD_CHECK(Take(dir, relative, entry.path().filename().native()));
      }
    }
    return {};
  }

  std::vector<ManifestFile> Files() && { return std::move(files_); }

 private:
  Status Take(const std::string& dir, const std::string& relative, const std::string& name) {
    const std::optional<Type> type = TypeOf(name, selection_.any_name);
    if (!type) return {};
    ACD_CHECK(budget_.Check());
    auto real = workspace::ResolveInside(root_, dir, name);
    if (!real) {
      if (real.error().code == Code::kNotFound) return {};
      return Fail(std::move(real).error().With(relative));
    }
    struct stat info {};
    if (::stat(real->c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    if (selection_.exclude && selection_.exclude->Matches(relative)) return {};
    if (selection_.include && !selection_.include->Matches(relative)) return {};
    files_.push_back({relative, *std::move(real), *type});
    return {};
  }

  const std::string& root_;
  const FileSelection& selection_;
  const exec::Budget& budget_;
  std::vector<ManifestFile> files_;
};

}  // namespace

Result<std::vector<ManifestFile>> FindManifestFiles(const std::string& root,
                                                    const std::string& app_dir,
                                                    const FileSelection& selection,
                                                    const exec::Budget& budget) {
  Walker walker(root, selection, budget);
  ACD_CHECK(walker.Walk(app_dir, "", 0));
  return std::move(walker).Files();
}

}  // namespace acd::render
