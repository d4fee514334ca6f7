package parity_test

import (
	"slices"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"argocd-decrypt/tests/interop/harness"
)

func optionsOf(kind string) []option {
	switch kind {
	case "helm":
		return helmOptions
	case "kustomize":
		return kustomizeOptions
	}
	return directoryOptions
}

func one(s setting) option { return option{s.name, []setting{s}} }

func mapping(name string, values map[string]string) v1alpha1.ApplicationSourcePluginParameter {
	return v1alpha1.ApplicationSourcePluginParameter{Name: name, OptionalMap: &v1alpha1.OptionalMap{Map: values}}
}

// ---- helm ---------------------------------------------------------------------------------------

type helmSource = v1alpha1.ApplicationSourceHelm

func helm(parameter v1alpha1.ApplicationSourcePluginParameter, set func(*helmSource)) setting {
	return setting{name: parameter.Name, plugin: v1alpha1.ApplicationSourcePluginParameters{parameter}, native: func(q *apiclient.ManifestRequest) { set(q.ApplicationSource.Helm) }}
}

func (s setting) named(name string) setting    { s.name = name; return s }
func (s setting) needs(feature string) setting { s.feature = feature; return s }
func (s setting) differing(why string) setting { s.differs = why; return s }
func (s setting) failing() setting             { s.fails = true; return s }

// and is two settings said together, where the one without the other fails.
func (s setting) and(other setting) setting {
	first, second := s.native, other.native
	s.native = func(q *apiclient.ManifestRequest) { first(q); second(q) }
	s.plugin = append(slices.Clone(s.plugin), other.plugin...)
	s.name, s.fails = s.name+"+"+other.name, false
	return s
}

// valueFiles says the same list to both; the plugin may be told secrets:// where Argo CD cannot.
func valueFiles(entries ...string) setting {
	var plain []string
	for _, entry := range entries {
		plain = append(plain, strings.TrimPrefix(entry, "secrets://"))
	}
	return helm(harness.Array("valueFiles", entries...), func(h *helmSource) { h.ValueFiles = plain })
}

func values(text string) setting {
	return helm(harness.String("values", text), func(h *helmSource) { h.Values = text })
}

func valuesObject(json string) setting {
	return helm(harness.String("valuesObject", json), func(h *helmSource) { h.ValuesObject = &runtime.RawExtension{Raw: []byte(json)} })
}

func helmParameters(force bool, values map[string]string) setting {
	name := "parameters"
	if force {
		name = "forceStringParameters"
	}
	return helm(mapping(name, values), func(h *helmSource) {
		for key, value := range values {
			h.Parameters = append(h.Parameters, v1alpha1.HelmParameter{Name: key, Value: value, ForceString: force})
		}
	})
}

func fileParameters(files map[string]string) setting {
	return helm(mapping("fileParameters", files), func(h *helmSource) {
		for key, path := range files {
			h.FileParameters = append(h.FileParameters, v1alpha1.HelmFileParameter{Name: key, Path: path})
		}
	})
}

func helmKubeVersion(version string) setting {
	return helm(harness.String("kubeVersion", version), func(h *helmSource) { h.KubeVersion = version })
}

var (
	missingValueFile        = valueFiles("secrets.yaml", "not-there.yaml", "nor-*.yaml").named("valueFiles,missing").failing()
	ignoreMissingValueFiles = helm(harness.String("ignoreMissingValueFiles", "true"), func(h *helmSource) { h.IgnoreMissingValueFiles = true })
)

var helmOptions = []option{
	one(helm(harness.String("releaseName", "other-release"), func(h *helmSource) { h.ReleaseName = "other-release" })),
	one(helm(harness.String("namespace", "elsewhere"), func(h *helmSource) { h.Namespace = "elsewhere" })),
	{"valueFiles", []setting{
		valueFiles("values-prod.yaml", "secrets://secrets.yaml").named("valueFiles,two"),
		valueFiles("../shared/*.yaml", "secrets.yaml", "/shared/b.yaml", "$ARGOCD_APP_NAME.yaml", "values-prod.yaml", "secrets.yaml").named("valueFiles,many"),
		missingValueFile, missingValueFile.and(ignoreMissingValueFiles),
	}},
	one(ignoreMissingValueFiles),
	one(values("replicas: 7\nimage: {tag: from-values}\nextra:\n  text: \"# no comment, $ARGOCD_APP_NAME\"\n  number: 0777\n  on: yes\n")),
	one(valuesObject(`{"replicas": 8, "extra": {"object": [1, "two", null, 3.5]}, "gone": null}`)),
	one(helmParameters(false, map[string]string{
		"image.tag": "1,5", "extra.list": "{a,b}", "extra.name": "$ARGOCD_APP_NAME-${ARGOCD_APP_REVISION_SHORT}", "extra.flag": "true",
		`extra.dotted\.key`: "x=y", "extra.escaped": `a\,b`, "extra.empty": "",
	})),
	one(helmParameters(true, map[string]string{"extra.port": "0777", "extra.yes": "true", "extra.rev": "$ARGOCD_APP_REVISION", "extra.gone": "null"})),
	one(fileParameters(map[string]string{"extra.file": "file.txt", "extra.shared": "/shared/note.txt"})),
	{"version", []setting{
		helm(harness.String("version", "v3"), func(h *helmSource) { h.Version = "v3" }).named("version,v3"),
		helm(harness.String("version", "v2"), func(h *helmSource) { h.Version = "v2" }).named("version,v2").failing(),
	}},
	one(helm(harness.String("passCredentials", "true"), func(h *helmSource) { h.PassCredentials = true }).needs("helm: passCredentials")),
	one(helm(harness.String("skipCrds", "true"), func(h *helmSource) { h.SkipCrds = true })),
	one(helm(harness.String("skipSchemaValidation", "true"), func(h *helmSource) { h.SkipSchemaValidation = true })),
	one(helm(harness.String("skipTests", "true"), func(h *helmSource) { h.SkipTests = true })),
	one(helmKubeVersion("v1.30.4+vendor.1")),
	one(setting{name: "an Application of another namespace", both: func(q *apiclient.ManifestRequest) { q.AppName = "team-a_sample" }}),
	one(setting{name: "no destination namespace", both: func(q *apiclient.ManifestRequest) { q.Namespace = "" }}),
	one(helm(harness.Array("apiVersions", "v1", "monitoring.coreos.com/v1/ServiceMonitor"), func(h *helmSource) {
		h.APIVersions = []string{"v1", "monitoring.coreos.com/v1/ServiceMonitor"}
	})),
}

// ---- kustomize ------------------------------------------------------------------------------------

type kustomizeSource = v1alpha1.ApplicationSourceKustomize

func kustomize(parameter v1alpha1.ApplicationSourcePluginParameter, set func(*kustomizeSource)) setting {
	return setting{name: parameter.Name, plugin: v1alpha1.ApplicationSourcePluginParameters{parameter}, native: func(q *apiclient.ManifestRequest) { set(q.ApplicationSource.Kustomize) }}
}

func replicas(counts map[string]string) setting {
	return kustomize(mapping("replicas", counts), func(k *kustomizeSource) {
		for name, count := range counts {
			k.Replicas = append(k.Replicas, v1alpha1.KustomizeReplica{Name: name, Count: intstr.FromString(count)})
		}
		slices.SortFunc(k.Replicas, func(a, b v1alpha1.KustomizeReplica) int { return strings.Compare(a.Name, b.Name) })
	})
}

func components(paths ...string) setting {
	return kustomize(harness.Array("components", paths...), func(k *kustomizeSource) { k.Components = paths })
}

func patches(patch v1alpha1.KustomizePatch, text string) setting {
	return kustomize(harness.Array("patches", text), func(k *kustomizeSource) { k.Patches = v1alpha1.KustomizePatches{patch} }).needs("kustomize: patches")
}

func buildOptions(text string) setting {
	return setting{
		name: "buildOptions", feature: "kustomize: buildOptions", plugin: v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", text)},
		native: func(q *apiclient.ManifestRequest) { q.KustomizeOptions.BuildOptions = text },
	}
}

func flag(name string, set func(*kustomizeSource)) option {
	return one(kustomize(harness.String(name, "true"), set))
}

var (
	forceLabels             = kustomize(harness.String("forceCommonLabels", "true"), func(k *kustomizeSource) { k.ForceCommonLabels = true })
	withoutSelector         = kustomize(harness.String("labelWithoutSelector", "true"), func(k *kustomizeSource) { k.LabelWithoutSelector = true })
	includeTemplates        = kustomize(harness.String("labelIncludeTemplates", "true"), func(k *kustomizeSource) { k.LabelIncludeTemplates = true })
	missingComponent        = components("../component", "../no-component").named("components,missing").failing()
	ignoreMissingComponents = kustomize(harness.String("ignoreMissingComponents", "true"), func(k *kustomizeSource) { k.IgnoreMissingComponents = true })
)

var kustomizeOptions = []option{
	one(kustomize(harness.String("namePrefix", "pre-"), func(k *kustomizeSource) { k.NamePrefix = "pre-" })),
	one(kustomize(harness.String("nameSuffix", "-v2"), func(k *kustomizeSource) { k.NameSuffix = "-v2" })),
	{"namespace", []setting{
		kustomize(harness.String("namespace", "elsewhere"), func(k *kustomizeSource) { k.Namespace = "elsewhere" }),
	}},
	{"images", []setting{
		kustomize(harness.Array("images", "example.org/web:9.9", "example.org/sidecar=mirror.example.org/sidecar:2"), func(k *kustomizeSource) {
			k.Images = v1alpha1.KustomizeImages{"example.org/web:9.9", "example.org/sidecar=mirror.example.org/sidecar:2"}
		}).named("images,tags"),
		kustomize(harness.Array("images", "example.org/web=example.org/web:$ARGOCD_APP_REVISION_SHORT"), func(k *kustomizeSource) {
			k.Images = v1alpha1.KustomizeImages{"example.org/web=example.org/web:$ARGOCD_APP_REVISION_SHORT"}
		}).named("images,substituted"),
		kustomize(harness.Array("images", "example.org/web@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"), func(k *kustomizeSource) {
			k.Images = v1alpha1.KustomizeImages{"example.org/web@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"}
		}).named("images,digest"),
	}},
	one(replicas(map[string]string{"web": "6"})),
	{"commonLabels", []setting{
		kustomize(mapping("commonLabels", map[string]string{"team": "$ARGOCD_APP_PROJECT_NAME"}), func(k *kustomizeSource) {
			k.CommonLabels = map[string]string{"team": "$ARGOCD_APP_PROJECT_NAME"}
		}),
		kustomize(mapping("commonLabels", map[string]string{"team": "a", "tier": "front"}), func(k *kustomizeSource) {
			k.CommonLabels = map[string]string{"team": "a", "tier": "front"}
		}).named("commonLabels,two").and(forceLabels),
		kustomize(mapping("commonLabels", map[string]string{"app": "forced"}), func(k *kustomizeSource) {
			k.CommonLabels = map[string]string{"app": "forced"}
		}).named("commonLabels,app"),
	}},
	one(forceLabels),
	{"labelSelectors", []setting{
		withoutSelector, withoutSelector.and(includeTemplates),
		includeTemplates.and(kustomize(mapping("commonLabels", map[string]string{"a": "b"}), func(k *kustomizeSource) {
			k.CommonLabels = map[string]string{"a": "b"}
		})).failing(),
	}},
	one(kustomize(mapping("commonAnnotations", map[string]string{"rev": "$ARGOCD_APP_REVISION", "note": "a:b, c"}), func(k *kustomizeSource) {
		k.CommonAnnotations = map[string]string{"rev": "$ARGOCD_APP_REVISION", "note": "a:b, c"}
	})),
	flag("commonAnnotationsEnvsubst", func(k *kustomizeSource) { k.CommonAnnotationsEnvsubst = true }),
	flag("forceCommonAnnotations", func(k *kustomizeSource) { k.ForceCommonAnnotations = true }),
	{"components", []setting{
		components("../component").named("components,there"),
		missingComponent, missingComponent.and(ignoreMissingComponents),
	}},
	one(ignoreMissingComponents),
	{"patches", []setting{
		patches(v1alpha1.KustomizePatch{
			Patch:  "- {op: add, path: /metadata/annotations, value: {patched: \"yes\"}}\n",
			Target: &v1alpha1.KustomizeSelector{KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Kind: "ConfigMap"}}},
		}, `{"patch": "- {op: add, path: /metadata/annotations, value: {patched: \"yes\"}}\n", "target": {"kind": "ConfigMap"}}`).named("patches,inline"),
		patches(v1alpha1.KustomizePatch{Path: "added-patch.yaml", Target: &v1alpha1.KustomizeSelector{
			KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Group: "", Version: "v1", Kind: "Secret"}}, LabelSelector: "patch!=no",
		}, Options: map[string]bool{"allowNameChange": false}},
			"path: added-patch.yaml\ntarget: {version: v1, kind: Secret, labelSelector: patch!=no}\noptions: {allowNameChange: false}\n").named("patches,file"),
	}},
	one(buildOptions("--load-restrictor LoadRestrictionsNone")),
	one(kustomize(harness.String("kubeVersion", "1.30.4"), func(k *kustomizeSource) { k.KubeVersion = "1.30.4" }).needs("kustomize: kubeVersion")),
	one(kustomize(harness.Array("apiVersions", "v1", "example.org/v1/Widget"), func(k *kustomizeSource) {
		k.APIVersions = []string{"v1", "example.org/v1/Widget"}
	}).needs("kustomize: apiVersions")),
}

// ---- directory ------------------------------------------------------------------------------------

type directorySource = v1alpha1.ApplicationSourceDirectory

func directory(parameter v1alpha1.ApplicationSourcePluginParameter, set func(*directorySource)) setting {
	return setting{name: parameter.Name, plugin: v1alpha1.ApplicationSourcePluginParameters{parameter}, native: func(q *apiclient.ManifestRequest) { set(q.ApplicationSource.Directory) }}
}

func include(glob string) setting {
	return directory(harness.String("include", glob), func(d *directorySource) { d.Include = glob }).named("include," + glob)
}

func exclude(glob string) setting {
	return directory(harness.String("exclude", glob), func(d *directorySource) { d.Exclude = glob }).named("exclude," + glob)
}

func jsonnetVars(name string, values map[string]string, code bool, to func(*directorySource) *[]v1alpha1.JsonnetVar) setting {
	return directory(mapping(name, values), func(d *directorySource) {
		for key, value := range values {
			*to(d) = append(*to(d), v1alpha1.JsonnetVar{Name: key, Value: value, Code: code})
		}
	}).needs("directory: jsonnet")
}

var recurse = directory(harness.String("recurse", "true"), func(d *directorySource) { d.Recurse = true })

var directoryOptions = []option{
	one(recurse),
	{"include", []setting{include("*.yaml"), include("{a*,deep/**}"), include("deep/*/secret.yaml")}},
	{"exclude", []setting{exclude("*secret*"), exclude("{*.json,deep/er/*}")}},
}
