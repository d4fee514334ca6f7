package discovery

import (
	"os"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// ask gives our answers about an archive. ACD_DISCOVERY_PROBE names the program, tests/support/discovery_probe.cc.
func ask(t *testing.T, packed string, questions []question) []string {
	t.Helper()
	probe := os.Getenv("ACD_DISCOVERY_PROBE")
	if probe == "" {
		t.Fatal("ACD_DISCOVERY_PROBE does not name a discovery_probe; scripts/test builds one")
	}
	var lines strings.Builder
	for _, q := range questions {
		lines.WriteString(q.kind + "\t" + q.app + "\t" + q.pattern + "\n")
	}
	answers := strings.Split(harness.MustRun(t, harness.Command{Path: probe, Args: []string{packed}, Stdin: lines.String()}), "\n")
	if len(answers) != len(questions)+1 {
		t.Fatalf("%d answers to %d questions", len(answers)-1, len(questions))
	}
	return answers[:len(questions)]
}
