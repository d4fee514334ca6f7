package healthlua

import (
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

const mutatedObjects = 10_000

// Whatever half-written object comes, there is a status with a message, no Lua error, the same from
// all three interpreters, and Healthy only with what the oracle asks for.
func TestMutatedObjectsNeverBreakACheckNorLookHealthyWithoutCause(t *testing.T) {
	random := rand.New(rand.NewSource(harness.Seed(t)))
	var cases []subject
	for _, c := range checks(t) {
		for _, test := range c.cases {
			cases = append(cases, subject{c, c.object(t, test), c.key() + " " + test.InputPath})
		}
	}
	subjects := make([]subject, 0, mutatedObjects)
	for i := range mutatedObjects {
		s := cases[i%len(cases)]
		s.name = fmt.Sprintf("%d, from %s", i, s.name)
		s.obj = s.obj.DeepCopy()
		for range 1 + random.Intn(3) {
			mutate(random, s.obj.Object)
		}
		// The script is chosen by these two; the rest of the object may be anything.
		version, _, _ := unstructured.NestedString(cases[i%len(cases)].obj.Object, "apiVersion")
		s.obj.Object["apiVersion"], s.obj.Object["kind"] = version, s.check.kind
		subjects = append(subjects, s)
	}
	healthy := 0
	for i, got := range haveEqualAnswers(t, subjects) {
		s := subjects[i]
		switch {
		case got.Error != "":
			t.Errorf("%s: %s\n%s", s.name, got.Error, dump(s.obj))
		case got.Message == "":
			t.Errorf("%s: no message: %+v\n%s", s.name, got, dump(s.obj))
		case got.Status == health.HealthStatusUnknown:
			t.Errorf("%s: Argo CD did not take the answer: %+v", s.name, got)
		case got.Status == health.HealthStatusHealthy:
			healthy++
			if why := notHealthy(s.check.key(), s.obj.Object); why != "" {
				t.Errorf("%s is Healthy, but %s: %s\n%s", s.name, why, got.Message, dump(s.obj))
			}
		}
	}
	if healthy < mutatedObjects/100 {
		t.Errorf("only %d of %d are Healthy: the mutations leave too little to be wrong about", healthy, mutatedObjects)
	}
	t.Logf("%d of %d objects are Healthy", healthy, mutatedObjects)
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
		"False", int64(1), int64(2), int64(12), "2026-03-01T10:00:00Z", []any{nil, map[string]any{"type": "Synced"}},
		"\x00\n\"\\", "0", "\xef\xbf\xbd" /* U+FFFD */, map[string]any{"": "", "1": int64(1)},
	}
	return values[random.Intn(len(values))]
}
