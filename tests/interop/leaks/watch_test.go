package leaks_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

const (
	tmpfsMagic = 0x01021994
)

// depth is how many folders a request's folder is in, when a path below the workdir is it or in it: a tree,
// argocd-decrypt/request-XXXXXX-YYYYYY, or another one, argocd-decrypt/process-XXXXXX/NAME.
func depth(rest string) int {
	if strings.HasPrefix(rest, "argocd-decrypt/request-") {
		return 1
	}
	return 2
}

// watch goes through the calls of a server and its children, in order.
type watch struct {
	disk     string // a folder that counts as one on a disk, wherever it is; empty: none
	needles  harness.Needles
	place    harness.Place
	modes    map[string]os.FileMode // of files, as they were made or changed
	programs map[string]int         // how often each was started
	requests int                    // folders made for them
	files    int                    // writes of secrets to files in memory
	pipes    int                    // and to pipes and the like
}

// check says what is wrong with a call; empty: nothing.
func (w *watch) check(c call) string {
	secret := w.needles.In([]byte(c.arguments))
	switch c.name {
	case "open", "openat", "openat2", "creat":
		return w.checkOpen(c)
	case "execve", "execveat":
		if secret {
			return "a secret in an argument or environment"
		}
		if c.result == "0" {
			w.programs[filepath.Base(c.path())]++
		}
	case "mkdir", "mkdirat":
		mode, known := c.mode()
		rest, below := strings.CutPrefix(c.path(), w.place.Work+"/")
		if !below || c.result != "0" || strings.Count(rest, "/") > depth(rest) {
			return ""
		}
		if strings.Count(rest, "/") == depth(rest) {
			w.requests++
		}
		if !known || mode != 0o700 {
			return "a request's folder is not its owner's alone"
		}
	case "fchmod":
		if mode, known := c.mode(); known {
			w.modes[c.target()] = mode
		}
	case "chmod", "fchmodat":
		if mode, known := c.mode(); known {
			w.modes[c.path()] = mode
		}
	case "rename", "renameat", "renameat2", "link", "linkat":
		if paths := c.paths(); len(paths) == 2 {
			w.modes[paths[1]] = w.modes[paths[0]]
		}
	case "unlink", "unlinkat":
		delete(w.modes, c.path())
	case "socket":
		if !strings.HasPrefix(c.arguments, "AF_UNIX") && !strings.HasPrefix(c.arguments, "AF_NETLINK") {
			return "a socket that leads elsewhere"
		}
	default:
		if secret {
			return w.checkWrite(c.target())
		}
	}
	return ""
}

// checkOpen: nothing is opened for writing but devices and files in memory.
func (w *watch) checkOpen(c call) string {
	path, made, ok := c.opened()
	if !ok {
		return ""
	}
	if mode, known := c.mode(); made && known {
		if _, exists := w.modes[path]; !exists {
			w.modes[path] = mode
		}
	}
	for _, fine := range []string{"/dev/null", "/dev/pts/", "/proc/", "/memfd:"} {
		if strings.HasPrefix(path, fine) {
			return ""
		}
	}
	if !filepath.IsAbs(path) {
		return "" // a pipe or the like, by its name in /proc
	}
	folder := filepath.Dir(path)
	for !exists(folder) {
		folder = filepath.Dir(folder)
	}
	if !onTmpfs(folder) || (w.disk != "" && strings.HasPrefix(folder+"/", w.disk+"/")) {
		return path + ", which is not in memory, is opened for writing"
	}
	return ""
}

// checkWrite is for a write of a secret.
func (w *watch) checkWrite(where string) string {
	for _, fine := range []string{"pipe:", "UNIX", "unix:", "socket:", "/memfd:"} {
		if strings.HasPrefix(where, fine) {
			w.pipes++
			return ""
		}
	}
	rest, below := strings.CutPrefix(where, w.place.Work+"/")
	switch {
	case !below || strings.Count(rest, "/") <= depth(rest) || !onTmpfs(w.place.Work):
		return "a secret is written to " + where + ", which is in no request's folder in memory"
	case w.modes[where]&0o077 != 0 || w.modes[where] == 0:
		return "a secret is written to " + where + ", which has mode " + w.modes[where].String()
	}
	w.files++
	return ""
}

func onTmpfs(path string) bool {
	var info syscall.Statfs_t
	return syscall.Statfs(path, &info) == nil && info.Type == tmpfsMagic
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// The watch itself: a shell does what no program of ours may do.
func TestWatchSeesLeaks(t *testing.T) {
	canary := "canary0123456789abcdef"
	place := harness.NewPlace(t)
	process := filepath.Join(place.Work, "argocd-decrypt", "process")
	request := filepath.Join(process, "request")
	tree := filepath.Join(place.Work, "argocd-decrypt", "request-process-tree")
	harness.Check(t, os.MkdirAll(request, 0o700))
	harness.Check(t, os.MkdirAll(tree, 0o700))
	disk := harness.TempDir(t, "")
	encoded := "Y2FuYXJ5MDEyMzQ1Njc4OWFiY2RlZg==" // base64 of the canary
	cases := map[string]struct {
		script string
		says   string
	}{
		"Argument":       {"/bin/true --password=" + canary, "argument or environment"},
		"Encoded":        {"/bin/true --password=" + encoded, "argument or environment"},
		"Environment":    {"PASSWORD=" + canary + " /bin/true", "argument or environment"},
		"File":           {"install -m 600 /dev/null " + request + "/file; read -r x < " + place.Home + "/secret; echo \"$x\" > " + request + "/file", ""},
		"FileInATree":    {"install -m 600 /dev/null " + tree + "/file; read -r x < " + place.Home + "/secret; echo \"$x\" > " + tree + "/file", ""},
		"OpenFile":       {"umask 022; read -r x < " + place.Home + "/secret; echo \"$x\" > " + request + "/open", "mode"},
		"OutsideRequest": {"umask 077; read -r x < " + place.Home + "/secret; echo \"$x\" > " + process + "/file", "no request's folder"},
		"BesideTrees":    {"umask 077; read -r x < " + place.Home + "/secret; echo \"$x\" > " + tree + "-file", "no request's folder"},
		"OpenTree":       {"mkdir -m 750 " + tree + "-open", "owner's alone"},
		"OpenFolder":     {"mkdir -m 750 " + process + "/open", "owner's alone"},
		"OnDisk":         {"umask 077; echo nothing > " + disk + "/file", "not in memory"},
		"InAChild":       {"/bin/sh -c 'read -r x < " + place.Home + "/secret; echo \"$x\" > " + disk + "/child'", "no request's folder"},
	}
	harness.Check(t, os.WriteFile(filepath.Join(place.Home, "secret"), []byte(canary+"\n"), 0o600))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			script := filepath.Join(place.Root, name+".sh")
			harness.Check(t, os.WriteFile(script, []byte(c.script+"\n"), 0o600))
			trace := filepath.Join(place.Root, name+".trace")
			command := harness.Command{Path: "/bin/sh", Args: []string{script}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: place.Home}
			harness.MustRun(t, underTrace(t, command, trace))
			w := watch{needles: harness.NewNeedles(canary), place: place, modes: map[string]os.FileMode{}, programs: map[string]int{}, disk: disk}
			var faults []string
			for _, call := range readTrace(t, trace) {
				if fault := w.check(call); fault != "" {
					faults = append(faults, fault)
				}
			}
			found := strings.Join(faults, "\n")
			if !strings.Contains(found, c.says) || (c.says == "") != (found == "") {
				t.Errorf("want %q, got %q", c.says, found)
			}
		})
	}
}
