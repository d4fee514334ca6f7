package preview_test

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// laptop is a person's machine: a home, a key, the real tools, and a canary that marks every secret.
type laptop struct {
	place  harness.Place
	key    harness.Key
	canary string
}

func newLaptop(t *testing.T) *laptop {
	t.Helper()
	random := make([]byte, 12)
	_, err := rand.Read(random)
	harness.Check(t, err)
	return &laptop{place: harness.NewPlace(t), key: harness.NewKey(t), canary: "canary" + hex.EncodeToString(random)}
}

func (l *laptop) needles() harness.Needles { return harness.NewNeedles(l.canary, l.key.Secret) }

func (l *laptop) environment(more ...string) []string {
	return append([]string{
		"PATH=" + l.place.Bin + ":/usr/bin:/bin", "HOME=" + l.place.Home, "TMPDIR=" + l.place.Home,
		"ARGOCD_CMP_WORKDIR=" + l.place.Work, "SOPS_AGE_KEY_FILE=" + l.key.File,
	}, more...)
}

func (l *laptop) command(t *testing.T, dir string, args ...string) harness.Command {
	t.Helper()
	return harness.Command{Path: harness.Binary(t), Args: args, Env: l.environment(), Dir: dir}
}

// run runs a command that has to end with a code, and sees to it that no secret shows and nothing is left behind.
func (l *laptop) run(t *testing.T, code int, dir string, args ...string) harness.Outcome {
	t.Helper()
	o := l.runRevealing(t, code, dir, args...)
	if l.needles().In(o.Out) {
		t.Errorf("%v: the output shows a secret:\n%s", args, o.Out)
	}
	return o
}

// runRevealing is run for commands whose output may show secrets.
func (l *laptop) runRevealing(t *testing.T, code int, dir string, args ...string) harness.Outcome {
	t.Helper()
	o := harness.Run(t, l.command(t, dir, args...))
	if o.Code != code {
		t.Fatalf("%v: exit %d, want %d: %s", args, o.Code, code, o.Err)
	}
	if l.needles().In([]byte(o.Err)) {
		t.Errorf("%v: standard error shows a secret:\n%s", args, o.Err)
	}
	l.clean(t)
	return o
}

func (l *laptop) clean(t *testing.T) {
	t.Helper()
	for _, dir := range []string{l.place.Work, l.place.Home} {
		if files := l.needles().Files(dir); len(files) > 0 {
			t.Errorf("plaintext is left in %v", files)
		}
	}
	left, err := filepath.Glob(l.place.Work + "/argocd-decrypt/*/*")
	harness.Check(t, err)
	if len(left) > 0 {
		t.Errorf("the work folder holds %v", left)
	}
}

// repository is a git repository with one commit.
func (l *laptop) repository(t *testing.T, tree harness.Tree) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	l.git(t, dir, "init", "-q", "-b", "main")
	l.commit(t, dir, tree)
	return dir
}

func (l *laptop) commit(t *testing.T, dir string, tree harness.Tree) {
	t.Helper()
	tree.Write(t, dir)
	l.git(t, dir, "add", "-A")
	l.git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x")
}

func (l *laptop) git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return harness.MustRun(t, harness.Command{Path: "/usr/bin/git", Args: args, Dir: dir,
		Env: []string{"PATH=/usr/bin:/bin", "HOME=" + l.place.Home}})
}

// mark puts the canary where a sample says CANARY, and encrypts the named files.
func (l *laptop) mark(t *testing.T, tree harness.Tree, encrypted ...string) harness.Tree {
	t.Helper()
	marked := harness.Tree{}
	for name, content := range tree {
		marked[name] = strings.ReplaceAll(content, "CANARY", l.canary)
	}
	return l.key.EncryptFiles(t, marked, encrypted...)
}

func has(t *testing.T, text []byte, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(string(text), part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func hasNot(t *testing.T, text []byte, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(string(text), part) {
			t.Errorf("%q is in:\n%s", part, text)
		}
	}
}

// sampled runs a command and looks all the time at what its processes show.
func (l *laptop) sampled(t *testing.T, c harness.Command) {
	t.Helper()
	done := make(chan error)
	go func() {
		_, err := c.Run()
		done <- err
	}()
	var found []string
	for {
		select {
		case err := <-done:
			harness.Check(t, err)
			slices.Sort(found)
			if found = slices.Compact(found); len(found) > 0 {
				t.Errorf("a secret shows in %v", found)
			}
			return
		case <-time.After(time.Millisecond):
			found = append(found, l.needles().Processes(os.Getpid())...)
		}
	}
}
