#include "plugin/server/announcement_texts.h"

#include <array>

namespace acd::server {
namespace {

// The fields of `spec.source.helm`, `.kustomize` and `.directory` by their own names; the help
// texts say what Argo CD's documentation says of them.
constexpr auto kTexts = std::to_array<AnnouncementText>({
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
    {"version", "Version of the tool",
     "helm: v3 or v4, without effect; kustomize: one that the operator has registered", ""},
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

}  // namespace

std::span<const AnnouncementText> AnnouncementTexts() { return kTexts; }

}  // namespace acd::server
