#include "plugin/server/announcements.h"

#include <array>

namespace acd::server {
namespace {

// The fields of `spec.source.helm`, `.kustomize` and `.directory` by their own names; the help
// texts say what Argo CD's documentation says of them.
constexpr auto kAnnouncements = std::to_array<Announcement>({
    {"renderer", "Renderer", "kustomize, helm or directory; empty: what the path holds", "", ""},
    {"allowEmpty", "Allow empty output", "true: an empty result is no error", "boolean", ""},
    {"namespace", "Namespace", "instead of the destination's namespace", "", ""},
    {"kubeVersion", "Kubernetes version", "instead of the destination cluster's", "", ""},
    {"apiVersions", "API versions", "instead of the destination cluster's", "", "array"},

    {"releaseName", "Helm: release name", "instead of the Application's name", "", ""},
    {"valueFiles", "Helm: value files", "plain or SOPS-encrypted, in this order", "", "array"},
    {"ignoreMissingValueFiles", "Helm: ignore missing value files", "true or false", "boolean", ""},
    {"values", "Helm: values", "a YAML text, after all value files", "", ""},
    {"valuesObject", "Helm: values object", "JSON or YAML; wins over values", "", ""},
    {"parameters", "Helm: parameters", "--set name=value", "", "map"},
    {"forceStringParameters", "Helm: string parameters", "--set-string name=value", "", "map"},
    {"fileParameters", "Helm: file parameters", "--set-file name=path", "", "map"},
    {"skipCrds", "Helm: skip CRDs", "true: leave out the crds/ folder", "boolean", ""},
    {"skipSchemaValidation", "Helm: skip schema validation", "true or false", "boolean", ""},
    {"skipTests", "Helm: skip tests", "true: leave out test hooks", "boolean", ""},

    {"namePrefix", "Kustomize: name prefix", "", "", ""},
    {"nameSuffix", "Kustomize: name suffix", "", "", ""},
    {"images", "Kustomize: images", "name=new:tag, name:tag or name@digest", "", "array"},
    {"replicas", "Kustomize: replicas", "count by name", "", "map"},
    {"commonLabels", "Kustomize: common labels", "", "", "map"},
    {"forceCommonLabels", "Kustomize: force common labels", "true or false", "boolean", ""},
    {"labelWithoutSelector", "Kustomize: labels without selector", "true or false", "boolean", ""},
    {"labelIncludeTemplates", "Kustomize: labels in templates", "true or false", "boolean", ""},
    {"commonAnnotations", "Kustomize: common annotations", "", "", "map"},
    {"forceCommonAnnotations", "Kustomize: force common annotations", "true or false", "boolean",
     ""},
    {"commonAnnotationsEnvsubst", "Kustomize: substitute in annotations", "true or false",
     "boolean", ""},
    {"components", "Kustomize: components", "folders of the repository", "", "array"},
    {"ignoreMissingComponents", "Kustomize: ignore missing components", "true or false", "boolean",
     ""},
    {"patches", "Kustomize: patches", "one JSON or YAML text each", "", "array"},
    {"buildOptions", "Kustomize: build options", "for kustomize build", "", ""},

    {"recurse", "Directory: recurse", "true: sub-folders too", "boolean", ""},
    {"include", "Directory: include", "one glob; {a,b} gives alternatives", "", ""},
    {"exclude", "Directory: exclude", "one glob; {a,b} gives alternatives", "", ""},
});

}  // namespace

std::span<const Announcement> Announcements() { return kAnnouncements; }

}  // namespace acd::server
