// Package leaks_test watches the server and all that it starts, by strace, while it renders many
// applications at once: no secret in any argument or environment, none on a disk, plaintext files only
// in a request's own folder in memory, for their owner only.
package leaks_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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

const (
	renders    = 200
	tmpfsMagic = 0x01021994
)

func TestNoSecretLeavesMemory(t *testing.T) {
	random := make([]byte, 12)
	rand.Read(random)
	canary := "canary" + hex.EncodeToString(random)
	key := harness.NewKey(t)
	needles := harness.NewNeedles(canary, key.Secret, strings.ToLower(key.Secret))

	place := harness.NewPlace(t)
	place.AddKey(t, key)
	// Home and TMPDIR lie on a disk, to see whether anything gets there.
	disk := harness.TempDir(t, "")
	if onTmpfs(t, disk) {
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
	calls := readTrace(t, trace)
	checkTrace(t, calls, needles, place)
}

// checkTrace goes through all that the server and its children did.
func checkTrace(t *testing.T, calls []call, needles harness.Needles, place harness.Place) {
	t.Helper()
	modes := map[string]os.FileMode{} // of files in requests' folders
	programs, secretFiles, secretPipes := map[string]int{}, 0, 0
	for _, c := range calls {
		if path, made, ok := c.opened(); ok {
			checkPlace(t, c, path)
			if mode, known := c.mode(); made && known {
				if _, exists := modes[path]; !exists {
					modes[path] = mode
				}
			}
			continue
		}
		secret := needles.In([]byte(c.arguments))
		switch c.name {
		case "execve", "execveat":
			if secret {
				t.Errorf("a secret in an argument or environment: %s", c)
			}
			if c.result == "0" {
				programs[filepath.Base(c.paths()[0])]++
			}
		case "fchmod":
			if mode, known := c.mode(); known {
				modes[c.target()] = mode
			}
		case "chmod", "fchmodat":
			if mode, known := c.mode(); known {
				modes[c.paths()[0]] = mode
			}
		case "rename", "renameat", "renameat2", "link", "linkat":
			if paths := c.paths(); len(paths) == 2 {
				modes[paths[1]] = modes[paths[0]]
			}
		case "socket":
			if !strings.HasPrefix(c.arguments, "AF_UNIX") && !strings.HasPrefix(c.arguments, "AF_NETLINK") {
				t.Errorf("a socket that leads elsewhere: %s", c)
			}
		case "open", "openat", "openat2", "creat":
		default: // writes
			if !secret {
				continue
			}
			where := c.target()
			switch {
			case strings.HasPrefix(where, "pipe:"), strings.HasPrefix(where, "UNIX"), strings.HasPrefix(where, "unix:"),
				strings.HasPrefix(where, "socket:"), strings.HasPrefix(where, "/memfd:"):
				secretPipes++
			case !inRequest(place, where):
				t.Errorf("a secret is written to %s, which is no request's folder: %s", where, c.name)
			case modes[where]&0o077 != 0 || modes[where] == 0:
				t.Errorf("%s holds a secret and has mode %o", where, modes[where])
			default:
				secretFiles++
			}
		}
	}
	t.Logf("%d calls; programs %v; secrets written to %d files in memory, %d times to pipes", len(calls), programs, secretFiles, secretPipes)
	// The tracer must have seen what there is to see.
	if programs["helm"] < renders/4 || programs["kustomize"] < renders/4 || programs["ksops"] < renders/4 || secretFiles < renders/4 || secretPipes < renders {
		t.Error("the trace lacks most of what happened")
	}
}

// checkPlace: nothing is opened for writing but devices and files in memory.
func checkPlace(t *testing.T, c call, path string) {
	t.Helper()
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/dev/null") || strings.HasPrefix(path, "/dev/pts/") || strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/memfd:") {
		return
	}
	folder := filepath.Dir(path)
	for !exists(folder) {
		folder = filepath.Dir(folder)
	}
	if !onTmpfs(t, folder) {
		t.Errorf("%s, which is not in memory, is opened for writing: %s", path, c)
	}
}

func inRequest(place harness.Place, path string) bool {
	rest, ok := strings.CutPrefix(path, place.Work+"/")
	return ok && strings.Contains(rest, "/") && onTmpfsPath(place.Work)
}

func onTmpfsPath(path string) bool {
	var info syscall.Statfs_t
	return syscall.Statfs(path, &info) == nil && info.Type == tmpfsMagic
}

func onTmpfs(t *testing.T, path string) bool {
	t.Helper()
	var info syscall.Statfs_t
	harness.Check(t, syscall.Statfs(path, &info))
	return info.Type == tmpfsMagic
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
