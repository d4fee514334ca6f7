package helm_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"argocd-decrypt/tests/interop/harness"
)

// varied shows every value and capability, and has what Argo CD treats in a way of its own: hooks, tests,
// CRDs, a sub-chart and a schema.
var varied = harness.Tree{
	"apps/c/Chart.yaml":         "apiVersion: v2\nname: varied\nversion: 1.2.3\ndependencies: [{name: sub, version: 0.1.0}]\n",
	"apps/c/values.yaml":        "host: default\nlist: []\nnested: {a: 1, b: {c: x}}\nnumber: 10000000\nnull_me: set\n",
	"apps/c/values.schema.json": `{"type": "object", "properties": {"host": {"type": "string"}}}`,
	"apps/c/templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  values: {{ toJson .Values | quote }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  widget: {{ .Capabilities.APIVersions.Has "example.org/v1/Widget" | quote }}
  deployment: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  upgrade: {{ .Release.IsUpgrade | quote }}
  service: {{ .Release.Service | quote }}
  files: {{ (.Files.Glob "files/*").AsConfig | quote }}
`,
	"apps/c/templates/hook.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations: {helm.sh/hook: pre-install}\n",
	"apps/c/templates/test.yaml":  "apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n  annotations: {helm.sh/hook: test}\nspec:\n  containers: [{name: a, image: b}]\n",
	"apps/c/templates/empty.yaml": "# nothing\n{{ if false }}\nkind: Never\n{{ end }}\n",
	"apps/c/crds/widget.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.org\n" +
		"spec: {group: example.org, names: {kind: Widget, plural: widgets}, scope: Namespaced, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n",
	"apps/c/charts/sub/Chart.yaml":         "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
	"apps/c/charts/sub/templates/sub.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\ndata: {host: {{ .Values.global | toJson | quote }}}\n",
	"apps/c/files/a.txt":                   "a file\n",
	"apps/c/v/b.yaml":                      "host: b\nnested: {b: {c: y}}\nonly_b: 1\nnull_me: null\n",
	"apps/c/v/x/c.yaml":                    "host: c\nlist: [1, 2]\n",
	"apps/c/v/x-y/d.yaml":                  "host: d\n",
	"apps/c/values-team.yaml":              "host: of-the-team\n",
	"apps/c/bad-type.yaml":                 "host: 5\n",
	"shared/values.yaml":                   "host: shared\nnested: {a: 2}\n",
}

// source is one Application, as Argo CD's own Helm source and as parameters of the plugin.
type source struct {
	name   string
	helm   v1alpha1.ApplicationSourceHelm
	plugin v1alpha1.ApplicationSourcePluginParameters
}

type parameters = v1alpha1.ApplicationSourcePluginParameters

func sources() []source {
	text := harness.String
	return []source{
		{"nothing", v1alpha1.ApplicationSourceHelm{}, nil},
		{"names", v1alpha1.ApplicationSourceHelm{ReleaseName: "mine", Namespace: "elsewhere"},
			parameters{text("releaseName", "mine"), text("namespace", "elsewhere")}},
		{"versions", v1alpha1.ApplicationSourceHelm{KubeVersion: " v1.30.2-gke.100+x", APIVersions: []string{"example.org/v1", "v1"}, Version: "v3"},
			parameters{text("kubeVersion", " v1.30.2-gke.100+x"), harness.Array("apiVersions", "example.org/v1", "v1"), text("version", "v3")}},
		{"skips", v1alpha1.ApplicationSourceHelm{SkipCrds: true, SkipTests: true, PassCredentials: true},
			parameters{text("skipCrds", "true"), text("skipTests", "true"), text("passCredentials", "true")}},
		{"schema", v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"bad-type.yaml"}}, parameters{harness.Array("valueFiles", "bad-type.yaml")}},
		{"no schema", v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"bad-type.yaml"}, SkipSchemaValidation: true},
			parameters{harness.Array("valueFiles", "bad-type.yaml"), text("skipSchemaValidation", "true")}},
		files("v/b.yaml", "/shared/values.yaml"),
		files("../../shared/values.yaml", "v/b.yaml"),
		files("v/**/*.yaml"),
		files("v/{x/c,b}*.yaml", "v/{b,x/[a-c]}*.yaml"),
		files("v/x*/*.yaml", "v/b.yaml"),
		files("v/[bc].yaml", "/**/x/c.yaml"),
		files("v/{x/c,b}*.yaml"),
		files("v/**/*.yaml", "v/x/c.yaml"),
		files("v/x/c.yaml", "v/b.yaml", "v/x/c.yaml"),
		files("link.yaml", "v/x/c.yaml", "v/b.yaml"),
		files("v/x/c.yaml", "v/b.yaml", "linked/c.yaml"),
		files("values-$ARGOCD_APP_PROJECT_NAME.yaml", "values-${ARGOCD_APP_PROJECT_NAME}.yaml"),
		files("missing.yaml"),
		files("v/missing-*.yaml"),
		files("../../../etc/passwd"),
		files("v"),
		{"missing files", v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"missing.yaml", "v/b.yaml", "no-*.yaml"}, IgnoreMissingValueFiles: true},
			parameters{harness.Array("valueFiles", "missing.yaml", "v/b.yaml", "no-*.yaml"), text("ignoreMissingValueFiles", "true")}},
		{"inline", v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"v/b.yaml"}, Values: "host: $ARGOCD_APP_NAME\nnested: {b: null}\n"},
			parameters{harness.Array("valueFiles", "v/b.yaml"), text("values", "host: $ARGOCD_APP_NAME\nnested: {b: null}\n")}},
		{"object", v1alpha1.ApplicationSourceHelm{Values: "host: lost\n", ValuesObject: &runtime.RawExtension{Raw: []byte(object)}},
			parameters{text("values", "host: lost\n"), text("valuesObject", object)}},
		{"sets", v1alpha1.ApplicationSourceHelm{Parameters: []v1alpha1.HelmParameter{
			{Name: "host", Value: `a,b\,c$ARGOCD_APP_NAMESPACE-$$-$UNKNOWN.`}, {Name: "list", Value: "{p,q}"}, {Name: "nested.b.c", Value: "true"},
			{Name: "number", Value: "0123", ForceString: true}, {Name: "nested.a", Value: "null"}, {Name: "list2[1]", Value: "x"}}},
			parameters{mapping("parameters", map[string]string{"host": `a,b\,c$ARGOCD_APP_NAMESPACE-$$-$UNKNOWN.`, "list": "{p,q}", "nested.b.c": "true",
				"nested.a": "null", "list2[1]": "x"}), mapping("forceStringParameters", map[string]string{"number": "0123"})}},
		{"set files", v1alpha1.ApplicationSourceHelm{FileParameters: []v1alpha1.HelmFileParameter{{Name: "host", Path: "files/a.txt"}, {Name: "team", Path: "values-$ARGOCD_APP_PROJECT_NAME.yaml"}}},
			parameters{mapping("fileParameters", map[string]string{"host": "files/a.txt", "team": "values-$ARGOCD_APP_PROJECT_NAME.yaml"})}},
		{"no such set file", v1alpha1.ApplicationSourceHelm{FileParameters: []v1alpha1.HelmFileParameter{{Name: "host", Path: "missing"}}},
			parameters{mapping("fileParameters", map[string]string{"host": "missing"})}},
		{"bad version", v1alpha1.ApplicationSourceHelm{Version: "v2"}, parameters{text("version", "v2")}},
		{"bad kube version", v1alpha1.ApplicationSourceHelm{KubeVersion: "01.33"}, parameters{text("kubeVersion", "01.33")}},
		{"padded kube version", v1alpha1.ApplicationSourceHelm{KubeVersion: "v1.031.02"}, parameters{text("kubeVersion", "v1.031.02")}},
		{"bad values", v1alpha1.ApplicationSourceHelm{Values: "a: ["}, parameters{text("values", "a: [")}},
	}
}

const object = `{"host":"object","big":12345678901,"float":1.50,"exp":1e3,"text":"0123","yes":"yes","nested":{"b":{"d":[1,{"e":null}]}},"sub":{"global":{"x":1}}}`

func files(names ...string) source {
	return source{strings.Join(names, " "), v1alpha1.ApplicationSourceHelm{ValueFiles: names}, parameters{harness.Array("valueFiles", names...)}}
}

// schemes are argocd-cm's helm.valuesFileSchemes with the component.
var schemes = []string{"https", "http", "secrets", "secrets+age-import", "secrets+literal"}

func helmSource(valueFiles ...string) v1alpha1.ApplicationSourceHelm {
	return v1alpha1.ApplicationSourceHelm{ValueFiles: valueFiles}
}

// native is what Argo CD's own code makes of a Helm source, with the helm that is first on the PATH.
func native(t *testing.T, root, path string, helm v1alpha1.ApplicationSourceHelm) ([]*unstructured.Unstructured, error) {
	t.Helper()
	request := &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: "https://git.example.org/team/repo.git"}, AppName: "sample", Namespace: harness.Namespace,
		ProjectName: harness.Project, KubeVersion: harness.KubeVersion, ApiVersions: strings.Split(harness.APIVersions, ","),
		HelmOptions:       &v1alpha1.HelmOptions{ValuesFileSchemes: schemes},
		ApplicationSource: &v1alpha1.ApplicationSource{Path: path, Helm: &helm, RepoURL: "https://git.example.org/team/repo.git"},
	}
	response, err := repository.GenerateManifests(context.Background(), filepath.Join(root, path), root, "0123456789abcdef0123456789abcdef01234567",
		request, false, git.NoopCredsStore{}, resource.MustParse("0"), utilio.NewRandomizedTempPaths(t.TempDir()))
	if err != nil {
		return nil, err
	}
	return harness.Objects(t, response.Manifests...), nil
}

// useHelm puts a helm first on the PATH of Argo CD's code.
func useHelm(t *testing.T, path string) {
	t.Helper()
	dir := harness.TempDir(t, "")
	harness.Check(t, os.Symlink(path, filepath.Join(dir, "helm")))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func variedRepo(t *testing.T, p parameters) harness.App {
	t.Helper()
	app := repo(t, varied, "apps/c", p...)
	harness.Check(t, os.Symlink("v/x/c.yaml", filepath.Join(app.Root, "apps/c/link.yaml")))
	harness.Check(t, os.Symlink("v/x", filepath.Join(app.Root, "apps/c/linked")))
	return app
}

func helms(t *testing.T) map[string]string {
	return map[string]string{"helm3": harness.Helm(t), "helm4": harness.Helm4(t)}
}

// Every field of spec.source.helm (but for `valueFiles: [v/**]`, where Argo CD hands helm folders, too, and so
// always fails) gives what Argo CD's own Helm source gives, with helm 3 and helm 4, and
// fails where that fails.
func TestSameAsArgoCD(t *testing.T) {
	for version, helm := range helms(t) {
		t.Run(version, func(t *testing.T) {
			f := newFixture(t, "--helm", helm)
			useHelm(t, helm)
			for _, source := range sources() {
				t.Run(source.name, func(t *testing.T) {
					app := variedRepo(t, source.plugin)
					want, nativeErr := native(t, app.Root, app.Path, source.helm)
					manifests, err := f.Generate(background(t), app)
					if (err != nil) != (nativeErr != nil) {
						t.Fatalf("Argo CD: %v\nwe: %v", nativeErr, err)
					}
					if err == nil {
						harness.SameObjects(t, want, harness.Objects(t, manifests...))
					}
				})
			}
		})
	}
}

// helm 3 and helm 4 through us are the same, encrypted values and all.
func TestHelm3AndHelm4AreTheSame(t *testing.T) {
	three, four := newFixture(t, "--helm", harness.Helm(t)), newFixture(t, "--helm", harness.Helm4(t))
	four.key, four.own, four.canary = three.key, three.own, three.canary
	four.place.AddKey(t, three.key)
	for _, source := range sources() {
		app := variedRepo(t, source.plugin)
		want, err3 := three.Generate(background(t), app)
		got, err4 := four.Generate(background(t), app)
		if (err3 != nil) != (err4 != nil) {
			t.Errorf("%s: helm 3: %v\nhelm 4: %v", source.name, err3, err4)
		} else if err3 == nil {
			harness.SameObjects(t, harness.Objects(t, want...), harness.Objects(t, got...))
		}
	}
	app := repo(t, three.tree(t), "chart", harness.Array("valueFiles", "secrets://secrets.yaml"),
		mapping("fileParameters", map[string]string{"config": "secrets://file.properties"}))
	harness.SameObjects(t, three.render(t, app), four.render(t, app))
}

// A cluster with thousands of kinds: the list is longer than one argument or variable may be.
func TestThousandsOfAPIVersions(t *testing.T) {
	f := newFixture(t)
	app := variedRepo(t, nil)
	env, err := app.Environment()
	harness.Check(t, err)
	list := make([]string, 0, 8000)
	for i := range 8000 {
		list = append(list, "group-"+strconv.Itoa(i)+".some-operator.example.com/v1beta1/SomeRatherLongKind")
	}
	list = append(list, "example.org/v1/Widget")
	for i, variable := range env {
		if strings.HasPrefix(variable, "KUBE_API_VERSIONS=") {
			env[i] = "KUBE_API_VERSIONS=" + strings.Join(list, ",")
		}
	}
	stream, err := f.GenerateManifest(background(t))
	harness.Check(t, err)
	harness.Check(t, cmp.SendRepoStream(background(t), filepath.Join(app.Root, app.Path), app.Root, stream, env, nil))
	response, err := stream.CloseAndRecv()
	harness.Check(t, err)
	if all := strings.Join(response.Manifests, "\n"); !strings.Contains(all, `widget: "true"`) {
		t.Errorf("the last version did not arrive: %s", all)
	}
}
