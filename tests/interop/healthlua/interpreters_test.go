package healthlua

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/harness"
)

// answer is what an interpreter says of one object; the same type for all three.
type answer struct {
	Status  health.HealthStatusCode `json:"status"`
	Message string                  `json:"message"`
	Error   string                  `json:"error,omitempty"`
}

// outOfTime is whether Argo CD's second for a check, or ours, was over.
func (a answer) outOfTime() bool {
	return strings.Contains(a.Error, "context deadline exceeded") || strings.Contains(a.Error, "took more than a second")
}

// subject is an object and the check for it.
type subject struct {
	check check
	obj   *unstructured.Unstructured
	name  string
}

func byArgoCD(subjects []subject) []answer {
	answers := make([]answer, 0, len(subjects))
	for _, s := range subjects {
		got, err := assess(s.check, s.obj)
		switch {
		case err != nil:
			answers = append(answers, answer{Error: err.Error()})
		case got == nil:
			answers = append(answers, answer{Error: "no check was found"})
		default:
			answers = append(answers, answer{Status: got.Status, Message: got.Message})
		}
	}
	return answers
}

// byLua51 asks Debian's lua5.1.
func byLua51(t *testing.T, subjects []subject) []answer {
	t.Helper()
	type request struct {
		Script string         `json:"script"`
		Object map[string]any `json:"object"`
	}
	requests := make([]request, 0, len(subjects))
	for _, s := range subjects {
		requests = append(requests, request{filepath.Join(s.check.dir, "health.lua"), s.obj.Object})
	}
	// The system's own Python, which has what the scripts install for it.
	return run(t, exec.Command("/usr/bin/python3", "-B", "../../health-lua/lua51.py"), requests, false)
}

// byOurCommand asks `argocd-decrypt health`, with all objects as a List on its standard input.
func byOurCommand(t *testing.T, subjects []subject) []answer {
	t.Helper()
	items := make([]map[string]any, 0, len(subjects))
	for _, s := range subjects {
		items = append(items, s.obj.Object)
	}
	list := map[string]any{"apiVersion": "v1", "kind": "List", "items": items}
	return run(t, exec.Command(harness.Binary(t), "health", "--output-type", "json", "-"), list, true)
}

// run gives a program JSON and gets a list of answers.
func run(t *testing.T, command *exec.Cmd, input any, mayFail bool) []answer {
	t.Helper()
	text, err := json.Marshal(input)
	harness.Check(t, err)
	var stderr bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(text), &stderr
	out, err := command.Output()
	if err != nil && !(mayFail && command.ProcessState != nil && command.ProcessState.ExitCode() == 1) {
		t.Fatalf("%v: %v\n%s", command.Args, err, stderr.String())
	}
	var answers []answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v: %v\n%s", command.Args, err, stderr.String())
	}
	return answers
}

// unhurried asks again while an answer is that the time was over: in ten thousand runs a machine stands still for a second
// sometimes, and what is slow by itself is slow three times.
func unhurried(ask func() []answer) []answer {
	answers := ask()
	for range 2 {
		if !slices.ContainsFunc(answers, answer.outOfTime) {
			break
		}
		answers = ask()
	}
	return answers
}

// haveEqualAnswers asks all three, and returns the answers.
func haveEqualAnswers(t *testing.T, subjects []subject) []answer {
	t.Helper()
	argo := unhurried(func() []answer { return byArgoCD(subjects) })
	lua51 := byLua51(t, subjects)
	ours := unhurried(func() []answer { return byOurCommand(t, subjects) })
	if len(lua51) != len(subjects) || len(ours) != len(subjects) {
		t.Fatalf("%d objects, %d answers of Lua 5.1, %d of the command", len(subjects), len(lua51), len(ours))
	}
	different := 0
	for i, s := range subjects {
		if argo[i] == lua51[i] && argo[i] == ours[i] {
			continue
		}
		if different++; different <= 10 {
			t.Errorf("%s:\n Argo CD %+v\n Lua 5.1 %+v\n command %+v\n%s", s.name, argo[i], lua51[i], ours[i], dump(s.obj))
		}
	}
	return argo
}

func TestThreeInterpretersAgreeOnTheTestData(t *testing.T) {
	var subjects []subject
	for _, c := range checks(t) {
		for _, test := range c.cases {
			subjects = append(subjects, subject{c, c.object(t, test), filepath.Join(c.dir, test.InputPath)})
		}
	}
	haveEqualAnswers(t, subjects)
	t.Logf("%d objects", len(subjects))
}
