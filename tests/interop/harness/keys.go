package harness

import (
	"os"
	"path/filepath"
	"strings"
)

// Key is an age identity in a key file of its own.
type Key struct {
	File      string
	Recipient string
	Secret    string // the AGE-SECRET-KEY-1... text, to look for where it must not be
}

// NewKey makes an identity with the real age-keygen.
func NewKey(t T) Key {
	t.Helper()
	file := filepath.Join(TempDir(t, ""), "keys.txt")
	MustRun(t, Command{Path: AgeKeygen(t), Args: []string{"-o", file}})
	return ReadKey(t, file)
}

// ReadKey reads what age-keygen wrote.
func ReadKey(t T, file string) Key {
	t.Helper()
	text, err := os.ReadFile(file)
	Check(t, err)
	key := Key{File: file}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "# public key: "); ok {
			key.Recipient = rest
		}
		if strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			key.Secret = line
		}
	}
	if key.Recipient == "" || key.Secret == "" {
		t.Fatalf("%s: age-keygen wrote a key file of an unknown form", file)
	}
	return key
}

// Environment is all that a decrypting program gets: the key file, and a home without other keys.
func (k Key) Environment() []string {
	return []string{"SOPS_AGE_KEY_FILE=" + k.File, "HOME=/nonexistent", "PATH=/usr/bin:/bin"}
}

// SopsOptions are sops's own flags of encryption: selection rules and the like.
type SopsOptions []string

// Encrypt runs the real sops over a text. name decides the format, by its suffix.
func (k Key) Encrypt(t T, name, text string, options ...string) string {
	t.Helper()
	o, err := EncryptTo([]string{k.Recipient}, Sops(t), name, text, options)
	Check(t, err)
	if o.Code != 0 {
		t.Fatalf("sops does not encrypt %s: exit %d: %s", name, o.Code, o.Err)
	}
	return string(o.Out)
}

// EncryptTo encrypts for several recipients; sops's refusal is an outcome, not an error.
func EncryptTo(recipients []string, sops, name, text string, options SopsOptions) (Outcome, error) {
	dir, err := os.MkdirTemp("", "acd-")
	if err != nil {
		return Outcome{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, filepath.Base(name))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return Outcome{}, err
	}
	args := append([]string{"--age", strings.Join(recipients, ",")}, options...)
	return Command{
		Path: sops,
		Args: append(args, "-e", file),
		Env:  []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"},
		Dir:  dir,
	}.Run()
}

// EncryptFiles replaces the named files of a tree by what sops makes of them.
func (k Key) EncryptFiles(t T, tree Tree, names ...string) Tree {
	t.Helper()
	encrypted := Tree{}
	for _, name := range names {
		encrypted[name] = k.Encrypt(t, name, tree[name])
	}
	return tree.With(encrypted)
}
