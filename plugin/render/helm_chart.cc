#include "plugin/render/helm_chart.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 64;
// Of files and folders, each as often as it is reached: helm follows symlinks too, so a few of them
// that fan out would keep it, and us, busy for ever.
constexpr std::size_t kMaxVisits = 20'000;
constexpr const char* kPurpose = "helm chart";

class ChartDecryptor {
 public:
  explicit ChartDecryptor(Context& context) : context_(context) {}

  Status Chart(const std::string& dir, int depth) {
    ACD_CHECK(Visit(dir));
    ACD_CHECK(File(dir, "values.yaml"));
    ACD_CHECK(Folder(dir, "templates", depth));
    ACD_CHECK(Folder(dir, "crds", depth));
    std::string charts;
    ACD_CHECK(Locate(dir, "charts", charts));
    if (!IsDirectory(charts)) return {};
    if (depth >= kMaxDepth) return TooDeep(dir);
    ACD_TRY(const std::vector<std::string> names, workspace::ListFolder(charts));
    for (const std::string& name : names) {
      std::string chart;
      ACD_CHECK(Locate(charts, name, chart));
      if (IsDirectory(chart)) ACD_CHECK(Chart(chart, depth + 1));
    }
    return {};
  }

 private:
  Status Visit(const std::string& path) {
    ACD_CHECK(context_.request.budget.Check());
    if (++visits_ <= kMaxVisits) return {};
    return Fail(Code::kLimitExceeded,
                context_.files.Relative(path) + ": the chart has more than " +
                    std::to_string(kMaxVisits) +
                    " files and folders, symlinked ones counted each time",
                "remove symlinks that lead to the same folder");
  }

  // `path` stays empty when there is no such thing. helm follows symlinks, and so do we, but not
  // out of the repository.
  Status Locate(const std::string& dir, const std::string& name, std::string& path) {
    auto real = workspace::ResolveInside(context_.request.root, dir, name);
    if (real) {
      path = *std::move(real);
    } else if (real.error().code != Code::kNotFound) {
      return Fail(std::move(real).error());
    }
    return {};
  }

  Status File(const std::string& dir, const std::string& name) {
    std::string path;
    ACD_CHECK(Locate(dir, name, path));
    struct stat info {};
    if (path.empty() || ::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    ACD_CHECK(Visit(path));
    return context_.files.DecryptInPlace(path, kPurpose);
  }

  Status Folder(const std::string& dir, const std::string& name, int depth) {
    if (depth >= kMaxDepth) return TooDeep(dir);
    std::string folder;
    ACD_CHECK(Locate(dir, name, folder));
    if (!IsDirectory(folder)) return {};
    ACD_CHECK(Visit(folder));
    ACD_TRY(const std::vector<std::string> entries, workspace::ListFolder(folder));
    for (const std::string& entry : entries) {
      std::string path;
      ACD_CHECK(Locate(folder, entry, path));
      if (IsDirectory(path)) {
        ACD_CHECK(Folder(folder, entry, depth + 1));
      } else {
        ACD_CHECK(File(folder, entry));
      }
    }
    return {};
  }

  static bool IsDirectory(const std::string& path) {
    std::error_code error;
    return !path.empty() && fs::is_directory(path, error);
  }

  Failure TooDeep(const std::string& dir) const {
    return Fail(Code::kLimitExceeded, context_.files.Relative(dir) + ": nested too deep");
  }

  Context& context_;
  std::size_t visits_ = 0;
};

}  // namespace

Status DecryptChart(Context& context, const std::string& dir) {
  return ChartDecryptor(context).Chart(dir, 0);
}

Status DecryptChart(Context& context) { return DecryptChart(context, context.app_dir); }

}  // namespace acd::render
