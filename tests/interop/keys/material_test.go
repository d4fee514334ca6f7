// Package keys_test opens what the real sops encrypted to each kind of key, with the real gpg,
// ssh-keygen and age-keygen on the other side.
package keys_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

const plain = "user: admin\nsecret: canary-4c1f0a9be7d2\nlist:\n    - 1\n    - two\n"
const canary = "canary-4c1f0a9be7d2"

var path = "PATH=" + os.Getenv("PATH")

func program(t *testing.T, name string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not on the PATH; install it", name)
	}
	return found
}

// key is one private key of some kind and all the ways to offer it.
type key struct {
	recipient []string // sops's flag and value
	env       []string // as sops takes it
	kind      string   // folder of ARGOCD_DECRYPT_KEY_DIR
	file      string
	public    string
	secret    string // a text of the private key
}

func newAge(t *testing.T, args ...string) key {
	t.Helper()
	file := filepath.Join(harness.TempDir(t, ""), "keys.txt")
	harness.MustRun(t, harness.Command{Path: harness.AgeKeygen(t), Args: append(args, "-o", file)})
	text, err := os.ReadFile(file)
	harness.Check(t, err)
	k := key{env: []string{"SOPS_AGE_KEY_FILE=" + file}, kind: "age", file: file}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "# public key: "); ok {
			k.public = rest
		}
		if strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			k.secret = line
		}
	}
	k.recipient = []string{"--age", k.public}
	return k
}

func newSSH(t *testing.T, args ...string) key {
	t.Helper()
	file := filepath.Join(harness.TempDir(t, ""), "id")
	harness.MustRun(t, harness.Command{Path: program(t, "ssh-keygen"), Args: append(args, "-q", "-N", "", "-f", file)})
	text, err := os.ReadFile(file + ".pub")
	harness.Check(t, err)
	private, err := os.ReadFile(file)
	harness.Check(t, err)
	public := strings.Join(strings.Fields(string(text))[:2], " ")
	return key{
		recipient: []string{"--age", public}, env: []string{"SOPS_AGE_SSH_PRIVATE_KEY_FILE=" + file},
		kind: "ssh", file: file, public: public, secret: strings.Split(string(private), "\n")[2],
	}
}

// gpgHome is a user's keyring; its agent ends with the test.
func gpgHome(t *testing.T) string {
	t.Helper()
	home := harness.Tmpfs(t)
	t.Cleanup(func() { exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	return home
}

func gpg(t *testing.T, home string, args ...string) string {
	t.Helper()
	all := append([]string{"--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)
	return harness.MustRun(t, harness.Command{Path: program(t, "gpg"), Args: all, Env: []string{path}})
}

// newPGP makes a key that signs and a subkey that encrypts. when: a date in the past at which the
// clock stands, for keys that have expired since; or empty.
func newPGP(t *testing.T, sign, encrypt, when, expires string) key {
	t.Helper()
	home := gpgHome(t)
	var clock []string
	if when != "" {
		clock = []string{"--faked-system-time", when}
	}
	gpg(t, home, append(clock, "--quick-gen-key", "tester "+sign, sign, "sign", expires)...)
	var public string
	for _, line := range strings.Split(gpg(t, home, "--with-colons", "--list-keys"), "\n") {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && public == "" {
			public = fields[9]
		}
	}
	gpg(t, home, append(clock, "--quick-add-key", public, encrypt, "encr", expires)...)
	armored := gpg(t, home, "--armor", "--export-secret-keys", public)
	file := filepath.Join(harness.TempDir(t, ""), "key.asc")
	harness.Check(t, os.WriteFile(file, []byte(armored), 0o600))
	env := []string{"GNUPGHOME=" + home}
	if when != "" {
		wrapper := filepath.Join(harness.TempDir(t, ""), "gpg")
		script := "#!/bin/sh\nexec " + program(t, "gpg") + " --faked-system-time " + when + " \"$@\"\n"
		harness.Check(t, os.WriteFile(wrapper, []byte(script), 0o755))
		env = append(env, "SOPS_GPG_EXEC="+wrapper)
	}
	return key{
		recipient: []string{"--pgp", public}, env: env, kind: "pgp", file: file, public: public,
		secret: strings.Split(armored, "\n")[3],
	}
}

// environment offers keys as sops takes them.
func environment(keys ...key) []string {
	env := []string{path, "HOME=/nonexistent"}
	for _, k := range keys {
		env = append(env, k.env...)
	}
	return env
}

// mounted offers keys as Secrets mounted at ARGOCD_DECRYPT_KEY_DIR.
func mounted(t *testing.T, keys ...key) []string {
	t.Helper()
	dir := harness.TempDir(t, "")
	for i, k := range keys {
		text, err := os.ReadFile(k.file)
		harness.Check(t, err)
		harness.Check(t, os.MkdirAll(filepath.Join(dir, k.kind), 0o700))
		harness.Check(t, os.WriteFile(filepath.Join(dir, k.kind, "key"+string(rune('a'+i))), text, 0o600))
	}
	return []string{path, "HOME=/nonexistent", "GNUPGHOME=/nonexistent", "ARGOCD_DECRYPT_KEY_DIR=" + dir}
}

// encrypt has sops write a file for some keys, any of which opens it.
func encrypt(t *testing.T, keys ...key) string {
	t.Helper()
	file := filepath.Join(harness.TempDir(t, ""), "file.yaml")
	harness.Check(t, os.WriteFile(file, []byte(plain), 0o600))
	flags := map[string][]string{}
	for _, k := range keys {
		flags[k.recipient[0]] = append(flags[k.recipient[0]], k.recipient[1])
	}
	args := []string{"-e", "-i"}
	for flag, values := range flags {
		args = append(args, flag, strings.Join(values, ","))
	}
	harness.MustRun(t, harness.Command{Path: harness.Sops(t), Args: append(args, file), Env: environment(keys...)})
	return file
}

// encryptGroups has sops write a file with one group per key.
func encryptGroups(t *testing.T, threshold string, keys ...key) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	config := "creation_rules:\n  - shamir_threshold: " + threshold + "\n    key_groups:\n"
	for _, k := range keys {
		config += "      - " + strings.TrimPrefix(k.recipient[0], "--") + ": ['" + k.recipient[1] + "']\n"
	}
	file := filepath.Join(dir, "file.yaml")
	harness.Tree{".sops.yaml": config, "file.yaml": plain}.Write(t, dir)
	harness.MustRun(t, harness.Command{Path: harness.Sops(t), Args: []string{"-e", "-i", file}, Env: environment(keys...), Dir: dir})
	return file
}

func decrypt(t *testing.T, file string, env []string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: harness.Binary(t), Args: []string{"decrypt", file}, Env: env})
}

func sopsDecrypt(t *testing.T, file string, env []string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: harness.Sops(t), Args: []string{"-d", file}, Env: env})
}
