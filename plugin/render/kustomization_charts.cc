#include "plugin/render/kustomization_charts.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "plugin/render/helm_chart.h"
#include "plugin/render/kustomization_paths.h"
#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

constexpr const char* kField = "helmCharts";
constexpr std::size_t kMaxCharts = 1000;

using Fields = std::map<std::string, const yaml::Node*>;

Result<Fields> Read(const yaml::Node& node) {
  Fields fields;
  ACD_CHECK(ForEachField(node, [&](const std::string& name, const yaml::Node& value) -> Status {
    if (fields.emplace(name, &value).second) return {};
    return Fail(Code::kInvalidInput, std::string(kField) + ": a field is given twice",
                "field names are the same in upper and lower case");
  }));
  return fields;
}

std::string Text(const Fields& fields, const char* name) {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string() : ScalarText(it->second);
}

std::vector<std::string> Texts(const Fields& fields, const char* name) {
  const auto it = fields.find(name);
  return it == fields.end() ? std::vector<std::string>() : ScalarTexts(*it->second);
}

// An entry of `helmCharts`.
ChartUse ReadChart(const Fields& fields) {
  ChartUse chart;
  chart.name = Text(fields, "name");
  chart.version = Text(fields, "version");
  chart.repo = Text(fields, "repo");
  chart.value_files = Texts(fields, "additionalvaluesfiles");
  chart.value_files.push_back(Text(fields, "valuesfile"));
  return chart;
}

// An entry of `helmChartInflationGenerator`.
ChartUse ReadOldChart(const Fields& fields) {
  ChartUse chart;
  chart.name = Text(fields, "chartname");
  chart.version = Text(fields, "chartversion");
  chart.repo = Text(fields, "chartrepourl");
  chart.value_files.push_back(Text(fields, "values"));
  return chart;
}

bool HasParent(const std::string& path) {
  const std::filesystem::path parts(path);
  return std::find(parts.begin(), parts.end(), "..") != parts.end();
}

}  // namespace

Result<std::vector<ChartUse>> ChartsOf(const yaml::Node& kustomization) {
  std::vector<ChartUse> charts;
  std::string home;
  std::optional<std::string> global_home;
  int globals = 0;
  ACD_CHECK(ForEachField(kustomization, [&](const auto& name, const yaml::Node& value) -> Status {
    if (name == "helmglobals" && value.kind == yaml::Node::Kind::kMapping) {
      ACD_TRY(const Fields fields, Read(value));
      global_home = Text(fields, "charthome");
      if (++globals > 1) return Fail(Code::kInvalidInput, "helmGlobals: given twice");
    }
    const bool old = name == "helmchartinflationgenerator";
    if (!old && name != "helmcharts") return {};
    for (const yaml::Node& item : value.items) {
      ACD_TRY(const Fields fields, Read(item));
      charts.push_back(old ? ReadOldChart(fields) : ReadChart(fields));
      // The last one that is named counts, for all of them.
      if (std::string last = old ? Text(fields, "charthome") : ""; !last.empty()) home = last;
    }
    return {};
  }));
  for (ChartUse& chart : charts) chart.home = global_home.value_or(home);
  return charts;
}

Result<ChartUse> ChartOfPlugin(const yaml::Node& object) {
  ACD_TRY(const Fields fields, Read(object));
  ChartUse chart = ReadChart(fields);
  chart.home = Text(fields, "charthome");
  return chart;
}

Status ChartCollector::Add(const ChartUse& chart, const std::string& dir) {
  any_ = true;
  // kustomize makes a file of the name, too, in a temporary folder: `../../x` wrote decrypted
  // values anywhere, and over files that were looked at.
  if (HasParent(chart.name) || HasParent(chart.version)) {
    return Fail(Code::kInvalidInput,
                std::string(kField) + ": a name or version with .. in it leaves the repository",
                "say in helmGlobals.chartHome where the charts are");
  }
  const std::string& root = context_.request.root;
  for (const std::string& file : chart.value_files) {
    ACD_TRY(const auto found, LocateEntry(root, dir, file, "helmCharts.valuesFile"));
    if (found && !found->is_folder) {
      ACD_CHECK(context_.files.DecryptInPlace(found->path, "helm values in a kustomization"));
    }
  }
  if (chart.name.empty()) return {};  // kustomize says so
  // Only file names are remote: a folder called `https:` is a folder.
  std::string folder = chart.home.empty() ? "charts" : chart.home;
  if (folder.front() != '/') folder.insert(0, "./");
  if (!chart.version.empty() && !chart.repo.empty()) {
    folder += "/" + chart.name + "-" + chart.version;
  }
  folder += "/" + chart.name;
  ACD_TRY(const auto found, LocateEntry(root, dir, folder, "helmCharts"));
  if (found && found->is_folder) {
    if (!decrypted_.insert(found->path).second) return {};
    if (decrypted_.size() > kMaxCharts) {
      return Fail(Code::kLimitExceeded,
                  std::string(kField) + ": more than " + std::to_string(kMaxCharts) + " charts");
    }
    return DecryptChart(context_, found->path);
  }
  if (chart.repo.empty()) return {};
  remote_.push_back({chart.name, chart.version, chart.repo,
                     std::filesystem::path(dir + "/" + folder).lexically_normal().native()});
  return {};
}

}  // namespace acd::render
