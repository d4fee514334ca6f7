package harness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Hold makes a tool wait at a gate before it does its work, so that a test can look at the server,
// or end it, in the middle of a request.
type Hold struct {
	dir string
}

// HoldTool puts the gate in front of a place's helm or kustomize. Only its rendering subcommand waits.
// With stubborn, it ignores SIGTERM, and a grandchild of it keeps its output open.
func HoldTool(t T, p Place, tool, subcommand string, stubborn bool) *Hold {
	t.Helper()
	h := &Hold{dir: TempDir(t, p.Root)}
	Check(t, syscall.Mkfifo(h.gate(), 0o600))
	path := filepath.Join(p.Bin, tool)
	target, err := os.Readlink(path)
	Check(t, err)
	Check(t, os.Remove(path))
	extra := ""
	if stubborn {
		extra = fmt.Sprintf("trap '' TERM; /bin/sleep 1000 & echo $! >%[1]s/new && /bin/mv %[1]s/new %[1]s/grandchild; ", h.dir)
	}
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = %[2]s ]; then %[3]secho $$ >%[1]s/new && /bin/mv %[1]s/new %[1]s/child; read line <%[1]s/gate; fi\nexec %[4]s \"$@\"\n",
		h.dir, subcommand, extra, target)
	Check(t, os.WriteFile(path, []byte(script), 0o755))
	t.Cleanup(func() {
		for _, name := range []string{"child", "grandchild"} {
			if pid, err := h.pid(name); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	})
	return h
}

func (h *Hold) gate() string { return filepath.Join(h.dir, "gate") }

func (h *Hold) pid(name string) (int, error) {
	text, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// AwaitStart waits until the tool stands at the gate.
func (h *Hold) AwaitStart(t T) {
	t.Helper()
	WaitFor(t, 20*time.Second, func() error {
		_, err := h.pid("child")
		return err
	})
}

// Release lets the tool go on.
func (h *Hold) Release(t T) {
	t.Helper()
	Check(t, os.WriteFile(h.gate(), []byte("go\n"), 0))
}

// CheckGone is for WaitFor: neither the tool nor what it started runs any more.
func (h *Hold) CheckGone() error {
	for _, name := range []string{"child", "grandchild"} {
		pid, err := h.pid(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if processRuns(pid) {
			return fmt.Errorf("the tool's %s, process %d, still runs", name, pid)
		}
	}
	return nil
}
