#include "plugin/render/parameter_table.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

namespace acd::render {
namespace {

constexpr Support kNo = Support::kForeign;
constexpr Support kLater = Support::kUnsupported;
constexpr Support kYes = Support::kSupported;

// Sorted by name. Columns: directory, helm, kustomize.
constexpr std::array kTable = {
    ParameterInfo{"allowEmpty", Shape::kString, kYes, kYes, kYes},
    ParameterInfo{"apiVersions", Shape::kArray, kNo, kYes, kYes},
    ParameterInfo{"buildOptions", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"codeExtVars", Shape::kMap, kYes, kNo, kNo},
    ParameterInfo{"codeTlas", Shape::kMap, kYes, kNo, kNo},
    ParameterInfo{"commonAnnotations", Shape::kMap, kNo, kNo, kYes},
    ParameterInfo{"commonAnnotationsEnvsubst", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"commonLabels", Shape::kMap, kNo, kNo, kYes},
    ParameterInfo{"components", Shape::kArray, kNo, kNo, kYes},
    ParameterInfo{"disableExtensionFilter", Shape::kString, kYes, kNo, kNo},
    ParameterInfo{"exclude", Shape::kString, kYes, kNo, kNo},
    ParameterInfo{"extVars", Shape::kMap, kYes, kNo, kNo},
    ParameterInfo{"fileParameters", Shape::kMap, kNo, kYes, kNo},
    ParameterInfo{"forceCommonAnnotations", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"forceCommonLabels", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"forceStringParameters", Shape::kMap, kNo, kYes, kNo},
    ParameterInfo{"ignoreMissingComponents", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"ignoreMissingValueFiles", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"images", Shape::kArray, kNo, kNo, kYes},
    ParameterInfo{"include", Shape::kString, kYes, kNo, kNo},
    ParameterInfo{"kubeVersion", Shape::kString, kNo, kYes, kYes},
    ParameterInfo{"labelIncludeTemplates", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"labelWithoutSelector", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"libs", Shape::kArray, kYes, kNo, kNo},
    ParameterInfo{"namePrefix", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"nameSuffix", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"namespace", Shape::kString, kNo, kYes, kYes},
    ParameterInfo{"parameters", Shape::kMap, kNo, kYes, kNo},
    ParameterInfo{"passCredentials", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"patches", Shape::kArray, kNo, kNo, kYes},
    ParameterInfo{"recurse", Shape::kString, kYes, kNo, kNo},
    ParameterInfo{"releaseName", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"renderer", Shape::kString, kYes, kYes, kYes},
    ParameterInfo{"replicas", Shape::kMap, kNo, kNo, kYes},
    ParameterInfo{"skipCrds", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"skipSchemaValidation", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"skipTests", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"tlas", Shape::kMap, kYes, kNo, kNo},
    ParameterInfo{"valueFiles", Shape::kArray, kNo, kYes, kNo},
    ParameterInfo{"values", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"valuesObject", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"version", Shape::kString, kNo, kYes, kYes},
};

// What people write instead of a capital: `value-files`, `value_files`, `valuefiles`.
std::string Folded(std::string_view name) {
  std::string folded;
  for (const char c : name.substr(0, 64)) {
    if (c == '-' || c == '_' || c == ' ' || c == '.') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return folded;
}

// Letters to insert, remove, replace, or swap with the next; `limit` when it is that or more.
std::size_t Distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference >= limit) return limit;
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return std::min(above[b.size()], limit);
}

}  // namespace

const ParameterInfo* FindParameter(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const auto& info) { return info.name == name; });
  return found == kTable.end() ? nullptr : found;
}

Support SupportIn(const ParameterInfo& info, std::string_view renderer) {
  if (renderer == "helm") return info.helm;
  if (renderer == "kustomize") return info.kustomize;
  return info.directory;
}

std::string KnownParameters(std::string_view renderer) {
  std::string here;
  std::string elsewhere;
  for (const ParameterInfo& info : kTable) {
    const bool first = renderer.empty() || SupportIn(info, renderer) != Support::kForeign;
    std::string& names = first ? here : elsewhere;
    if (!names.empty()) names += ", ";
    names += info.name;
  }
  return elsewhere.empty() ? here : here + "; with another renderer: " + elsewhere;
}

std::string_view NearestParameter(std::string_view name) {
  // Typing errors: a letter or two; more in a short name would be another name.
  const std::string wanted = Folded(name);
  std::size_t best = std::min<std::size_t>(3, wanted.size() / 3 + 1);
  std::string_view nearest;
  for (const ParameterInfo& info : kTable) {
    const std::size_t distance = Distance(wanted, Folded(info.name), best);
    if (distance >= best) continue;
    best = distance;
    nearest = info.name;
  }
  return nearest;
}

std::string UnknownParameterHint(std::string_view name, std::string_view renderer) {
  const std::string_view nearest = NearestParameter(name);
  const std::string guess =
      nearest.empty() ? std::string() : "did you mean " + std::string(nearest) + "? ";
  return guess + "known parameters: " + KnownParameters(renderer);
}

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kString:
      return "string";
    case Shape::kArray:
      return "array";
    case Shape::kMap:
      return "map";
  }
  return "string";
}

}  // namespace acd::render
