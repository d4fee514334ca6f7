package leaks_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// What starts programs, makes or changes files, and writes.
const traced = "execve,execveat,open,openat,openat2,creat,mkdir,mkdirat,chmod,fchmod,fchmodat,rename,renameat,renameat2,link,linkat,unlink,unlinkat," +
	"write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,socket"

// underTrace is the server's command with strace around it: -D makes strace a process beside it, so that the
// server keeps its place as the child. All threads and children are followed, texts are shown whole.
func underTrace(t *testing.T, server harness.Command, file string) harness.Command {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is not on the PATH; scripts/lib/packages.sh lists its package")
	}
	server.Args = append([]string{"-D", "-f", "--seccomp-bpf", "-q", "-v", "-yy", "-s", "1048576", "-e", "signal=none", "-e", "trace=" + traced, "-o", file, server.Path}, server.Args...)
	server.Path = strace
	return server
}

// call is one system call: its name, its arguments as strace prints them, what it gave.
type call struct {
	name, arguments, result string
}

var (
	whole      = regexp.MustCompile(`(?s)^(\w+)\((.*)\)\s+= (.*)$`)
	nothing    = regexp.MustCompile(`^(\?\?\?\()?\)\s+= \?$`)
	resumption = regexp.MustCompile(`^<\.\.\. (?:\w+|\?\?\?) resumed>(.*)$`)
)

// readTrace gives all calls, those in two halves put together.
func readTrace(t *testing.T, file string) []call {
	t.Helper()
	in, err := os.Open(file)
	harness.Check(t, err)
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<28)
	begun := map[string]string{}
	var calls []call
	for lines.Scan() {
		pid, text, _ := strings.Cut(lines.Text(), " ")
		text = strings.TrimLeft(text, " ")
		if strings.HasPrefix(text, "+++") || strings.HasPrefix(text, "---") {
			continue
		}
		if head, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
			begun[pid] = head
			continue
		}
		if m := resumption.FindStringSubmatch(text); m != nil {
			text = begun[pid] + m[1]
			delete(begun, pid)
		}
		// strace came to a process that was gone, and has no call to show.
		if nothing.MatchString(text) {
			continue
		}
		m := whole.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("a line of strace's of an unknown form: %.200s", text)
		}
		calls = append(calls, call{m[1], m[2], m[3]})
	}
	harness.Check(t, lines.Err())
	// A call that never returned did what it did all the same.
	for _, text := range begun {
		if name, arguments, ok := strings.Cut(text, "("); ok {
			calls = append(calls, call{name, arguments, "?"})
		}
	}
	return calls
}

var (
	descriptor = regexp.MustCompile(`^\d+<(.*?)>(?:\(deleted\))?(?:,|$)`)
	quotedPath = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	lastMode   = regexp.MustCompile(`(?:, |=)(0[0-7]*)[^,]*$`)
)

// target is what a descriptor that is a call's first argument leads to.
func (c call) target() string {
	m := descriptor.FindStringSubmatch(c.arguments)
	if m == nil {
		return ""
	}
	return strings.TrimSuffix(m[1], " (deleted)")
}

// opened is the path of a file that was opened or made for writing.
func (c call) opened() (path string, made, ok bool) {
	switch c.name {
	case "open", "openat", "openat2", "creat":
	default:
		return "", false, false
	}
	made = strings.Contains(c.arguments, "O_CREAT") || c.name == "creat"
	writes := made || strings.Contains(c.arguments, "O_WRONLY") || strings.Contains(c.arguments, "O_RDWR")
	_, rest, found := strings.Cut(c.result, "<")
	if !writes || !found {
		return "", false, false
	}
	path = strings.TrimSuffix(rest, ">")
	return strings.TrimSuffix(path, ">(deleted)"), made, true
}

func (c call) mode() (os.FileMode, bool) {
	m := lastMode.FindStringSubmatch(c.arguments)
	if m == nil {
		return 0, false
	}
	mode, err := strconv.ParseUint(m[1], 8, 32)
	return os.FileMode(mode), err == nil
}

// paths are the texts among the arguments, made absolute where a folder's descriptor stands before them.
func (c call) paths() []string {
	var all []string
	for _, at := range quotedPath.FindAllStringSubmatchIndex(c.arguments, -1) {
		path := c.arguments[at[2]:at[3]]
		if !filepath.IsAbs(path) {
			if folder := regexp.MustCompile(`<([^<>]*)>, $`).FindStringSubmatch(c.arguments[:at[0]]); folder != nil {
				path = filepath.Join(folder[1], path)
			}
		}
		all = append(all, filepath.Clean(path))
	}
	return all
}

// path is the first of them; empty when strace could not read it, because the process was ended.
func (c call) path() string {
	if all := c.paths(); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (c call) String() string {
	return fmt.Sprintf("%s(%.300s) = %.100s", c.name, c.arguments, c.result)
}
