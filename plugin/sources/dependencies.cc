#include "plugin/sources/dependencies.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <set>

#include "decrypt/base/system_failure.h"
#include "plugin/sources/chart_file.h"
#include "plugin/sources/charts.h"
#include "plugin/sources/helm_home.h"
#include "plugin/sources/repository_url.h"
#include "plugin/sources/tool_folder.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

bool IsLocal(const Dependency& one) { return one.repository.starts_with("file://"); }
bool IsNamed(const Dependency& one) {
  return one.repository.starts_with('@') || one.repository.starts_with("alias:");
}

constexpr int kMaxDepth = 8;  // of charts in the repository that depend on each other

/// One build of a chart's dependencies.
class Build {
 public:
  Build(Session& session, std::string folder, bool pass_credentials, int depth)
      : session_(session),
        folder_(std::move(folder)),
        charts_(folder_ + "/charts"),
        pass_credentials_(pass_credentials),
        depth_(depth) {}

  Status Run() {
    ACD_TRY(ChartFile chart, ReadChartFile(folder_));
    for (const Dependency& one : chart.any) {
      if (IsLocal(one)) ACD_CHECK(LocalFolder(one));
    }
    ACD_TRY(const std::vector<Dependency>* pinned, Pinned(chart));
    if (pinned == nullptr) return RunHelm(chart);
    if (::mkdir(charts_.c_str(), 0700) != 0 && errno != EEXIST) {
      return SystemFailure("charts", errno);
    }
    ACD_TRY(charts_, workspace::ResolveInside(session_.root, folder_, "charts"));
    std::set<std::string> files;
    for (const Dependency& one : *pinned) {
      if (one.repository.empty()) continue;  // said to lie in charts/; helm looks for it
      const std::string file = one.name + "-" + one.version + ".tgz";
      if (files.insert(file).second) ACD_CHECK(Fill(one, file));
    }
    return RemoveOthers(files);
  }

 private:
  /// The list whose versions are all settled; null when helm has to settle or refuse them.
  Result<const std::vector<Dependency>*> Pinned(const ChartFile& chart) {
    const std::vector<Dependency>* none = nullptr;
    if (!chart.lock) {
      const bool exact =
          std::all_of(chart.dependencies.begin(), chart.dependencies.end(),
                      [](const Dependency& one) { return IsExactVersion(one.version); });
      return exact ? &chart.dependencies : none;
    }
    std::vector<Dependency> wanted = chart.dependencies;
    for (Dependency& one : wanted) {
      if (!IsNamed(one)) continue;
      ACD_TRY(const Access access, Find(one));
      one.repository = access.url;  // as helm does before it takes the digest
    }
    const auto digest = LockDigest(wanted, chart.lock->dependencies);
    const bool fits = digest && *digest == chart.lock->digest &&
                      std::all_of(chart.lock->dependencies.begin(), chart.lock->dependencies.end(),
                                  [](const Dependency& one) {
                                    return one.repository.empty() || IsExactVersion(one.version);
                                  });
    return fits ? &chart.lock->dependencies : none;
  }

  Result<Access> Find(const Dependency& one) {
    ACD_TRY(const std::vector<Repository>* repositories, session_.Repositories());
    auto access = AccessFinder(*repositories, session_.project).Charts(one.repository);
    if (!access) return Fail(std::move(access).error().With("dependency " + one.name));
    return access;
  }

  Result<std::string> LocalFolder(const Dependency& one) const {
    const std::string path = one.repository.substr(7);
    if (path.starts_with('/')) {
      return Fail(Code::kInvalidInput,
                  "dependency " + one.name + ": " + one.repository + ": an absolute path",
                  "name it relative to the chart: file://../name");
    }
    // helm applies `..` to the text, before symlinks: what it opens must be what is looked at.
    const std::string text =
        std::filesystem::path(folder_ + "/" + path).lexically_normal().native() + "/";
    if (!text.starts_with(session_.root + "/")) {
      return Fail(Code::kInvalidInput,
                  "dependency " + one.name + ": " + one.repository + ": leaves the repository",
                  "paths and symlinks must stay inside the application's repository");
    }
    auto located = workspace::ResolveInside(session_.root, session_.root,
                                            text.substr(session_.root.size() + 1));
    if (!located) return Fail(std::move(located).error().With("dependency " + one.name));
    return located;
  }

  Status Fill(const Dependency& one, const std::string& file) {
    if (IsLocal(one)) return Pack(one, file);
    const ChartSource chart{one.repository, one.name, one.version, pass_credentials_};
    auto pulled = PullChart(session_, chart, charts_);
    if (!pulled) return Fail(std::move(pulled).error().With("dependency"));
    return {};
  }

  Status Pack(const Dependency& one, const std::string& file) {
    ACD_TRY(const std::string chart, LocalFolder(one));
    ACD_TRY(HelmHome home, HelmHome::Make(session_));
    Status packed = home.Package(chart, charts_);
    // helm packs no chart whose own dependencies are missing.
    if (!packed && depth_ < kMaxDepth &&
        packed.error().message.find("missing in charts") != std::string::npos) {
      packed = Build(session_, chart, pass_credentials_, depth_ + 1).Run();
      if (packed) packed = home.Package(chart, charts_);
    }
    if (!packed) return Fail(std::move(packed).error().With("dependency " + one.name));
    struct stat info {};
    if (::stat((charts_ + "/" + file).c_str(), &info) == 0) return {};
    return Fail(Code::kInvalidInput,
                "dependency " + one.name + ": the chart at " + one.repository +
                    " is not of version " + one.version,
                "run `helm dependency update` and commit the lock file");
  }

  /// As helm: charts of an earlier version would be rendered beside the new one.
  Status RemoveOthers(const std::set<std::string>& files) const {
    const auto names = workspace::ListFolder(charts_);
    if (!names && names.error().code == Code::kNotFound) return {};  // it is a file
    if (!names) return Fail(names.error());
    for (const std::string& name : *names) {
      if (!name.ends_with(".tgz") || files.contains(name)) continue;
      if (::unlink((charts_ + "/" + name).c_str()) != 0 && errno != EISDIR) {
        return SystemFailure("charts: " + name, errno);
      }
    }
    return {};
  }

  /// `helm dependency build` over the chart itself, with all its repositories.
  Status RunHelm(const ChartFile& chart) {
    ACD_TRY(HelmHome home, HelmHome::Make(session_));
    std::deque<Access> used;  // the home points into it
    std::set<std::string> known;
    for (const Dependency& one : chart.dependencies) {
      if (one.repository.empty() || IsLocal(one)) continue;
      ACD_TRY(Access access, Find(one));
      const std::string name =
          IsNamed(one) ? one.repository.substr(one.repository.find_first_of("@:") + 1) : "";
      if (!known.insert(name + "\n" + NormalChartUrl(access.url)).second) continue;
      used.push_back(std::move(access));
      ACD_CHECK(home.Add(used.back(), name, pass_credentials_));
    }
    return home.BuildDependencies(folder_);
  }

  Session& session_;
  std::string folder_;
  std::string charts_;
  bool pass_credentials_;
  int depth_;
};

}  // namespace

Status BuildDependencies(Session& session, const std::string& folder, bool pass_credentials) {
  return Build(session, folder, pass_credentials, 0).Run();
}

}  // namespace acd::sources
