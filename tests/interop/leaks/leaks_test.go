// Package leaks_test watches the server and all that it starts, by strace, while it renders many
// applications at once: no secret in any argument or environment, none on a disk, plaintext files only
// in a request's own folder in memory, for their owner only.
package leaks_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

const renders = 200

func TestNoSecretLeavesMemory(t *testing.T) {
	canary := harness.NewCanary()
	key := harness.NewKey(t)
	needles := harness.NewNeedles(canary, key.Secret, strings.ToLower(key.Secret))

	place := harness.NewPlace(t)
	place.AddKey(t, key)
	// Home and TMPDIR lie on a disk, to see whether anything gets there.
	disk := harness.TempDir(t, "")
	if onTmpfs(disk) {
		t.Logf("%s is in memory, so this shows less than it could: set TMPDIR to a folder on a disk", disk)
	}
	place.Home = filepath.Join(disk, "home")
	harness.Check(t, os.Mkdir(place.Home, 0o700))
	trace := filepath.Join(harness.TempDir(t, ""), "trace")
	server := harness.Start(t, place, underTrace(t, place.Command(t, "--log-level", "debug"), trace), place.Socket())
	client := server.Connect(t)

	apps := applications(t, key, canary)
	answers := make([][]string, renders)
	errs := make([]error, renders)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		for i := range renders {
			all.Go(func() { answers[i], errs[i] = client.Generate(ctx, apps[i%len(apps)]) })
		}
		all.Wait()
	}()
	var shown []string
	samples := 0
	for running := true; running; samples++ {
		select {
		case <-done:
			running = false
		case <-time.After(20 * time.Millisecond):
		}
		shown = append(shown, needles.Processes(server.Pid)...)
	}
	for i, err := range errs {
		first := answers[i%len(apps)]
		switch {
		case err != nil:
			t.Errorf("render %d, of %s: %v", i, apps[i%len(apps)].Name, err)
		case !strings.Contains(strings.Join(answers[i], ""), canary):
			t.Errorf("render %d, of %s: no secret in it", i, apps[i%len(apps)].Name)
		case !slices.Equal(answers[i], first):
			t.Errorf("render %d, of %s, differs from the first", i, apps[i%len(apps)].Name)
		}
	}
	t.Logf("%d samples of /proc", samples)
	for _, where := range slices.Compact(slices.Sorted(slices.Values(shown))) {
		t.Errorf("the %s shows a secret", where)
	}

	harness.WaitFor(t, 5*time.Second, server.CheckIdle)
	server.Signal(t, syscall.SIGTERM)
	if code := server.AwaitExit(t, 30*time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if needles.In([]byte(server.Log())) {
		t.Error("the log holds a secret")
	}
	for _, dir := range []string{place.Work, place.Sockets, place.Home, disk} {
		for _, file := range needles.Files(dir) {
			t.Errorf("%s holds a secret", file)
		}
	}
	w := watch{needles: needles, place: place, modes: map[string]os.FileMode{}, programs: map[string]int{}}
	calls := readTrace(t, trace)
	for _, c := range calls {
		if fault := w.check(c); fault != "" {
			t.Errorf("%s: %s", fault, c)
		}
	}
	t.Logf("%d calls; programs %v; %d requests' folders; secrets written to %d files in memory, %d times to pipes", len(calls), w.programs, w.requests, w.files, w.pipes)
	// The tracer must have seen what there is to see.
	if w.programs["helm"] < renders/4 || w.programs["kustomize"] < renders/4 || w.programs["ksops"] < renders/4 || w.files < renders/4 || w.requests < 2*renders || w.pipes < renders {
		t.Error("the trace lacks most of what happened")
	}
}
