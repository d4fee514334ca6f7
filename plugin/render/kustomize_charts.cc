#include "plugin/render/kustomize_charts.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include "decrypt/base/system_failure.h"
#include "plugin/render/source_session.h"
#include "plugin/sources/charts.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

// `oci://host/path/name` may have its folders in the name: such a chart kustomize pulls by itself.
bool IsPlainName(const std::string& name) {
  return name.find('/') == std::string::npos && name.front() != '.' && name.front() != '-';
}

Failure Misplaced(const RemoteChart& chart, const std::string& why) {
  return Fail(Code::kInvalidInput, "helmCharts: " + chart.name + ": " + why);
}

// Mostly for what lies there already.
Failure CannotPlace(const RemoteChart& chart, const std::string& what, int error) {
  Failure failure = SystemFailure("helmCharts: " + chart.name + ": " + what, error);
  if (failure.error.code == Code::kIo) failure.error.code = Code::kInvalidInput;
  return failure;
}

// The folder to put the chart's into, with those above it. It is there, and in the repository.
Result<std::string> MakeParent(const std::string& root, const RemoteChart& chart) {
  const std::string parent = fs::path(chart.folder).parent_path().native();
  std::error_code error;
  fs::create_directories(parent, error);
  const fs::path real = error ? fs::path() : fs::canonical(parent, error);
  if (error) return CannotPlace(chart, "its folder cannot be made", error.value());
  if (real != root && !real.native().starts_with(root + "/")) {
    return Misplaced(chart, "its folder leaves the repository");
  }
  return real.native();
}

Status PullOne(Context& context, sources::Session& session, const RemoteChart& chart,
               const std::string& scratch) {
  std::error_code error;
  if (!fs::create_directory(scratch, error)) {
    return SystemFailure("the run folder", error ? error.value() : EEXIST);
  }
  ACD_TRY(const std::string archive,
          sources::PullChart(session, {chart.repo, chart.name, chart.version}, scratch));
  // What the archive holds besides the chart's folder stays behind.
  const std::string unpacked = scratch + "/unpacked";
  fs::create_directory(unpacked, error);
  if (error) return SystemFailure("the run folder", error.value());
  ACD_CHECK(sources::UnpackChart(session, archive, unpacked));
  ACD_TRY(const std::string parent, MakeParent(context.request.root, chart));
  const std::string from = unpacked + "/" + chart.name;
  if (!fs::is_directory(fs::symlink_status(from, error))) {
    return Misplaced(chart, "the archive has no folder of the chart's name");
  }
  const std::string to = parent + "/" + fs::path(chart.folder).filename().native();
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return CannotPlace(chart, "cannot be moved there", errno);
  }
  workspace::RemoveTree(scratch);
  return {};
}

}  // namespace

Result<bool> PullRemoteCharts(Context& context, const KustomizationGraph& graph) {
  sources::Session session = MakeSourceSession(context);
  std::set<std::string> placed;
  for (const RemoteChart& chart : graph.remote_charts) {
    if (!IsPlainName(chart.name) || !placed.insert(chart.folder).second) continue;
    const std::string scratch =
        context.request.run_dir + "/pulled-" + std::to_string(placed.size());
    ACD_CHECK(PullOne(context, session, chart, scratch));
  }
  return !placed.empty();
}

}  // namespace acd::render
