package healthlua

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
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
		for range random.Intn(4) {
			mutate(random, s.obj.Object)
		}
		for range random.Intn(2) {
			disturb(random, s.obj.Object)
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

// Argo CD ends a script after a second, and shows its message to people. How much a script does is the same on any
// machine: up to some 170 instructions for each entry here, where a look at each pair would be a hundred million.
func TestLongListsAreNoTrouble(t *testing.T) {
	const many = 10_000
	names, failures, refs, conditions := make([]any, many), make([]any, many), make([]any, many), make([]any, many)
	for i := range many {
		name := fmt.Sprintf("namespace-%d", i)
		names[i] = name
		failures[i] = map[string]any{"namespace": name, "reason": "forbidden"}
		refs[i] = map[string]any{"name": name}
		conditions[i] = map[string]any{"type": "Ready", "status": "True", "lastTransitionTime": "2026-03-01T10:00:00Z"}
	}
	var subjects []subject
	for _, c := range checks(t) {
		for _, ready := range []any{"True", "False"} {
			last := map[string]any{"type": "Ready", "status": ready, "message": "m", "observedGeneration": int64(1)}
			obj := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": c.group + "/v1", "kind": c.kind, "metadata": map[string]any{"name": "n", "generation": int64(1)},
				"spec": map[string]any{"namespaces": names, "secretStoreRefs": refs, "dataTo": refs},
				"status": map[string]any{
					"conditions": append(slices.Clone(conditions), last), "failedNamespaces": failures, "provisionedNamespaces": refs,
					"syncedResourceVersion": "1-x", "syncedPushSecrets": map[string]any{}, "refreshTime": "2026-03-01T10:00:00Z",
				},
			}}
			subjects = append(subjects, subject{c, obj, fmt.Sprintf("%s, Ready %v", c.key(), ready)})
		}
	}
	const most = 300 * many // a second is ten times that
	for i, got := range byArgoCD(subjects) {
		message, took := counted(t, subjects[i])
		if message == "" || len(message) > 2000 || took > most {
			t.Errorf("%s: %d bytes of message, %d instructions", subjects[i].name, len(message), took)
		}
		// Out of time with so few instructions: that is this machine.
		if !got.outOfTime() && (got.Error != "" || got.Message != message) {
			t.Errorf("%s: %s, %d bytes of message in Argo CD", subjects[i].name, got.Error, len(got.Message))
		}
	}
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

// disturb changes what belongs together: the generation and what was written of it, and the conditions.
func disturb(random *rand.Rand, object map[string]any) {
	metadata, _ := object["metadata"].(map[string]any)
	status, _ := object["status"].(map[string]any)
	if metadata == nil || status == nil {
		return
	}
	conditions, _ := status["conditions"].([]any)
	switch random.Intn(6) {
	case 0:
		// As Go, and as C writes it.
		generations := []any{1e15, float64(1<<53 + 2), 0.1234567890123456, int64(0), int64(-3), 1.5, int64(1) << 40, int64(99999999999999)}
		generation := generations[random.Intn(len(generations))]
		n, _ := number(generation)
		metadata["generation"], status["observedGeneration"], status["lastGeneration"] = generation, generation, generation
		form := []string{"%.14g-x", "%.17g-x", "%.0f-x", "%v-x"}[random.Intn(4)]
		status["syncedResourceVersion"] = fmt.Sprintf(form, n)
		for _, entry := range conditions {
			if condition, ok := entry.(map[string]any); ok {
				condition["observedGeneration"] = generation
			}
		}
	case 1: // the spec was edited
		if generation, ok := metadata["generation"].(int64); ok {
			metadata["generation"] = generation + 1
		}
	case 2: // a copy of a condition says otherwise
		if len(conditions) > 0 {
			entry := conditions[random.Intn(len(conditions))]
			if condition, ok := entry.(map[string]any); ok {
				other := map[string]any{}
				for key, value := range condition {
					other[key] = value
				}
				other["status"] = []any{"True", "False"}[random.Intn(2)]
				times := []any{"2020-03-01T10:00:00Z", "2030-03-01T10:00:00Z", "6-03-07T10:00:00Z", "True", "", nil, "20", "30303030303030303030"}
				other["lastTransitionTime"] = times[random.Intn(len(times))]
				conditions = append(conditions, other)
				random.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
				status["conditions"] = conditions
			}
		}
	case 3: // no conditions, in each way
		forms := []any{nil, []any{}, []any{nil}, map[string]any{}, map[string]any{"type": "Ready", "status": "True"}}
		status["conditions"] = forms[random.Intn(len(forms))]
	case 4:
		if spec, ok := object["spec"].(map[string]any); ok {
			intervals := []any{"0", "0s", "-1h", "-", "h", "h0m0s", "00", ".s", "0.0.0", "+0", "-x", "1h0m0s", "0m", "µs", "0µs", "-.5s", int64(0)}
			spec["refreshInterval"] = intervals[random.Intn(len(intervals))]
		}
	case 5: // a text is cut
		cutText(random, object)
	}
}

// cutText cuts a text somewhere in the object at its beginning or its end.
func cutText(random *rand.Rand, node map[string]any) {
	keys := slices.Sorted(maps.Keys(node))
	if len(keys) == 0 {
		return
	}
	key := keys[random.Intn(len(keys))]
	switch child := node[key].(type) {
	case map[string]any:
		cutText(random, child)
	case []any:
		for _, entry := range child {
			if inner, ok := entry.(map[string]any); ok {
				cutText(random, inner)
			}
		}
	case string:
		if runes := []rune(child); len(runes) > 0 {
			at := random.Intn(len(runes))
			node[key] = []string{string(runes[:at]), string(runes[at:])}[random.Intn(2)]
		}
	}
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
