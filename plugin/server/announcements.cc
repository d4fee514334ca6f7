#include "plugin/server/announcements.h"

#include <array>

#include "plugin/render/parameter_table.h"

namespace acd::server {
namespace {

// The fields of `spec.source.helm`, `.kustomize` and `.directory` by their own names; the help
// texts say what Argo CD's documentation says of them.
struct Text {
  std::string_view name;
  std::string_view title;
  std::string_view tooltip;
  std::string_view item_type;
};

constexpr auto kTexts = std::to_array<Text>({
    {"renderer", "Renderer", "kustomize, helm or directory; empty: what the path holds", ""},
    {"allowEmpty", "Allow empty output", "true: an empty result is no error", "boolean"},
    {"namespace", "Namespace", "instead of the destination's namespace", ""},
    {"kubeVersion", "Kubernetes version", "instead of the destination cluster's", ""},
    {"apiVersions", "API versions", "instead of the destination cluster's", ""},

    {"releaseName", "Helm: release name", "instead of the Application's name", ""},
    {"valueFiles", "Helm: value files", "plain or SOPS-encrypted, in this order", ""},
    {"ignoreMissingValueFiles", "Helm: ignore missing value files", "true or false", "boolean"},
    {"values", "Helm: values", "a YAML text, after all value files", ""},
    {"valuesObject", "Helm: values object", "JSON or YAML; wins over values", ""},
    {"parameters", "Helm: parameters", "--set name=value", ""},
    {"forceStringParameters", "Helm: string parameters", "--set-string name=value", ""},
    {"fileParameters", "Helm: file parameters", "--set-file name=path", ""},
    {"version", "Helm: version", "v3 or v4, as Argo CD takes it", ""},
    {"passCredentials", "Helm: pass credentials", "to all domains", "boolean"},
    {"skipCrds", "Helm: skip CRDs", "true: leave out the crds/ folder", "boolean"},
    {"skipSchemaValidation", "Helm: skip schema validation", "true or false", "boolean"},
    {"skipTests", "Helm: skip tests", "true: leave out test hooks", "boolean"},

    {"namePrefix", "Kustomize: name prefix", "", ""},
    {"nameSuffix", "Kustomize: name suffix", "", ""},
    {"images", "Kustomize: images", "name=new:tag, name:tag or name@digest", ""},
    {"replicas", "Kustomize: replicas", "count by name", ""},
    {"commonLabels", "Kustomize: common labels", "", ""},
    {"forceCommonLabels", "Kustomize: force common labels", "true or false", "boolean"},
    {"labelWithoutSelector", "Kustomize: labels without selector", "true or false", "boolean"},
    {"labelIncludeTemplates", "Kustomize: labels in templates", "true or false", "boolean"},
    {"commonAnnotations", "Kustomize: common annotations", "", ""},
    {"forceCommonAnnotations", "Kustomize: force common annotations", "true or false", "boolean"},
    {"commonAnnotationsEnvsubst", "Kustomize: substitute in annotations", "true or false",
     "boolean"},
    {"components", "Kustomize: components", "folders of the repository", ""},
    {"ignoreMissingComponents", "Kustomize: ignore missing components", "true or false", "boolean"},
    {"patches", "Kustomize: patches", "one JSON or YAML text each", ""},
    {"buildOptions", "Kustomize: build options", "for kustomize build", ""},

    {"disableExtensionFilter", "Directory: all extensions", "true or false", "boolean"},
    {"libs", "Jsonnet: library folders", "from the root of the repository", ""},
    {"extVars", "Jsonnet: external variables", "", ""},
    {"codeExtVars", "Jsonnet: external variables, as code", "", ""},
    {"tlas", "Jsonnet: top-level arguments", "", ""},
    {"codeTlas", "Jsonnet: top-level arguments, as code", "", ""},
    {"recurse", "Directory: recurse", "true: sub-folders too", "boolean"},
    {"include", "Directory: include", "one glob; {a,b} gives alternatives", ""},
    {"exclude", "Directory: exclude", "one glob; {a,b} gives alternatives", ""},
});

bool IsSupported(const render::ParameterInfo& info) {
  constexpr auto kYes = render::Support::kSupported;
  return info.directory == kYes || info.helm == kYes || info.kustomize == kYes;
}

std::string_view CollectionType(render::Shape shape) {
  switch (shape) {
    case render::Shape::kString:
      return "";
    case render::Shape::kArray:
      return "array";
    case render::Shape::kMap:
      return "map";
  }
  return "";
}

}  // namespace

std::vector<Announcement> Announcements() {
  std::vector<Announcement> announcements;
  for (const Text& text : kTexts) {
    const render::ParameterInfo* info = render::FindParameter(text.name);
    if (info == nullptr || !IsSupported(*info)) continue;
    announcements.push_back(
        {text.name, text.title, text.tooltip, text.item_type, CollectionType(info->shape)});
  }
  return announcements;
}

}  // namespace acd::server
