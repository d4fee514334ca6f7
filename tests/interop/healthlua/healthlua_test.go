// Package healthlua runs the checks of health-lua/ in Argo CD's own Lua machine, with the libraries
// closed as in production: Argo CD opens them only for scripts that are built into it, and ours come
// from argocd-cm.
package healthlua

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
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

// assess asks Argo CD as it asks itself: the script is an override from argocd-cm, found by group and kind.
func assess(c check, obj *unstructured.Unstructured) (*health.HealthStatus, error) {
	key := c.group + "/" + c.kind
	overrides := lua.ResourceHealthOverrides{key: appv1.ResourceOverride{HealthLua: c.script}}
	return overrides.GetResourceHealth(obj)
}

func TestChecksSayWhatTheirTestDataExpects(t *testing.T) {
	for _, c := range checks(t) {
		for _, test := range c.cases {
			t.Run(filepath.Join(c.group, c.kind, test.InputPath), func(t *testing.T) {
				got, err := assess(c, object(t, filepath.Join(c.dir, test.InputPath)))
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

// Whatever half-written object comes, there is a status with a message, no Lua error, and Healthy
// only with a condition that is True.
func TestMutatedObjectsNeverBreakAScriptNorLookHealthyWithoutCause(t *testing.T) {
	random := rand.New(rand.NewSource(harness.Seed(t)))
	for _, c := range checks(t) {
		for i := range 5000 {
			test := c.cases[i%len(c.cases)]
			obj := object(t, filepath.Join(c.dir, test.InputPath))
			for range 1 + random.Intn(3) {
				mutate(random, obj.Object)
			}
			// The script is chosen by these two; the rest of the object may be anything.
			obj.Object["apiVersion"], obj.Object["kind"] = c.group+"/v1", c.kind
			got, err := assess(c, obj)
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", test.InputPath, i, err, dump(obj))
			}
			if got == nil || got.Message == "" {
				t.Fatalf("%s %d: no answer: %+v\n%s", test.InputPath, i, got, dump(obj))
			}
			if got.Status == health.HealthStatusHealthy && !mayBeHealthy(obj) {
				t.Fatalf("%s %d: %+v\n%s", test.InputPath, i, got, dump(obj))
			}
			if got.Status == health.HealthStatusUnknown {
				t.Fatalf("%s %d: Argo CD did not take the answer: %+v", test.InputPath, i, got)
			}
		}
	}
}

// mayBeHealthy says whether any condition is True and the controller has seen some generation: what
// each check must at least insist on.
func mayBeHealthy(obj *unstructured.Unstructured) bool {
	status, _ := obj.Object["status"].(map[string]any)
	metadata, _ := obj.Object["metadata"].(map[string]any)
	if status == nil || metadata["generation"] == nil || metadata["deletionTimestamp"] != nil {
		return false
	}
	synced, _ := status["syncedResourceVersion"].(string)
	if status["observedGeneration"] != metadata["generation"] && synced == "" {
		return false
	}
	conditions, _ := status["conditions"].([]any)
	for _, entry := range conditions {
		condition, _ := entry.(map[string]any)
		if condition["status"] == "True" {
			return true
		}
	}
	return false
}

func dump(obj *unstructured.Unstructured) string {
	text, err := yaml.Marshal(obj.Object)
	if err != nil {
		return fmt.Sprint(obj.Object)
	}
	return string(text)
}

// mutate cuts, empties or retypes one field, wherever it is.
func mutate(random *rand.Rand, node map[string]any) {
	keys := make([]string, 0, len(node))
	for key := range node {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return
	}
	sort.Strings(keys)
	key := keys[random.Intn(len(keys))]
	switch child := node[key].(type) {
	case map[string]any:
		if random.Intn(4) > 0 {
			mutate(random, child)
			return
		}
	case []any:
		if len(child) > 0 && random.Intn(4) > 0 {
			position := random.Intn(len(child))
			if inner, ok := child[position].(map[string]any); ok && random.Intn(4) > 0 {
				mutate(random, inner)
			} else {
				child[position] = replacement(random)
			}
			return
		}
	}
	if random.Intn(2) == 0 {
		delete(node, key)
		return
	}
	node[key] = replacement(random)
}

func replacement(random *rand.Rand) any {
	values := []any{
		nil, "", "x", strings.Repeat("é", 40), "True", int64(0), int64(-1), int64(1) << 53, 0.5, true, false,
		[]any{}, map[string]any{}, []any{nil}, []any{"a", int64(1)}, map[string]any{"type": "Ready"},
	}
	return values[random.Intn(len(values))]
}
