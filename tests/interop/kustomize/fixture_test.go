// Package kustomize_test compares the plugin's renders of kustomizations with those of Argo CD's own
// util/kustomize on the decrypted tree.
package kustomize_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/argoproj/argo-cd/v3/util/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

const canary = "canary-Zm9vYmFyYmF6"

type fixture struct {
	harness.Client
	server *harness.Server
	key    harness.Key
}

// newFixture is a running server with the real helm, kustomize and git.
func newFixture(t *testing.T, args ...string) *fixture {
	t.Helper()
	place := harness.NewPlace(t)
	f := &fixture{key: harness.NewKey(t)}
	place.AddKey(t, f.key)
	f.server = harness.StartServer(t, place, args...)
	f.Client = f.server.Connect(t)
	t.Cleanup(func() { f.checkSecrecy(t) })
	return f
}

// checkSecrecy: nothing in the log, nothing left in the work folder.
func (f *fixture) checkSecrecy(t *testing.T) {
	t.Helper()
	needles := harness.NewNeedles(canary, f.key.Secret, strings.ToLower(f.key.Secret))
	if needles.In([]byte(f.server.Log())) {
		t.Errorf("the log holds a secret:\n%s", f.server.Log())
	}
	harness.WaitFor(t, 5*time.Second, f.server.CheckIdle)
	if found := needles.Files(f.server.Home); len(found) > 0 {
		t.Errorf("files outside of the request's folder hold a secret: %v", found)
	}
}

// generate is one request; an error must hold no secret.
func (f *fixture) generate(t *testing.T, tree harness.Tree, path string, parameters v1alpha1.ApplicationSourcePluginParameters) ([]string, error) {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	manifests, err := f.Generate(ctx, harness.App{Root: dir, Path: path, Parameters: parameters})
	if err != nil && strings.Contains(err.Error(), canary) {
		t.Errorf("the error holds a secret: %v", err)
	}
	return manifests, err
}

func (f *fixture) render(t *testing.T, tree harness.Tree, path string, parameters v1alpha1.ApplicationSourcePluginParameters) []*unstructured.Unstructured {
	t.Helper()
	manifests, err := f.generate(t, tree, path, parameters)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return harness.Objects(t, manifests...)
}

// refuses checks that a request fails with an error that says this.
func (f *fixture) refuses(t *testing.T, tree harness.Tree, parameters v1alpha1.ApplicationSourcePluginParameters, says string) {
	t.Helper()
	manifests, err := f.generate(t, tree, "", parameters)
	switch {
	case err == nil:
		t.Errorf("was rendered: %v", manifests)
	case !strings.Contains(err.Error(), says):
		t.Errorf("the error does not say %q: %v", says, err)
	}
}

// native is what Argo CD itself makes of a tree.
func native(t *testing.T, tree harness.Tree, path string, source *v1alpha1.ApplicationSourceKustomize, buildOptions string) ([]*unstructured.Unstructured, error) {
	t.Helper()
	root := harness.TempDir(t, "")
	tree.Write(t, root)
	t.Setenv("PATH", filepath.Dir(harness.Kustomize(t))+":"+filepath.Dir(harness.Helm(t))+":"+os.Getenv("PATH"))
	environment := v1alpha1.Env{}
	variables, err := harness.App{Path: path}.Environment()
	harness.Check(t, err)
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "ARGOCD_APP_") {
			environment = append(environment, &v1alpha1.EnvEntry{Name: name, Value: value})
		}
	}
	app := kustomize.NewKustomizeApp(root, filepath.Join(root, path), git.NopCreds{}, "", "", "", "")
	objects, _, _, err := app.Build(source, &v1alpha1.KustomizeOptions{BuildOptions: buildOptions}, &environment, &kustomize.BuildOpts{
		KubeVersion: harness.KubeVersion, APIVersions: strings.Split(harness.APIVersions, ","),
	})
	return objects, err
}

// parametersOf writes a native source's fields as the plugin's parameters.
func parametersOf(t *testing.T, source *v1alpha1.ApplicationSourceKustomize) v1alpha1.ApplicationSourcePluginParameters {
	t.Helper()
	var all v1alpha1.ApplicationSourcePluginParameters
	text := func(name, value string) {
		if value != "" {
			all = append(all, harness.String(name, value))
		}
	}
	flag := func(name string, value bool) {
		if value {
			text(name, "true")
		}
	}
	array := func(name string, values []string) {
		if len(values) > 0 {
			all = append(all, harness.Array(name, values...))
		}
	}
	mapping := func(name string, values map[string]string) {
		if len(values) > 0 {
			all = append(all, v1alpha1.ApplicationSourcePluginParameter{Name: name, OptionalMap: &v1alpha1.OptionalMap{Map: values}})
		}
	}
	text("namePrefix", source.NamePrefix)
	text("nameSuffix", source.NameSuffix)
	text("namespace", source.Namespace)
	text("kubeVersion", source.KubeVersion)
	var images []string
	for _, image := range source.Images {
		images = append(images, string(image))
	}
	array("images", images)
	replicas := map[string]string{}
	for _, replica := range source.Replicas {
		replicas[replica.Name] = replica.Count.String()
	}
	mapping("replicas", replicas)
	mapping("commonLabels", source.CommonLabels)
	mapping("commonAnnotations", source.CommonAnnotations)
	flag("forceCommonLabels", source.ForceCommonLabels)
	flag("labelWithoutSelector", source.LabelWithoutSelector)
	flag("labelIncludeTemplates", source.LabelIncludeTemplates)
	flag("forceCommonAnnotations", source.ForceCommonAnnotations)
	flag("commonAnnotationsEnvsubst", source.CommonAnnotationsEnvsubst)
	flag("ignoreMissingComponents", source.IgnoreMissingComponents)
	array("components", source.Components)
	array("apiVersions", source.APIVersions)
	var patches []string
	for _, patch := range source.Patches {
		written, err := yaml.Marshal(patch)
		harness.Check(t, err)
		patches = append(patches, string(written))
	}
	array("patches", patches)
	return all
}

// sameAsNative renders a tree here, with some files encrypted, and there, plain.
func (f *fixture) sameAsNative(t *testing.T, tree harness.Tree, path string, source v1alpha1.ApplicationSourceKustomize, buildOptions string, encrypted ...string) {
	t.Helper()
	want, err := native(t, tree, path, &source, buildOptions)
	harness.Check(t, err)
	parameters := parametersOf(t, &source)
	if buildOptions != "" {
		parameters = append(parameters, harness.String("buildOptions", buildOptions))
	}
	got := f.render(t, f.key.EncryptFiles(t, tree, encrypted...), path, parameters)
	harness.SameObjects(t, want, got)
	if len(want) == 0 {
		t.Error("nothing was rendered")
	}
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: "busybox:1"}]
      containers: [{name: c, image: "nginx:1.0"}, {name: d, image: redis}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const secret = `apiVersion: v1
kind: Secret
metadata:
    name: s
stringData:
    password: ` + canary + `
`

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: m\ndata:\n    a: b\n"

func touched(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

var temporary = regexp.MustCompile(`/(tmp|dev/shm)/[a-zA-Z0-9]`)
