package keys_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// privateAgents are the gpg-agents of keyrings that argocd-decrypt made, but for those of other packages' tests, which run beside these.
func privateAgents() (found []string) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		text, err := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		others := strings.Contains(string(text), "/acd-") && !strings.Contains(string(text), "/"+harness.DirPrefix())
		if err == nil && !others && strings.Contains(string(text), "gpg") && strings.Contains(string(text), "argocd-decrypt/process-") {
			found = append(found, entry.Name()+" "+strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

// agentsOf are the process IDs of the gpg-agents that a server runs.
func agentsOf(server int) (found []int) {
	for _, line := range privateAgents() {
		pid, _ := strconv.Atoi(strings.Fields(line)[0])
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if strings.Contains(line, "--supervised") && strings.Contains(string(status), fmt.Sprintf("PPid:\t%d\n", server)) {
			found = append(found, pid)
		}
	}
	return found
}

// placeWithPGP has one new PGP key mounted.
func placeWithPGP(t *testing.T) (harness.Place, key) {
	t.Helper()
	place := harness.NewPlace(t)
	k := newPGP(t, "ed25519", "cv25519", "", "never")
	harness.Check(t, newMount(t, place, "pgp").swap(map[string]string{"k.asc": text(t, k)}))
	return place, k
}

// An agent that dies while others always use it is replaced, and no request knows.
func TestADeadAgentIsReplacedUnderLoad(t *testing.T) {
	place, k := placeWithPGP(t)
	target := app(t, "first", k)
	server := start(t, place)
	var wait sync.WaitGroup
	var failed, opened atomic.Int32
	stop := make(chan struct{})
	var answers [4]atomic.Int32
	for i := range answers {
		client := server.Connect(t)
		wait.Add(1)
		go func() {
			defer wait.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				_, err := client.Generate(ctx, target)
				cancel()
				opened.Add(1)
				answers[i].Add(1)
				if err != nil {
					failed.Add(1)
					t.Logf("failed: %v", err)
				}
				if err != nil && !strings.Contains(err.Error(), "agent") && !strings.Contains(err.Error(), "End of file") {
					t.Errorf("a wrong reason: %v", err)
				}
			}
		}()
	}
	kills := 0
	for range 10 {
		// A request begins once more after its agent's end, but once only: so each one meets one kill.
		for i := range answers {
			seen := answers[i].Load()
			harness.WaitFor(t, time.Minute, func() error {
				if answers[i].Load() < seen+2 {
					return errors.New("no answer since the last kill")
				}
				return nil
			})
		}
		for _, pid := range agentsOf(server.Pid) {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				kills++
			}
		}
	}
	time.Sleep(500 * time.Millisecond)
	close(stop)
	wait.Wait()
	t.Logf("%d kills, %d requests, %d failed", kills, opened.Load(), failed.Load())
	if kills < 5 || failed.Load() != 0 {
		t.Errorf("%d kills, %d requests failed", kills, failed.Load())
	}
	if _, err := server.Connect(t).Generate(context.Background(), target); err != nil {
		t.Error(err)
	}
}

// A health check does not wait for a gpg that takes long to import.
func TestASlowImportBlocksNoHealthCheck(t *testing.T) {
	place, k := placeWithPGP(t)
	target := app(t, "first", k)
	marker, gate := filepath.Join(place.Root, "imports"), filepath.Join(place.Root, "gate")
	script := "#!/bin/sh\ncase \"$*\" in *--import*) touch " + marker + "; until [ -e " + gate + " ]; do sleep 0.1; done;; esac\nexec " + program(t, "gpg") + " \"$@\"\n"
	harness.Check(t, os.WriteFile(filepath.Join(place.Bin, "gpg"), []byte(script), 0o755))
	server := start(t, place)
	client := server.Connect(t)
	done := make(chan error)
	go func() {
		_, err := client.Generate(context.Background(), target)
		done <- err
	}()
	harness.WaitFor(t, 10*time.Second, func() error {
		_, err := os.Stat(marker)
		return err
	})
	began := time.Now()
	if o := health(t, place); o.Code != 0 {
		t.Errorf("health: exit %d: %s", o.Code, o.Err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("health took %v", took)
	}
	harness.Check(t, os.WriteFile(gate, nil, 0o644))
	harness.Check(t, <-done)
}

// Keys that cannot be used are none: health says so, and why.
func TestHealthKnowsThatGpgIsMissing(t *testing.T) {
	place, _ := placeWithPGP(t)
	command := place.Command(t)
	command.Env = []string{"PATH=" + place.Bin, "HOME=" + place.Home, "ARGOCD_DECRYPT_KEY_DIR=" + place.Keys}
	harness.Start(t, place, command, place.Socket())
	missing := func(text string) {
		t.Helper()
		if o := health(t, place); o.Code != 1 || !strings.Contains(o.Err, text) {
			t.Errorf("health: exit %d: %s", o.Code, o.Err)
		}
	}
	missing("install gpg and gpg-agent")
	harness.Check(t, os.Symlink(program(t, "gpg"), filepath.Join(place.Bin, "gpg")))
	missing("install gpg-agent")
	harness.Check(t, os.Symlink(program(t, "gpg-agent"), filepath.Join(place.Bin, "gpg-agent")))
	if o := health(t, place); o.Code != 0 {
		t.Errorf("health: exit %d: %s", o.Code, o.Err)
	}
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
