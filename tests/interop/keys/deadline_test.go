package keys_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age/plugin"

	"argocd-decrypt/tests/interop/harness"
)

// A program that holds a key and hangs ends with the request that asked it: at its deadline, and when its client is gone.
func TestAHangingKeyProgramEndsWithItsRequest(t *testing.T) {
	pgp := newPGP(t, "ed25519", "cv25519", "", "never")
	for _, c := range []struct {
		name, kind, program string
		script              string // hangs once its process ID is in the file %s
		mounted             string
		of                  key
	}{
		{"age plugin", "age", "age-plugin-hang", "echo $$ >%s; exec sleep 1000\n", plugin.EncodeIdentity("hang", []byte("sixteen bytes...")), newAge(t)},
		{"gpg", "pgp", "gpg", "case \"$*\" in *--decrypt*) echo $$ >%s; exec sleep 1000;; esac\nexec " + program(t, "gpg") + " \"$@\"\n", text(t, pgp), pgp},
	} {
		t.Run(c.name, func(t *testing.T) {
			place := harness.NewPlace(t)
			harness.Check(t, newMount(t, place, c.kind).swap(map[string]string{"key": c.mounted}))
			marker := filepath.Join(place.Root, "runs")
			script := "#!/bin/sh\n" + fmt.Sprintf(c.script, marker)
			harness.Check(t, os.WriteFile(filepath.Join(place.Bin, c.program), []byte(script), 0o755))
			target := app(t, "first", c.of)
			server := start(t, place, "--age-plugins=hang")
			client := server.Connect(t)

			ctx, cancel := context.WithCancel(context.Background())
			answer := make(chan error)
			go func() {
				_, err := client.Generate(ctx, target)
				answer <- err
			}()
			pid := runningPid(t, marker)
			cancel()
			if err := <-answer; err == nil {
				t.Error("a cancelled request has an answer")
			}
			isGone(t, pid)

			harness.Check(t, os.Remove(marker))
			ctx, cancel = context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			began := time.Now()
			if _, err := client.Generate(ctx, target); err == nil || !strings.Contains(err.Error(), "eadline") {
				t.Errorf("at the deadline: %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the deadline of 3 s came after %v", took)
			}
			isGone(t, runningPid(t, marker))
			if c.kind != "pgp" { // whose keyring stays for the next request
				harness.WaitFor(t, 3*time.Second, server.CheckIdle)
			}
		})
	}
}

// runningPid is the process ID in a file that the process makes.
func runningPid(t *testing.T, file string) (pid int) {
	t.Helper()
	harness.WaitFor(t, 10*time.Second, func() error {
		written, err := os.ReadFile(file)
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(written)))
		}
		return err
	})
	return pid
}

func isGone(t *testing.T, pid int) {
	t.Helper()
	harness.WaitFor(t, 2*time.Second, func() error {
		if err := syscall.Kill(pid, 0); err == nil {
			return fmt.Errorf("process %d still runs", pid)
		}
		return nil
	})
}
