package healthlua

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/harness"
)

var update = flag.Bool("update", false, "write docs/health-states.md")

const page = "../../../docs/health-states.md"

// verdict is what Argo CD shows of an object with these overrides: a script's error is Unknown, and
// without any check an object counts as healthy.
func verdict(obj *unstructured.Unstructured, overrides lua.ResourceHealthOverrides) (status, message string) {
	got, err := health.GetResourceHealth(obj, overrides)
	switch {
	case err != nil:
		return "Unknown", "Lua error: " + err.Error()
	case got == nil:
		return "", ""
	}
	return string(got.Status), got.Message
}

// remarks are the comments at the head of a test data file: which state it is, and why the check that
// is built into Argo CD is wrong about it.
func remarks(t *testing.T, path string) (state, wrong string) {
	t.Helper()
	for _, line := range strings.Split(string(read(t, path)), "\n") {
		if text, ok := strings.CutPrefix(line, "# State: "); ok {
			state = text
		} else if text, ok := strings.CutPrefix(line, "# Built-in is wrong: "); ok {
			wrong = text
		} else {
			break
		}
	}
	if state == "" {
		t.Errorf("%s does not begin with `# State: ...`", path)
	}
	return state, wrong
}

func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// TestPageShowsWhatIsSaidOfEachState makes the page from the test data and compares; -update writes it.
func TestPageShowsWhatIsSaidOfEachState(t *testing.T) {
	var tables, wrongRows strings.Builder
	states, wrongs, kindsWithout := 0, 0, 0
	for _, c := range checks(t) {
		fmt.Fprintf(&tables, "\n## %s\n\n`%s/%s`\n\n", c.kind, c.group, c.kind)
		ours := lua.ResourceHealthOverrides{c.key(): appv1.ResourceOverride{HealthLua: c.script}}
		hasBuiltIn := false
		var rows strings.Builder
		for _, test := range c.cases {
			path := filepath.Join(c.dir, test.InputPath)
			obj := c.object(t, test)
			state, wrong := remarks(t, path)
			status, message := verdict(obj, ours)
			builtIn, builtInMessage := verdict(obj, nil)
			states++
			hasBuiltIn = hasBuiltIn || (builtIn != "" && obj.GetDeletionTimestamp() == nil)
			link := fmt.Sprintf("[%s](../health-lua/%s/%s/%s)", strings.TrimSuffix(filepath.Base(test.InputPath), ".yaml"), c.group, c.kind, test.InputPath)
			kept := fmt.Sprintf("%s: %s", status, cell(message))
			shown := builtIn
			switch {
			case builtIn == "":
				shown = "no check"
				if wrong != "" {
					t.Errorf("%s says that the built-in check is wrong, but there is none", path)
				}
			case builtIn != status:
				wrongs++
				shown = "**" + builtIn + "**: " + wrong
				fmt.Fprintf(&wrongRows, "| %s: %s (%s) | %s | %s |\n", c.kind, cell(state), link, kept, cell(shown))
				if wrong == "" {
					t.Errorf("%s: the built-in check says %s (%s), ours %s: say why in a line `# Built-in is wrong: ...`", path, builtIn, builtInMessage, status)
				}
			case wrong != "":
				t.Errorf("%s says that the built-in check is wrong, but both say %s", path, status)
			}
			fmt.Fprintf(&rows, "| %s (%s) | %s | %s |\n", cell(state), link, kept, cell(shown))
		}
		if !hasBuiltIn {
			kindsWithout++
			fmt.Fprintf(&tables, "Argo CD has no check for it: whatever its state, it counts as healthy.\n\n")
		}
		fmt.Fprintf(&tables, "| state (test data) | argocd-decrypt | built into Argo CD |\n|---|---|---|\n%s", rows.String())
	}
	if wrongs < 10 {
		t.Errorf("the built-in checks are wrong about %d states only", wrongs)
	}
	text := fmt.Sprintf(`# What the health checks say of each state

Made from the test data by `+"`go test ./healthlua -update`"+` in tests/interop; the test fails when it is out of date. Each row is an object as a controller
writes it, with what Argo CD %s shows for it: with the checks of health-lua/ in argocd-cm, and with what is built in. How to install them, and
what they go by: [health.md](health.md).

%d states of %d kinds, some of which no controller writes (fields of other types, half an object). About %d of them the built-in check is wrong,
and %d of the kinds have none.

## Where the built-in check is wrong

| state (test data) | argocd-decrypt | built into Argo CD |
|---|---|---|
`, argoVersion(t), states, len(checks(t)), wrongs, kindsWithout) + wrongRows.String() + tables.String()
	if *update {
		harness.Check(t, os.WriteFile(page, []byte(text), 0o644))
	}
	if have, err := os.ReadFile(page); err != nil || string(have) != text {
		t.Errorf("docs/health-states.md is not what the test data says (%v): go test ./healthlua -update", err)
	}
}

// argoVersion is the release whose built-in checks are compared.
func argoVersion(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/argoproj/argo-cd/v3").Output()
	harness.Check(t, err)
	return strings.TrimSpace(string(out))
}
