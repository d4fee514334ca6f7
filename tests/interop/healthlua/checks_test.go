// Package healthlua runs the checks and actions of health-lua/ in Argo CD's own Lua machine, with the
// libraries closed as in production: Argo CD opens them only for scripts that are built into it, and
// ours come from argocd-cm. Beside it run a real Lua 5.1 and `argocd-decrypt health`.
package healthlua

import (
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const root = "../../../health-lua"

// check is one folder <group>/<Kind>: its script and its cases, in Argo CD's own layout.
type check struct {
	dir, group, kind, script string
	cases                    []testCase
}

type testCase struct {
	InputPath    string              `json:"inputPath"`
	HealthStatus health.HealthStatus `json:"healthStatus"`
}

func (c check) key() string { return c.group + "/" + c.kind }

func checks(t *testing.T) []check {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(root, "*", "*", "health.lua"))
	if err != nil || len(scripts) < 2 {
		t.Fatalf("no health.lua below %s (%v)", root, err)
	}
	var found []check
	for _, path := range scripts {
		dir := filepath.Dir(path)
		c := check{
			dir: dir, kind: filepath.Base(dir), group: filepath.Base(filepath.Dir(dir)),
			script: string(read(t, path)),
		}
		var file struct {
			Tests []testCase `json:"tests"`
		}
		if err := yaml.UnmarshalStrict(read(t, filepath.Join(dir, "health_test.yaml")), &file); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		c.cases = file.Tests
		found = append(found, c)
	}
	return found
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func object(t *testing.T, path string) *unstructured.Unstructured {
	t.Helper()
	parsed := map[string]any{}
	if err := yaml.Unmarshal(read(t, path), &parsed); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return &unstructured.Unstructured{Object: parsed}
}

func (c check) object(t *testing.T, test testCase) *unstructured.Unstructured {
	t.Helper()
	return object(t, filepath.Join(c.dir, test.InputPath))
}

// assess asks Argo CD as it asks itself: the script is an override from argocd-cm, found by group and kind.
func assess(c check, obj *unstructured.Unstructured) (*health.HealthStatus, error) {
	overrides := lua.ResourceHealthOverrides{c.key(): appv1.ResourceOverride{HealthLua: c.script}}
	return overrides.GetResourceHealth(obj)
}

func TestChecksSayWhatTheirTestDataExpects(t *testing.T) {
	for _, c := range checks(t) {
		for _, test := range c.cases {
			t.Run(filepath.Join(c.group, c.kind, test.InputPath), func(t *testing.T) {
				got, err := assess(c, c.object(t, test))
				if err != nil {
					t.Fatal(err)
				}
				if got == nil || *got != test.HealthStatus {
					t.Errorf("got %+v, want %+v", got, test.HealthStatus)
				}
			})
		}
	}
}

func TestEveryTestDataFileIsUsedOnce(t *testing.T) {
	for _, c := range checks(t) {
		files, err := filepath.Glob(filepath.Join(c.dir, "testdata", "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var have, used []string
		for _, file := range files {
			have = append(have, "testdata/"+filepath.Base(file))
		}
		for _, test := range c.cases {
			used = append(used, test.InputPath)
		}
		sort.Strings(have)
		sort.Strings(used)
		if !reflect.DeepEqual(have, used) {
			t.Errorf("%s: files %v, cases %v", c.dir, have, used)
		}
		for _, file := range files {
			obj := object(t, file)
			if obj.GroupVersionKind().Group != c.group || obj.GetKind() != c.kind {
				t.Errorf("%s is a %s", file, obj.GroupVersionKind())
			}
		}
	}
}
