#include "plugin/render/parameter_table.h"

#include <algorithm>
#include <array>

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
    ParameterInfo{"codeExtVars", Shape::kMap, kLater, kNo, kNo},
    ParameterInfo{"codeTlas", Shape::kMap, kLater, kNo, kNo},
    ParameterInfo{"commonAnnotations", Shape::kMap, kNo, kNo, kYes},
    ParameterInfo{"commonAnnotationsEnvsubst", Shape::kString, kNo, kNo, kYes},
    ParameterInfo{"commonLabels", Shape::kMap, kNo, kNo, kYes},
    ParameterInfo{"components", Shape::kArray, kNo, kNo, kYes},
    ParameterInfo{"disableExtensionFilter", Shape::kString, kLater, kNo, kNo},
    ParameterInfo{"exclude", Shape::kString, kYes, kNo, kNo},
    ParameterInfo{"extVars", Shape::kMap, kLater, kNo, kNo},
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
    ParameterInfo{"libs", Shape::kArray, kLater, kNo, kNo},
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
    ParameterInfo{"tlas", Shape::kMap, kLater, kNo, kNo},
    ParameterInfo{"valueFiles", Shape::kArray, kNo, kYes, kNo},
    ParameterInfo{"values", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"valuesObject", Shape::kString, kNo, kYes, kNo},
    ParameterInfo{"version", Shape::kString, kNo, kYes, kYes},
};

}  // namespace

const ParameterInfo* FindParameter(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const auto& info) { return info.name == name; });
  return found == kTable.end() ? nullptr : found;
}

std::string KnownParameters() {
  std::string names;
  for (const ParameterInfo& info : kTable) {
    if (!names.empty()) names += ", ";
    names += info.name;
  }
  return names;
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
