package kustomize_test

import (
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"argocd-decrypt/tests/interop/harness"
)

type source = v1alpha1.ApplicationSourceKustomize

func replica(name string, count intstr.IntOrString) v1alpha1.KustomizeReplicas {
	return v1alpha1.KustomizeReplicas{{Name: name, Count: count}}
}

// Every field of a native source, alone and together, on kustomizations of several forms.
func TestParametersDoWhatArgoCDDoes(t *testing.T) {
	f := newFixture(t)
	base := harness.Tree{"kustomization.yaml": "resources: [d.yaml]\n", "d.yaml": deployment}
	withComponents := base.With(harness.Tree{
		"c1/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c1-\n",
		"c2/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [m.yaml]\n",
		"c2/m.yaml":             configMap,
	})
	jsonPatch := v1alpha1.KustomizePatch{
		Patch:  "- op: replace\n  path: /spec/replicas\n  value: 7\n",
		Target: &v1alpha1.KustomizeSelector{KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Group: "apps", Version: "v1", Kind: "Deployment"}, Name: "web"}},
	}
	mergePatch := v1alpha1.KustomizePatch{
		Patch:  "apiVersion: v1\nkind: Service\nmetadata:\n  name: other\n  annotations: {\"a\": \"x: y\\n# z\"}\n",
		Target: &v1alpha1.KustomizeSelector{KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Kind: "Service"}}}, Options: map[string]bool{"allowNameChange": true},
	}
	filePatch := v1alpha1.KustomizePatch{Path: "p.yaml", Target: &v1alpha1.KustomizeSelector{LabelSelector: "app=web"}}
	patched := base.With(harness.Tree{"p.yaml": "- {op: add, path: /metadata/annotations, value: {from: file}}\n"})
	cases := map[string]struct {
		tree         harness.Tree
		source       source
		buildOptions string
	}{
		"nothing":                     {base, source{}, ""},
		"name prefix":                 {base, source{NamePrefix: "pre-"}, ""},
		"name prefix with a hyphen":   {base, source{NamePrefix: "--force-"}, ""},
		"name suffix":                 {base, source{NameSuffix: "-post"}, ""},
		"namespace":                   {base, source{Namespace: "there"}, ""},
		"image tag":                   {base, source{Images: v1alpha1.KustomizeImages{"nginx:2"}}, ""},
		"image digest":                {base, source{Images: v1alpha1.KustomizeImages{"nginx@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"}}, ""},
		"image name":                  {base, source{Images: v1alpha1.KustomizeImages{"nginx=registry.example.org:5000/web:$ARGOCD_APP_REVISION_SHORT"}}, ""},
		"images":                      {base, source{Images: v1alpha1.KustomizeImages{"nginx=web", "redis:7", "busybox=b:2"}}, ""},
		"unknown variable":            {base, source{Images: v1alpha1.KustomizeImages{"nginx=web${NONE}:1"}}, ""},
		"replicas":                    {base, source{Replicas: replica("web", intstr.FromInt32(3))}, ""},
		"replicas as text":            {base, source{Replicas: replica("web", intstr.FromString("+4"))}, ""},
		"no replicas":                 {base, source{Replicas: replica("web", intstr.FromInt32(0))}, ""},
		"common labels":               {base, source{CommonLabels: map[string]string{"team": "$ARGOCD_APP_PROJECT_NAME", "a.example.org/b": "c"}}, ""},
		"label with a colon":          {base, source{CommonAnnotations: map[string]string{"url": "https://h:1/x"}}, ""},
		"labels without selector":     {base, source{CommonLabels: map[string]string{"team": "x"}, LabelWithoutSelector: true}, ""},
		"labels in templates":         {base, source{CommonLabels: map[string]string{"team": "x"}, LabelWithoutSelector: true, LabelIncludeTemplates: true}, ""},
		"forced labels":               {base.With(harness.Tree{"kustomization.yaml": "resources: [d.yaml]\ncommonLabels: {team: old}\n"}), source{CommonLabels: map[string]string{"team": "new"}, ForceCommonLabels: true}, ""},
		"annotations":                 {base, source{CommonAnnotations: map[string]string{"note": "$ARGOCD_APP_NAME"}}, ""},
		"annotations, substituted":    {base, source{CommonAnnotations: map[string]string{"note": "$ARGOCD_APP_NAME"}, CommonAnnotationsEnvsubst: true}, ""},
		"forced annotations":          {base.With(harness.Tree{"kustomization.yaml": "resources: [d.yaml]\ncommonAnnotations: {a: old}\n"}), source{CommonAnnotations: map[string]string{"a": "new"}, ForceCommonAnnotations: true}, ""},
		"components":                  {withComponents, source{Components: []string{"c1", "./c2"}}, ""},
		"missing components":          {withComponents, source{Components: []string{"none", "c2", "https://example.org/a/b"}, IgnoreMissingComponents: true}, ""},
		"only missing components":     {withComponents, source{Components: []string{"none"}, IgnoreMissingComponents: true}, ""},
		"JSON patch":                  {base, source{Patches: v1alpha1.KustomizePatches{jsonPatch}}, ""},
		"merge patch":                 {base, source{Patches: v1alpha1.KustomizePatches{mergePatch}}, ""},
		"patch file":                  {patched, source{Patches: v1alpha1.KustomizePatches{filePatch}}, ""},
		"patches after others":        {patched.With(harness.Tree{"kustomization.yaml": "patches:\n  - path: p.yaml\n    target: {kind: Service}\nresources: [d.yaml]\n"}), source{Patches: v1alpha1.KustomizePatches{jsonPatch, mergePatch}}, ""},
		"patches, flow style":         {base.With(harness.Tree{"kustomization.yaml": "{resources: [d.yaml], patches: []}"}), source{Patches: v1alpha1.KustomizePatches{jsonPatch}}, ""},
		"patches, anchors":            {base.With(harness.Tree{"kustomization.yaml": "resources: &r [d.yaml]\nlabels:\n- pairs: &p {x: \"1\"}\n- {pairs: {<<: *p, w: 'yes'}, includeSelectors: false}\n"}), source{Patches: v1alpha1.KustomizePatches{jsonPatch}}, ""},
		"patches and a prefix":        {base, source{NamePrefix: "a-", Patches: v1alpha1.KustomizePatches{jsonPatch}}, ""},
		"kustomization.yml":           {harness.Tree{"kustomization.yml": "resources: [d.yaml]\n", "d.yaml": deployment}, source{NamePrefix: "a-", Patches: v1alpha1.KustomizePatches{jsonPatch}}, ""},
		"Kustomization":               {harness.Tree{"Kustomization": "resources: [d.yaml]\n", "d.yaml": deployment}, source{NameSuffix: "-z", Patches: v1alpha1.KustomizePatches{mergePatch}}, ""},
		"everything":                  {withComponents, source{NamePrefix: "a-", NameSuffix: "-z", Namespace: "n", Images: v1alpha1.KustomizeImages{"redis:7"}, Replicas: replica("web", intstr.FromInt32(2)), CommonLabels: map[string]string{"l": "1"}, CommonAnnotations: map[string]string{"n": "2"}, Patches: v1alpha1.KustomizePatches{mergePatch}, Components: []string{"c1", "c2"}}, ""},
		"load restrictor":             {harness.Tree{"app/kustomization.yaml": "resources: [../d.yaml]\nconfigMapGenerator: [{name: x, files: [../d.yaml]}]\n", "d.yaml": deployment}, source{}, "--load-restrictor LoadRestrictionsNone"},
		"reorder":                     {base, source{}, "  --reorder=legacy  "},
		"managed-by label":            {base, source{}, "--enable-managedby-label"},
		"options that plugins take":   {base, source{}, "--enable-alpha-plugins --enable-exec"},
		"generators and replacements": {harness.Tree{"kustomization.yaml": everywhere, "d.yaml": deployment, "a.txt": "one\n", "b.env": "K=\"v\"\n# c\nL=\n"}, source{}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := ""
			if c.tree["app/kustomization.yaml"] != "" {
				path = "app"
			}
			f.sameAsNative(t, c.tree, path, c.source, c.buildOptions)
		})
	}
}

const everywhere = `resources: [d.yaml]
configMapGenerator:
- {name: c, files: [a.txt, key=a.txt], literals: ["q='x y'"]}
secretGenerator:
- {name: s, envs: [b.env], options: {labels: {x: "y"}}}
generatorOptions: {annotations: {made: here}}
replacements:
- source: {kind: Service, name: web, fieldPath: metadata.name}
  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.metadata.labels.svc], options: {create: true}}]
sortOptions: {order: fifo}
buildMetadata: [managedByLabel]
`

// What Argo CD refuses is refused here.
func TestParametersFailWhereArgoCDFails(t *testing.T) {
	f := newFixture(t)
	base := harness.Tree{"kustomization.yaml": "resources: [d.yaml]\n", "d.yaml": deployment}
	patch := v1alpha1.KustomizePatches{{Path: "p.yaml"}}
	for name, c := range map[string]struct {
		tree   harness.Tree
		source source
		says   string
	}{
		"count":             {base, source{Replicas: replica("web", intstr.FromString("many"))}, "parameter replicas: web: expected a count"},
		"missing component": {base, source{Components: []string{"none"}}, "none"},
		"patches are null":  {base.With(harness.Tree{"kustomization.yaml": "resources: [d.yaml]\npatches:\n"}), source{Patches: patch}, "kustomization.yaml: patches: expected a list"},
		"no patch file":     {base, source{Patches: patch}, "p.yaml"},
		"labels not forced": {base.With(harness.Tree{"kustomization.yaml": "resources: [d.yaml]\ncommonLabels: {a: b}\n"}), source{CommonLabels: map[string]string{"a": "c"}}, "label a already in kustomization file"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := native(t, c.tree, "", &c.source, ""); err == nil {
				t.Error("Argo CD renders it")
			}
			f.refuses(t, c.tree, parametersOf(t, &c.source), c.says)
		})
	}
	f.refuses(t, base, v1alpha1.ApplicationSourcePluginParameters{harness.String("version", "v9.9.9")}, "kustomize version v9.9.9 is not registered")
}

func TestVersionsAreRegisteredByTheOperator(t *testing.T) {
	f := newFixture(t, "--kustomize-versions", "v5.7.1="+harness.Kustomize(t), "--kustomize-build-options", "--enable-managedby-label")
	tree := harness.Tree{"kustomization.yaml": "resources: [d.yaml]\n", "d.yaml": configMap}
	objects := f.render(t, tree, "", v1alpha1.ApplicationSourcePluginParameters{harness.String("version", "v5.7.1")})
	if len(objects) != 1 || !strings.HasPrefix(objects[0].GetLabels()["app.kubernetes.io/managed-by"], "kustomize") {
		t.Errorf("rendered %v", objects)
	}
}
