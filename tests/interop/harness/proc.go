package harness

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processRuns is false for zombies too: they execute nothing and hold nothing.
func processRuns(pid int) bool {
	_, state, ok := parentAndState(pid)
	return ok && state != "Z" && state != "X"
}

// IsZombie is true for a process that ended and that nobody has waited for.
func IsZombie(pid int) bool {
	_, state, _ := parentAndState(pid)
	return state == "Z"
}

// parentAndState reads /proc/<pid>/stat.
func parentAndState(pid int) (parent int, state string, ok bool) {
	fields, ok := statFields(pid)
	if !ok {
		return 0, "", false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, fields[0], err == nil
}

// statFields are the fields of /proc/<pid>/stat from the third, the state, on.
func statFields(pid int) ([]string, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, false
	}
	_, rest, found := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	return fields, found && len(fields) > 20
}

// CPU is a process's user and system time, that of children it has waited for included: its own to the nanosecond,
// theirs in steps of 10 ms.
func CPU(t T, pid int) time.Duration {
	t.Helper()
	fields, ok := statFields(pid)
	if !ok {
		t.Fatalf("process %d is gone", pid)
	}
	ticks := int64(0)
	for _, field := range fields[13:15] { // cutime cstime
		n, err := strconv.ParseInt(field, 10, 64)
		Check(t, err)
		ticks += n
	}
	const scheduled = 2 // CPUCLOCK_SCHED: a clock's number is made of the process's and of what it counts
	var own unix.Timespec
	Check(t, unix.ClockGettime(int32(^pid<<3|scheduled), &own))
	return time.Duration(own.Nano()) + time.Duration(ticks)*10*time.Millisecond
}

// RSS is a process's resident memory in bytes.
func RSS(t T, pid int) int64 { t.Helper(); return memory(t, pid, "status", "VmRSS") }

// PSS is RSS with a page that several processes share counted in parts.
func PSS(t T, pid int) int64 { t.Helper(); return memory(t, pid, "smaps_rollup", "Pss") }

// PeakRSS is the most that RSS was since the process's start or ForgetPeakRSS.
func PeakRSS(t T, pid int) int64 { t.Helper(); return memory(t, pid, "status", "VmHWM") }

// ForgetPeakRSS makes PeakRSS begin anew.
func ForgetPeakRSS(t T, pid int) {
	t.Helper()
	Check(t, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0))
}

func memory(t T, pid int, file, name string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	Check(t, err)
	for _, line := range strings.Split(string(text), "\n") {
		var kib int64
		if n, _ := fmt.Sscanf(line, name+": %d kB", &kib); n == 1 {
			return kib * 1024
		}
	}
	t.Fatalf("process %d has no %s", pid, name)
	return 0
}

// Descendants are the processes that a process started, and those that they did.
func Descendants(pid int) []int {
	children := map[int][]int{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		child, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, _, ok := parentAndState(child); ok {
			children[parent] = append(children[parent], child)
		}
	}
	var found []int
	for todo := []int{pid}; len(todo) > 0; todo = todo[1:] {
		found = append(found, children[todo[0]]...)
		todo = append(todo, children[todo[0]]...)
	}
	return found
}

// Needles are texts that must not turn up anywhere, in any of their base64 or hex forms either.
type Needles [][]byte

// NewCanary is a text that is nowhere else: the secret to look for.
func NewCanary() string {
	random := make([]byte, 12)
	rand.Read(random) // never fails
	return "canary" + hex.EncodeToString(random)
}

// NewNeedles takes the texts themselves, each at least a dozen bytes long.
func NewNeedles(texts ...string) Needles {
	var needles Needles
	for _, text := range texts {
		inHex := hex.EncodeToString([]byte(text))
		needles = append(needles, []byte(text), []byte(inHex), []byte(strings.ToUpper(inHex)))
		for shift := range 3 {
			encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
			needles = append(needles, []byte(encoded[4:len(encoded)-4])) // without the ends that neighbours touch
		}
	}
	return needles
}

// In says whether one of the needles is in a text.
func (needles Needles) In(text []byte) bool {
	for _, needle := range needles {
		if bytes.Contains(text, needle) {
			return true
		}
	}
	return false
}

// Files lists the files below a folder that hold one.
func (needles Needles) Files(dir string) []string {
	var found []string
	filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil && needles.In(text) {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// Processes lists where a needle shows in the command line or the environment of a process's
// descendants, in the form that everybody on the machine can read.
func (needles Needles) Processes(pid int) []string {
	var found []string
	for _, child := range Descendants(pid) {
		for _, name := range []string{"cmdline", "environ"} {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", child, name))
			if err == nil && needles.In(text) {
				found = append(found, fmt.Sprintf("%s of process %d", name, child))
			}
		}
	}
	return found
}
