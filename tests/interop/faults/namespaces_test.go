package faults_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"argocd-decrypt/tests/interop/harness"
)

const inside = "ACD_INSIDE_NAMESPACES"

// asRoot is for tests that mount, and make PID namespaces. Whoever may not do that runs the test once more, as the root of a
// user namespace: true says that this was done, and that the rest is not to be. Skips, loudly, where neither is permitted, as
// in a container without capabilities: there is no other way to fill a tmpfs of one's own, or to be a first process.
func asRoot(t *testing.T) bool {
	t.Helper()
	if mayMount(t).Code == 0 {
		return false
	}
	if o := mayMount(t, "--user", "--map-root-user"); o.Code != 0 {
		t.Skipf("SKIPPED: neither mounts nor user namespaces are permitted here, so that this is NOT tested; run as root: %s", o.Err)
	}
	if os.Getenv(inside) != "" {
		t.Fatal("the root of a user namespace may do less than was found out before")
	}
	again := exec.Command("/proc/self/exe", "-test.run=^"+regexp.QuoteMeta(t.Name())+"$", "-test.v", "-test.count=1")
	again.Env = append(os.Environ(), inside+"=yes")
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	out, err := again.CombinedOutput()
	t.Logf("in a user namespace:\n%s", out)
	harness.Check(t, err)
	if !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatal("it did not run there")
	}
	return true
}

// mayMount does in new namespaces all that these tests do.
func mayMount(t *testing.T, more ...string) harness.Outcome {
	t.Helper()
	args := append(more, "--mount", "--pid", "--fork", "--mount-proc", "/bin/mount", "-t", "tmpfs", "tmpfs", t.TempDir())
	return harness.Run(t, harness.Command{Path: "/usr/bin/unshare", Args: args})
}
