package soak_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// footprint is what a server holds while nothing runs.
type footprint struct {
	memory      int64 // RSS, bytes
	descriptors int
	threads     int
	inodes      int   // in the workdir
	bytes       int64 // in the workdir
	processes   int   // that it or a child of it started, wherever they are now
	zombies     int
}

// allowed is what a server may grow by after its warm-up, with any number of requests: memory that threads keep for
// their next request, and threads and descriptors of gRPC's own, which come and go.
var allowed = footprint{memory: 6 << 20, descriptors: 4, threads: 4}

func (f footprint) String() string {
	return fmt.Sprintf("%.1f MiB, %d descriptors, %d threads; workdir: %d inodes, %d bytes; %d other processes, %d zombies",
		float64(f.memory)/(1<<20), f.descriptors, f.threads, f.inodes, f.bytes, f.processes, f.zombies)
}

// beyond says where this is more than before by more than is allowed. No process may be left at all.
func (f footprint) beyond(before footprint) []string {
	var found []string
	for _, one := range []struct {
		what                   string
		now, before, permitted int64
	}{
		{"bytes of memory", f.memory, before.memory, allowed.memory},
		{"descriptors", int64(f.descriptors), int64(before.descriptors), int64(allowed.descriptors)},
		{"threads", int64(f.threads), int64(before.threads), int64(allowed.threads)},
		{"inodes in the workdir", int64(f.inodes), int64(before.inodes), int64(allowed.inodes)},
		{"bytes in the workdir", f.bytes, before.bytes, allowed.bytes},
		{"processes", int64(f.processes), 0, 0},
		{"zombies", int64(f.zombies), 0, 0},
	} {
		if one.now > one.before+one.permitted {
			found = append(found, fmt.Sprintf("%d %s, before %d; %d more are allowed", one.now, one.what, one.before, one.permitted))
		}
	}
	return found
}

// settle waits for what still goes away, removed folders and idle threads, and gives the footprint.
func (s *soaked) settle(t *testing.T) footprint {
	t.Helper()
	last, since := s.measure(t), time.Now()
	for start := time.Now(); time.Since(since) < time.Second && time.Since(start) < 20*time.Second; {
		time.Sleep(100 * time.Millisecond)
		if now := s.measure(t); now != last {
			last, since = now, time.Now()
		}
	}
	return last
}

func (s *soaked) measure(t *testing.T) footprint {
	t.Helper()
	pid := s.server.Pid
	f := footprint{memory: harness.RSS(t, pid), descriptors: entries(t, pid, "fd"), threads: entries(t, pid, "task")}
	f.processes, f.zombies = processes(pid, s.server.Root)
	err := filepath.WalkDir(s.server.Work, func(path string, entry os.DirEntry, err error) error {
		if err != nil || path == s.server.Work {
			return nil // just removed
		}
		if info, err := entry.Info(); err == nil {
			f.inodes++
			f.bytes += info.Sys().(*syscall.Stat_t).Blocks * 512
		}
		return nil
	})
	harness.Check(t, err)
	return f
}

func entries(t *testing.T, pid int, folder string) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/%s", pid, folder))
	harness.Check(t, err)
	return len(list)
}

// processes counts what a server started and what its children left behind: those have another parent by now, but
// still one of the server's folders in their environment.
func processes(pid int, root string) (running, zombies int) {
	started := map[int]bool{}
	for _, child := range harness.Descendants(pid) {
		started[child] = true
		if harness.IsZombie(child) {
			zombies++
		} else {
			running++
		}
	}
	all, _ := os.ReadDir("/proc")
	for _, entry := range all {
		other, err := strconv.Atoi(entry.Name())
		if err != nil || other == pid || started[other] {
			continue
		}
		environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", other))
		if err == nil && strings.Contains(string(environment), root) {
			running++
		}
	}
	return running, zombies
}
