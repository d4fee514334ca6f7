package keys_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// privateAgents are the gpg-agents of keyrings that argocd-decrypt made.
func privateAgents() (found []string) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		text, err := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		if err == nil && strings.Contains(string(text), "gpg") && strings.Contains(string(text), "argocd-decrypt/process-") {
			found = append(found, entry.Name()+" "+strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

func noPrivateAgent(t *testing.T) {
	t.Helper()
	harness.WaitFor(t, 3*time.Second, func() error {
		if found := privateAgents(); len(found) != 0 {
			return fmt.Errorf("still runs: %s", strings.Join(found, "; "))
		}
		return nil
	})
}
