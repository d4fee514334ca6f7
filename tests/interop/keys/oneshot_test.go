package keys_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// `decrypt` with mounted PGP keys, ended by a signal while gpg runs, leaves neither keyring nor agent.
func TestSignalsLeaveNoKeyring(t *testing.T) {
	k := newPGP(t, "ed25519", "cv25519", "", "never")
	file := encrypt(t, k)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGKILL} {
		work := harness.Tmpfs(t)
		bin := harness.TempDir(t, "")
		// A gpg that imports, and then takes for ever.
		script := "#!/bin/sh\ncase \"$*\" in *--decrypt*) touch " + work + "/there; exec sleep 1000;; esac\nexec " + program(t, "gpg") + " \"$@\"\n"
		harness.Check(t, os.WriteFile(filepath.Join(bin, "gpg"), []byte(script), 0o755))
		// What nohup has its children ignore, the command ignores, too.
		command := exec.Command(program(t, "env"), "--default-signal", harness.Binary(t), "decrypt", file)
		command.Env = append(mounted(t, k), "ARGOCD_DECRYPT_WORKDIR="+work, "PATH="+bin+":/usr/bin:/bin")
		harness.Check(t, command.Start())
		harness.WaitFor(t, 10*time.Second, func() error {
			_, err := os.Stat(work + "/there")
			return err
		})
		needles := harness.NewNeedles(canary, k.secret)
		for _, where := range needles.Processes(command.Process.Pid) {
			t.Errorf("the %s shows a secret", where)
		}
		harness.Check(t, command.Process.Signal(signal))
		command.Wait()
		if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != signal {
			t.Errorf("%v: ended with %v", signal, command.ProcessState)
		}
		noPrivateAgent(t)
		left := func() []string {
			found, _ := filepath.Glob(filepath.Join(work, "argocd-decrypt", "process-*"))
			return found
		}
		if signal != syscall.SIGKILL && len(left()) != 0 {
			t.Errorf("%v leaves %v", signal, left())
		}
		// What a killed one leaves, the next one removes.
		env := append(mounted(t, k), "ARGOCD_DECRYPT_WORKDIR="+work)
		if got := decrypt(t, file, env); got.Code != 0 || len(left()) != 0 {
			t.Errorf("the next: exit %d, %v left: %s", got.Code, left(), got.Err)
		}
	}
}

// onDisk is a new folder that is not in memory; the test says so where a machine has none.
func onDisk(t *testing.T) string {
	t.Helper()
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	for _, parent := range []string{".", "/var/tmp", "/"} {
		var info syscall.Statfs_t
		if syscall.Statfs(parent, &info) != nil || info.Type == tmpfs || info.Type == ramfs {
			continue
		}
		if dir, err := os.MkdirTemp(parent, "acd-"); err == nil {
			t.Cleanup(func() { os.RemoveAll(dir) })
			path, err := filepath.Abs(dir)
			harness.Check(t, err)
			return path
		}
	}
	t.Fatal("no folder outside of memory can be made: this needs one")
	return ""
}

// Private keys are not written to a disk, unless that is allowed.
func TestKeyringIsNotMadeOnADisk(t *testing.T) {
	k := newPGP(t, "ed25519", "cv25519", "", "never")
	file := encrypt(t, k)
	disk := onDisk(t)
	env := append(mounted(t, k), "ARGOCD_DECRYPT_WORKDIR="+disk)
	got := decrypt(t, file, env)
	if got.Code != 128 || !strings.Contains(got.Err, "not on tmpfs") {
		t.Errorf("exit %d: %s", got.Code, got.Err)
	}
	if got = decrypt(t, file, append(env, "ARGOCD_DECRYPT_ALLOW_DISK_WORKDIR=true")); got.Code != 0 {
		t.Errorf("allowed: exit %d: %s", got.Code, got.Err)
	}
}

// A machine with a session folder has GnuPG's sockets there, and none is left.
func TestSocketFolderIsLeftClean(t *testing.T) {
	session := "/run/user/" + strings.TrimSpace(harness.MustRun(t, harness.Command{Path: "/usr/bin/id", Args: []string{"-u"}}))
	if _, err := os.Stat(session); err != nil {
		if os.MkdirAll(session, 0o700) != nil {
			t.Skip("no session folder, and none can be made")
		}
		// Only when empty: other packages' tests run beside these, and their agents have their sockets there.
		t.Cleanup(func() {
			os.Remove(session + "/gnupg")
			os.Remove(session)
		})
	}
	k := newPGP(t, "ed25519", "cv25519", "", "never")
	file := encrypt(t, k)
	folders := func() []string {
		found, _ := filepath.Glob(session + "/gnupg/d.*")
		return found
	}
	before := folders()
	if got := decrypt(t, file, mounted(t, k)); got.Code != 0 {
		t.Errorf("exit %d: %s", got.Code, got.Err)
	}
	noPrivateAgent(t)
	// Other packages' tests make such folders at the same time: in theirs an agent answers, or they remove them soon.
	harness.WaitFor(t, 10*time.Second, func() error {
		for _, folder := range folders() {
			if !slices.Contains(before, folder) && !answers(folder+"/S.gpg-agent") {
				return fmt.Errorf("%s is left", folder)
			}
		}
		return nil
	})
}

func answers(socket string) bool {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	defer connection.Close()
	// An agent that can't greet ends itself, and it may be another test's.
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = connection.Read(make([]byte, 1))
	return err == nil
}
