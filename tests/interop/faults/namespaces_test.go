package faults_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const inside = "ACD_INSIDE_NAMESPACES"

// asRoot is for tests that mount, or make namespaces. Whoever may not do that runs the test once more, as the root of a user
// namespace: true says that this was done, and that the rest is not to be. Skips, loudly, where there is no such thing.
func asRoot(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, ""); err == nil {
		unix.Unmount(dir, unix.MNT_DETACH)
		return false
	}
	if os.Getenv(inside) != "" {
		t.Skip("SKIPPED: not even the root of a user namespace may mount a tmpfs here, so that this is NOT tested; run as root")
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
	if again.ProcessState == nil {
		t.Skipf("SKIPPED: no mount and no user namespace is permitted here, so that this is NOT tested; run as root: %v", err)
	}
	t.Logf("in a user namespace:\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Skip("SKIPPED: see above")
	}
	return true
}
