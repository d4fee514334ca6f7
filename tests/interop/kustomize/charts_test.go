package kustomize_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

func chart(folder string) harness.Tree {
	return harness.Tree{
		folder + "/Chart.yaml":  "apiVersion: v2\nname: " + filepath.Base(folder) + "\nversion: 1.2.3\n",
		folder + "/values.yaml": "password: " + canary + "-default\nlist:\n    - a\nmap:\n    x: \"1\"\n",
		folder + "/templates/secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  annotations:
    kube: {{ .Capabilities.KubeVersion.Version | quote }}
    widget: {{ .Capabilities.APIVersions.Has "example.org/v1/Widget" | quote }}
stringData:
  password: {{ .Values.password | quote }}
  all: {{ .Values | toJson | quote }}
  file: {{ .Files.Get "files/note.txt" | quote }}
`,
		folder + "/templates/plain.yaml": strings.Replace(secret, "name: s", "name: in-chart", 1),
		folder + "/crds/crd.yaml":        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n    name: widgets.example.org\n",
		folder + "/files/note.txt":       "a note\n",
	}
}

func withChart(folder, kustomization string, more harness.Tree) harness.Tree {
	return chart(folder).With(harness.Tree{"kustomization.yaml": kustomization}).With(more)
}

var values = harness.Tree{
	"v.yaml": "password: " + canary + "-file\nmap:\n    k: \"2\"\n",
	"w.yaml": "list:\n    - b\nextra: " + canary + "-extra\n",
}

var chartCases = map[string]struct {
	tree      harness.Tree
	encrypted []string
}{
	"local chart": {withChart("charts/web", "helmCharts: [{name: web, releaseName: r, namespace: there}]\n", nil), []string{"charts/web/values.yaml"}},
	"templates":   {withChart("charts/web", "helmCharts: [{name: web, releaseName: r, includeCRDs: true}]\n", nil), []string{"charts/web/templates/plain.yaml", "charts/web/crds/crd.yaml"}},
	"values files": {withChart("charts/web", "helmCharts:\n- {name: web, releaseName: r, valuesFile: v.yaml, additionalValuesFiles: [w.yaml]}\n", values), []string{
		"v.yaml", "w.yaml", "charts/web/values.yaml",
	}},
	"inline values":     {withChart("charts/web", "helmCharts:\n- {name: web, releaseName: r, valuesFile: v.yaml, valuesInline: {map: {z: '3'}, list: [c]}}\n", values), []string{"v.yaml"}},
	"values merged":     {withChart("charts/web", "helmCharts:\n- {name: web, releaseName: r, valuesInline: {map: {x: '3'}}, valuesMerge: merge}\n", nil), []string{"charts/web/values.yaml"}},
	"values replaced":   {withChart("charts/web", "helmCharts:\n- {name: web, releaseName: r, valuesInline: {map: {x: '3'}}, valuesMerge: replace}\n", nil), []string{"charts/web/values.yaml"}},
	"chart home":        {withChart("my/web", "helmGlobals: {chartHome: ./my}\nhelmCharts: [{name: web, releaseName: r}]\n", nil), []string{"my/web/values.yaml"}},
	"older field":       {withChart("my/web", "helmChartInflationGenerator: [{chartName: web, chartHome: my, releaseName: r, values: v.yaml}]\n", values), []string{"v.yaml"}},
	"old, default home": {withChart("charts/web", "helmChartInflationGenerator: [{chartName: web, releaseName: r, valuesLocal: {password: x}}]\n", nil), []string{"charts/web/values.yaml"}},
	"plugin object":     {withChart("charts/web", "generators: [g.yaml]\n", values.With(harness.Tree{"g.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g}\nname: web\nreleaseName: r\nvaluesFile: v.yaml\n"})), []string{"v.yaml", "charts/web/values.yaml"}},
	"in a base": {chart("base/charts/web").With(harness.Tree{
		"kustomization.yaml": "resources: [base]\nnamePrefix: p-\n", "base/kustomization.yaml": "helmCharts: [{name: web, releaseName: r, valuesFile: v.yaml}]\n", "base/v.yaml": values["v.yaml"],
	}), []string{"base/v.yaml", "base/charts/web/values.yaml"}},
	"sub-chart": {withChart("charts/web", "helmCharts: [{name: web, releaseName: r}]\n", chart("charts/web/charts/sub").With(harness.Tree{
		"charts/web/charts/sub/templates/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: sub}\nstringData: {p: {{ .Values.password | quote }}}\n", "charts/web/charts/sub/templates/plain.yaml": "",
	})), []string{"charts/web/charts/sub/values.yaml"}},
	"own versions":     {withChart("charts/web", "helmCharts: [{name: web, releaseName: r, kubeVersion: '1.20.0', apiVersions: [a/v1]}]\n", nil), nil},
	"name template":    {withChart("charts/web", "helmCharts: [{name: web, nameTemplate: 'n-{{ lower \"X\" }}', skipTests: true, skipHooks: true}]\n", nil), nil},
	"debug":            {withChart("charts/web", "helmCharts: [{name: web, releaseName: r, debug: true}]\n", nil), nil},
	"twice":            {withChart("charts/web", "helmCharts: [{name: web, releaseName: a, valuesFile: v.yaml}, {name: web, releaseName: b, skipTests: true}]\n", values.With(harness.Tree{"charts/web/templates/plain.yaml": ""})), []string{"v.yaml", "charts/web/values.yaml"}},
	"generators, too":  {withChart("charts/web", "helmCharts: [{name: web, releaseName: r}]\nsecretGenerator: [{name: g, files: [v.yaml]}]\n", values), []string{"v.yaml"}},
	"chart and prefix": {withChart("charts/web", "helmCharts: [{name: web, releaseName: r}]\nnamePrefix: p-\nnamespace: there\n", nil), []string{"charts/web/values.yaml"}},
}

func TestChartsInKustomizations(t *testing.T) {
	f := newFixture(t)
	for name, c := range chartCases {
		t.Run(name, func(t *testing.T) {
			f.sameAsNative(t, c.tree, "", source{}, "--enable-helm", c.encrypted...)
		})
	}
	t.Run("versions of the cluster", func(t *testing.T) {
		f.sameAsNative(t, chartCases["local chart"].tree, "", source{}, "--enable-helm --load-restrictor LoadRestrictionsNone")
	})
	t.Run("versions of the Application", func(t *testing.T) {
		want, err := native(t, chartCases["own versions"].tree, "", &source{}, "--enable-helm")
		harness.Check(t, err)
		var many []string
		for i := range 20_000 {
			many = append(many, fmt.Sprintf("group-%d.example.com/v1/Kind%d", i, i))
		}
		got := f.render(t, chartCases["own versions"].tree, "", v1alpha1.ApplicationSourcePluginParameters{
			harness.String("buildOptions", "--enable-helm"), harness.String("kubeVersion", "v1.29.1-gke.5"), harness.Array("apiVersions", many...),
		})
		harness.SameObjects(t, want, got)
	})
}

// kustomize 5.7 wants a Helm 3; through the guard it takes 4, too.
func TestChartsByHelm4(t *testing.T) {
	f := newFixture(t, "--helm", harness.Helm4(t))
	for _, name := range []string{"values files", "templates", "inline values", "sub-chart", "name template"} {
		t.Run(name, func(t *testing.T) {
			c := chartCases[name]
			f.sameAsNative(t, c.tree, "", source{}, "--enable-helm", c.encrypted...)
		})
	}
}

// repository serves a packed chart over HTTP.
func repository(t *testing.T) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	chart("web").Write(t, dir)
	served := filepath.Join(dir, "served")
	run := func(args ...string) {
		harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: args, Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}, Dir: dir})
	}
	run("package", "web", "-d", served)
	run("repo", "index", served)
	server := httptest.NewServer(http.FileServer(http.Dir(served)))
	t.Cleanup(server.Close)
	return server.URL
}

func TestChartsThatHelmPulls(t *testing.T) {
	f := newFixture(t)
	url := repository(t)
	for name, version := range map[string]string{"one version": ", version: 1.2.3", "newest": ""} {
		t.Run(name, func(t *testing.T) {
			tree := values.With(harness.Tree{"kustomization.yaml": "helmCharts: [{name: web, repo: '" + url + "'" + version + ", releaseName: r, valuesFile: v.yaml}]\n"})
			f.sameAsNative(t, tree, "", source{}, "--enable-helm", "v.yaml")
		})
	}
	// It is there before kustomize starts, in its own folder, so that these can be combined with it.
	pull := "helmCharts: [{name: web, repo: '" + url + "'}]\n"
	f.render(t, harness.Tree{"kustomization.yaml": "generators: [g.yaml]\n" + pull, "g.yaml": ksopsHead + "files: []\n"}, "", helmOn)
	anywhere := v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--enable-helm --load-restrictor=LoadRestrictionsNone")}
	f.render(t, harness.Tree{"kustomization.yaml": pull}, "", anywhere)
	// What a remote base names nobody has looked at.
	remote := gitServer(t, harness.Tree{"base/kustomization.yaml": pull})
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + remote + "//base?ref=main']\n"}, anywhere, "a remote base cannot be combined with LoadRestrictionsNone")
}

func TestChartsNeedAnOption(t *testing.T) {
	f := newFixture(t)
	tree := chartCases["local chart"].tree
	f.refuses(t, tree, nil, "helmCharts: must specify --enable-helm")
	f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": "generators: [g.yaml]\nhelmCharts: [{name: web}]\n", "g.yaml": ksopsHead + "files: []\n"}), nil, "must specify --enable-helm")
	byOperator := newFixture(t, "--kustomize-build-options", "--enable-helm")
	if objects := byOperator.render(t, tree, "", nil); len(objects) != 2 {
		t.Errorf("%d objects", len(objects))
	}
}

var helmOn = v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--enable-helm")}
