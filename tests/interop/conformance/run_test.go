package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// given is one file and how it is decrypted.
type given struct {
	name string   // file.yaml when empty
	text string   // what is in it; absent when missing
	args []string // before the file
	env  []string // instead of the key file
	home string   // a home folder with keys in it
	gone bool     // there is no such file

	stdin  string
	noFile bool  // none is named
	folder bool  // a folder stands in its place
	size   int64 // it is that long, and empty
	full   bool  // the output has no room
}

func yaml(text string) given { return given{text: text} }

var (
	keyOnce sync.Once
	theKey  harness.Key
	keyDir  string
)

func TestMain(m *testing.M) {
	code := m.Run()
	if keyDir != "" {
		os.RemoveAll(keyDir)
	}
	os.Exit(code)
}

// ownKey opens whatever a statement does not say something else about.
func ownKey(t harness.T) harness.Key {
	t.Helper()
	keyOnce.Do(func() {
		dir, err := os.MkdirTemp("", "acd-conformance-")
		harness.Check(t, err)
		keyDir = dir
		file := filepath.Join(dir, "keys.txt")
		harness.MustRun(t, harness.Command{Path: harness.AgeKeygen(t), Args: []string{"-o", file}})
		theKey = harness.ReadKey(t, file)
		keepSecret(theKey.Secret)
	})
	return theKey
}

func otherKey(t harness.T) harness.Key {
	t.Helper()
	key := harness.NewKey(t)
	keepSecret(key.Secret)
	return key
}

func (g given) command(t *testing.T, program string, verb ...string) harness.Command {
	t.Helper()
	dir := t.TempDir()
	if g.name == "" {
		g.name = "file.yaml"
	}
	path := filepath.Join(dir, g.name)
	switch {
	case g.folder:
		harness.Check(t, os.Mkdir(path, 0o700))
	case !g.gone && g.name != "-":
		harness.Check(t, os.WriteFile(path, []byte(g.text), 0o600))
		if g.size > 0 {
			harness.Check(t, os.Truncate(path, g.size))
		}
	}
	env := g.env
	if env == nil {
		env = []string{"SOPS_AGE_KEY_FILE=" + ownKey(t).File}
	}
	home := g.home
	if home == "" {
		home = "/nonexistent"
	}
	env = append([]string{"HOME=" + home, "PATH=/usr/bin:/bin"}, env...)
	args := append(append([]string{}, verb...), g.args...)
	if !g.noFile {
		args = append(args, g.name)
	}
	if g.full {
		program, args = "/bin/sh", append([]string{"-c", `exec "$0" "$@" >/dev/full`, program}, args...)
	}
	return harness.Command{Path: program, Args: args, Env: env, Dir: dir, Stdin: g.stdin}
}

func ours(t *testing.T, g given) harness.Outcome {
	t.Helper()
	o := harness.Run(t, g.command(t, harness.Binary(t), "decrypt"))
	record(t, o)
	return o
}

func theirs(t *testing.T, g given) harness.Outcome {
	t.Helper()
	return harness.Run(t, g.command(t, harness.Sops(t), "-d"))
}

// unwrapped is a text without the line breaks and bars of sops's reports.
func unwrapped(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "|", " ")), " ")
}

// accepted: both decrypt, to the same bytes. They are the result.
func accepted(t *testing.T, g given) string {
	t.Helper()
	o, s := ours(t, g), theirs(t, g)
	if o.Code != 0 || s.Code != 0 {
		t.Fatalf("exit %d, and %d of sops\nours: %s\nsops: %s", o.Code, s.Code, o.Err, s.Err)
	}
	if !bytes.Equal(o.Out, s.Out) {
		t.Errorf("ours:\n%s\nsops:\n%s", o.Out, s.Out)
	}
	return string(o.Out)
}

// acceptedAs: as accepted, and it is this text.
func acceptedAs(t *testing.T, g given, want string) {
	t.Helper()
	if got := accepted(t, g); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// refused: both exit with the code and say the words; nothing is printed.
func refused(t *testing.T, g given, code int, words ...string) {
	t.Helper()
	refusedHere(t, g, code, words...)
	refusedThere(t, g, code, words...)
}

func refusedHere(t *testing.T, g given, code int, words ...string) harness.Outcome {
	t.Helper()
	o := ours(t, g)
	if len(o.Out) > 0 {
		t.Errorf("a failure with %d bytes on standard output", len(o.Out))
	}
	says(t, "ours", o, code, words)
	return o
}

func refusedThere(t *testing.T, g given, code int, words ...string) {
	t.Helper()
	says(t, "sops", theirs(t, g), code, words)
}

func says(t *testing.T, who string, o harness.Outcome, code int, words []string) {
	t.Helper()
	text := unwrapped(o.Err)
	if o.Code != code {
		t.Errorf("%s: exit %d, not %d: %.2000s", who, o.Code, code, text)
	}
	for _, word := range words {
		if !strings.Contains(text, unwrapped(word)) {
			t.Errorf("%s does not say %q: %.2000s", who, word, text)
		}
	}
}

// replaced is the text with one occurrence of old, which must be there, replaced.
func replaced(t *testing.T, text, old, new string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("there is no %q in %s", old, text)
	}
	return strings.Replace(text, old, new, 1)
}

// ---- what must never be printed by a failure ---------------------------------------------------

var (
	secretsMutex sync.Mutex
	secrets      = map[string]bool{}
	failures     = map[string][]harness.Outcome{} // by the test that saw them
)

func keepSecret(text string) {
	// A short one would turn up by chance; nothing is learnt from `True` either.
	if len(text) < 6 {
		return
	}
	secretsMutex.Lock()
	defer secretsMutex.Unlock()
	secrets[text] = true
}

func keepSecretBytes(key []byte) {
	for _, text := range []string{string(key), hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)),
		base64.RawStdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key)} {
		keepSecret(text)
	}
}

// record keeps a failure for the sweep of statement 50.
func record(t *testing.T, o harness.Outcome) {
	if o.Code == 0 {
		return
	}
	secretsMutex.Lock()
	defer secretsMutex.Unlock()
	failures[t.Name()] = append(failures[t.Name()], o)
}

// failuresOf are those that a test and its subtests saw.
func failuresOf(test string) []harness.Outcome {
	secretsMutex.Lock()
	defer secretsMutex.Unlock()
	var all []harness.Outcome
	for name, seen := range failures {
		if name == test || strings.HasPrefix(name, test+"/") {
			all = append(all, seen...)
		}
	}
	return all
}
