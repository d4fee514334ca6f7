package sealedsecrets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/cluster"
	"argocd-decrypt/tests/interop/harness"
)

// What others have put into argocd-cm stays there.
const existing = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  labels: {app.kubernetes.io/part-of: argocd}
data:
  url: https://argocd.example.org
  resource.customizations.health.example.org_Widget: |
    return {status = "Healthy", message = "own"}
`

// The API server takes each form that we install the customization in, and Argo CD reads the same out of
// each: with it, every object of the tests above gets the answer that the script itself gave.
func (f *fixture) customization(t *testing.T) {
	files, err := filepath.Glob("../../../manifests/components/health-checks/*.yaml")
	harness.Check(t, err)
	var first map[string]appv1.ResourceOverride
	for _, file := range files {
		text, err := os.ReadFile(file)
		harness.Check(t, err)
		if cluster.Object(t, string(text)).GetKind() != "ConfigMap" {
			continue
		}
		for _, way := range []struct{ name, verb, file string }{
			{"apply", "apply", "-f"},
			{"patch", "patch", "--patch-file"},
		} {
			t.Run(filepath.Base(file)+" by "+way.name, func(t *testing.T) {
				namespace := f.Namespace(t)
				_, err := f.KubectlWith(existing, "create", "-n", namespace, "-f", "-")
				harness.Check(t, err)
				args := []string{way.verb, "-n", namespace, way.file, file}
				if way.verb == "patch" {
					args = append(args, "configmap", "argocd-cm")
				}
				f.Kubectl(t, append(args, "--dry-run=server")...)
				f.Kubectl(t, args...)
				got := f.overrides(t, namespace)
				if f.Get(t, cluster.ConfigMaps, namespace, "argocd-cm").Object["data"].(map[string]any)["url"] == nil ||
					got["example.org/Widget"].HealthLua == "" {
					t.Errorf("something else of argocd-cm is gone")
				}
				delete(got, "example.org/Widget")
				if first == nil {
					first = got
					f.answersAlike(t, got)
				}
				if !equality.Semantic.DeepEqual(first, got) {
					t.Errorf("Argo CD reads another customization out of it: %v, not %v", got, first)
				}
			})
		}
	}
	if first == nil {
		t.Fatalf("no ConfigMap among %v", files)
	}
}

// overrides is what Argo CD makes of argocd-cm.
func (f *fixture) overrides(t *testing.T, namespace string) map[string]appv1.ResourceOverride {
	t.Helper()
	// Its informers take what the API server's cache has, however old.
	version := f.Get(t, cluster.ConfigMaps, namespace, "argocd-cm").GetResourceVersion()
	harness.WaitFor(t, cluster.Patience, func() error {
		_, err := f.Typed.CoreV1().ConfigMaps(namespace).Get(t.Context(), "argocd-cm", v1.GetOptions{ResourceVersion: version})
		return err
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	overrides, err := settings.NewSettingsManager(ctx, f.Typed, namespace).GetResourceOverrides()
	harness.Check(t, err)
	return overrides
}

func (f *fixture) answersAlike(t *testing.T, overrides map[string]appv1.ResourceOverride) {
	t.Helper()
	for _, a := range f.assessed {
		answer, err := lua.ResourceHealthOverrides(overrides).GetResourceHealth(a.object)
		harness.Check(t, err)
		if *answer != a.ours {
			t.Errorf("%s: %v, but by the script alone %v", a.state, *answer, a.ours)
		}
	}
}

// The command says the same of all those objects.
func (f *fixture) command(t *testing.T) {
	if len(f.assessed) == 0 {
		t.Fatal("no test of a state has run before this one: it looks at their objects")
	}
	list := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": "v1", "kind": "List"}}
	for _, a := range f.assessed {
		list.Items = append(list.Items, *a.object)
	}
	text, err := yaml.Marshal(list.UnstructuredContent())
	harness.Check(t, err)
	file := filepath.Join(harness.TempDir(t, ""), "objects.yaml")
	harness.Check(t, os.WriteFile(file, text, 0o600))
	command := exec.Command(harness.Binary(t), "health", "--output-type", "json", file)
	command.Env = []string{"PATH=/usr/bin:/bin"}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 { // some are Degraded
		t.Fatalf("argocd-decrypt health: %v: %s", err, stderr.String())
	}
	var answers []struct{ Namespace, Name, Status, Message string }
	harness.Check(t, json.Unmarshal(stdout.Bytes(), &answers))
	if len(answers) != len(f.assessed) {
		t.Fatalf("%d answers for %d objects", len(answers), len(f.assessed))
	}
	for i, a := range f.assessed {
		got := answers[i]
		if got.Namespace != a.object.GetNamespace() || got.Name != a.object.GetName() ||
			got.Status != string(a.ours.Status) || got.Message != a.ours.Message {
			t.Errorf("%s: %+v, but in Argo CD %v", a.state, got, a.ours)
		}
	}
}
