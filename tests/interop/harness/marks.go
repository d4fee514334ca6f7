package harness

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Mark is a variable that a request carries: each process that its commands start has it, wherever that
// process went since, also one that left its group and its session.
type Mark string

// NewMark makes one; whatever still carries it at the test's end is killed.
func NewMark(t T) Mark {
	t.Helper()
	random := make([]byte, 12)
	_, err := rand.Read(random)
	Check(t, err)
	mark := Mark("ARGOCD_ENV_MARK=" + hex.EncodeToString(random))
	t.Cleanup(func() {
		for _, pid := range mark.Processes() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return mark
}

// Processes are those that carry the mark and run; a zombie has no variables any more.
func (m Mark) Processes() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		variables, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && bytes.Contains(variables, []byte(m)) {
			found = append(found, pid)
		}
	}
	return found
}

// CheckGone is for WaitFor: no process carries the mark.
func (m Mark) CheckGone() error {
	var left []string
	for _, pid := range m.Processes() {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		left = append(left, fmt.Sprintf("%d (%s)", pid, strings.ReplaceAll(string(line), "\x00", " ")))
	}
	if len(left) > 0 {
		return fmt.Errorf("still running: %s", strings.Join(left, ", "))
	}
	return nil
}

// Commands are those of this name, as /proc/PID/comm has it.
func (m Mark) Commands(name string) []int {
	var found []int
	for _, pid := range m.Processes() {
		if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil && strings.TrimSpace(string(comm)) == name {
			found = append(found, pid)
		}
	}
	return found
}

// AwaitCommand waits until a process of this name carries the mark.
func (m Mark) AwaitCommand(t T, name string) {
	t.Helper()
	WaitFor(t, 20*time.Second, func() error {
		if len(m.Commands(name)) == 0 {
			return fmt.Errorf("no %s runs", name)
		}
		return nil
	})
}
