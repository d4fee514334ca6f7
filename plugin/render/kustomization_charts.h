#pragma once

#include <set>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"
#include "plugin/render/context.h"

namespace acd::render {

/// A chart that is not in the repository: kustomize has helm pull it into `folder`'s parent, unless
/// somebody puts it at `folder` before (and walks again, so that what came is looked at, too).
struct RemoteChart {
  std::string name;
  std::string version;  ///< empty: the newest
  std::string repo;     ///< `https://...`, or `oci://...` of which the name is a part
  std::string folder;   ///< absolute, inside of the repository
};

/// One chart of a kustomization, by any of the ways to name one.
struct ChartUse {
  std::string home;  ///< chartHome; empty: `charts`
  std::string name;
  std::string version;
  std::string repo;
  std::vector<std::string> value_files;  ///< valuesFile and additionalValuesFiles
};

/// The charts that a kustomization names: `helmCharts` with `helmGlobals`, and the older
/// `helmChartInflationGenerator`. Error: kInvalidInput (a field is given twice: which one kustomize
/// would take is not certain). Spec: kustomize types.FixKustomization.
Result<std::vector<ChartUse>> ChartsOf(const yaml::Node& kustomization);
/// The chart of a builtin HelmChartInflationGenerator object. Error: as above.
Result<ChartUse> ChartOfPlugin(const yaml::Node& object);

/// Decrypts charts and their value files in place, each once.
class ChartCollector {
 public:
  explicit ChartCollector(Context& context) : context_(context) {}

  /// `dir`: the folder from which kustomize reads. Errors: kInvalidInput (a path that leaves the
  /// repository); those of DecryptChart.
  Status Add(const ChartUse& chart, const std::string& dir);
  bool any() const { return any_; }
  const std::vector<RemoteChart>& remote() const { return remote_; }

 private:
  Context& context_;
  bool any_ = false;
  std::set<std::string> decrypted_;
  std::vector<RemoteChart> remote_;
};

}  // namespace acd::render
