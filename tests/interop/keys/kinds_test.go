package keys_test

import (
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// opens checks that a file opens with keys offered both ways, byte for byte as with sops.
func opens(t *testing.T, file string, keys ...key) {
	t.Helper()
	want := sopsDecrypt(t, file, environment(keys...))
	if want.Code != 0 {
		t.Fatalf("sops itself: exit %d: %s", want.Code, want.Err)
	}
	for name, env := range map[string][]string{"sops's sources": environment(keys...), "key folder": mounted(t, keys...)} {
		got := decrypt(t, file, env)
		if got.Code != 0 || string(got.Out) != string(want.Out) {
			t.Errorf("%s: exit %d: %s\n%s", name, got.Code, got.Err, got.Out)
		}
	}
	noPrivateAgent(t)
}

// explains checks that a file does not open, that the report names what was tried, and no secret.
func explains(t *testing.T, file string, offered []key, texts ...string) {
	t.Helper()
	for name, env := range map[string][]string{"sops's sources": environment(offered...), "key folder": mounted(t, offered...)} {
		got := decrypt(t, file, env)
		if got.Code != 128 || len(got.Out) != 0 {
			t.Errorf("%s: exit %d, %d bytes out: %s", name, got.Code, len(got.Out), got.Err)
		}
		for _, text := range texts {
			if !strings.Contains(got.Err, text) {
				t.Errorf("%s: no %q in\n%s", name, text, got.Err)
			}
		}
		for _, k := range offered {
			if strings.Contains(got.Err, k.secret) || strings.Contains(got.Err, canary) {
				t.Errorf("%s: a secret in\n%s", name, got.Err)
			}
		}
	}
	noPrivateAgent(t)
}

func TestEachKindOpensWithItsKeyAndExplainsItselfWithAnother(t *testing.T) {
	other := newAge(t)
	otherPGP := newPGP(t, "ed25519", "cv25519", "", "never")
	for name, k := range map[string]key{
		"age":         newAge(t),
		"ssh-ed25519": newSSH(t, "-t", "ed25519"),
		"ssh-rsa":     newSSH(t, "-t", "rsa", "-b", "2048"),
		"pgp-rsa":     newPGP(t, "rsa2048", "rsa2048", "", "never"),
		"pgp-curve":   newPGP(t, "ed25519", "cv25519", "", "never"),
		"pgp-expired": newPGP(t, "rsa2048", "rsa2048", "20200101T000000", "20200201T000000"),
	} {
		t.Run(name, func(t *testing.T) {
			file := encrypt(t, k)
			opens(t, file, k)
			opens(t, file, other, otherPGP, k)
			texts := []string{"Failed to get the data key required to decrypt the SOPS file", "Group 0: FAILED", k.public[:20], other.public}
			if k.kind == "pgp" {
				texts = append(texts, "could not decrypt data key with PGP key", "gpg: decryption failed: No secret key")
			} else {
				texts = append(texts, "failed to create reader for decrypting sops data key with age")
			}
			explains(t, file, []key{other, otherPGP}, texts...)
		})
	}
}

func TestEitherOfTwoKeysOpens(t *testing.T) {
	one, two := newAge(t), newAge(t)
	file := encrypt(t, one, two)
	opens(t, file, one)
	opens(t, file, two)
	gpgKey := newPGP(t, "ed25519", "cv25519", "", "never")
	file = encrypt(t, one, gpgKey)
	opens(t, file, gpgKey)
	opens(t, file, one)
}

// On an OpenSSL before 3.5 it cannot be opened: then the error has to say so.
func TestHybrid(t *testing.T) {
	k := newAge(t, "-pq")
	file := encrypt(t, k)
	got := decrypt(t, file, environment(k))
	if got.Code == 0 {
		opens(t, file, k)
		return
	}
	if got.Code != 128 || !strings.Contains(got.Err, "OpenSSL 3.5") {
		t.Errorf("exit %d: %s", got.Code, got.Err)
	}
}

func TestGroups(t *testing.T) {
	one, ssh := newAge(t), newSSH(t, "-t", "ed25519")
	pgp := newPGP(t, "rsa2048", "rsa2048", "", "never")
	stranger := newAge(t)
	file := encryptGroups(t, "2", one, pgp, ssh)
	opens(t, file, one, pgp)
	opens(t, file, pgp, ssh)
	opens(t, file, one, ssh)
	opens(t, file, one, ssh, pgp)
	explains(t, file, []key{one}, "Group 0: SUCCESS", "Group 1: FAILED", "Group 2: FAILED", pgp.public, ssh.public[:40],
		"Recovery failed because the file was encrypted with a Shamir threshold of 2, but only 1 part(s) were successfully recovered, one for each successful key group.")
	explains(t, file, []key{stranger}, "Group 0: FAILED", "Group 1: FAILED", "Group 2: FAILED", "but only 0 part(s)")
	sameReport(t, file, environment(one))
}

// sameReport compares with sops's own report, word by word: the lines with groups and keys.
func sameReport(t *testing.T, file string, env []string) {
	t.Helper()
	reported := func(text string) (lines []string) {
		for _, line := range strings.Split(text, "\n") {
			line = strings.TrimSpace(line)
			if strings.HasSuffix(line, ": FAILED") || strings.HasSuffix(line, ": SUCCESS") {
				lines = append(lines, line)
			}
		}
		return lines
	}
	want := reported(sopsDecrypt(t, file, env).Err)
	got := reported(decrypt(t, file, env).Err)
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(want) == 0 {
		t.Errorf("report:\n%s\nsops:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCommands(t *testing.T) {
	age, ssh := newAge(t), newSSH(t, "-t", "ed25519")
	both := []string{path, "HOME=/nonexistent"}
	for _, c := range []struct {
		k   key
		env string
	}{
		{age, "SOPS_AGE_KEY_CMD=cat '" + age.file + "'"},
		{age, "SOPS_AGE_KEY_CMD=sh -c 'test $SOPS_AGE_RECIPIENT = " + age.public + " && cat " + age.file + "'"},
		{ssh, "SOPS_AGE_SSH_PRIVATE_KEY_CMD=cat \"" + ssh.file + "\""},
	} {
		c.k.env = []string{c.env}
		file := encrypt(t, c.k)
		want, got := sopsDecrypt(t, file, append(both, c.env)), decrypt(t, file, append(both, c.env))
		if want.Code != 0 || got.Code != 0 || string(want.Out) != string(got.Out) {
			t.Errorf("%s: sops %d %s, ours %d %s", c.env, want.Code, want.Err, got.Code, got.Err)
		}
	}
	file := encrypt(t, age)
	for _, bad := range []string{"SOPS_AGE_KEY_CMD=false", "SOPS_AGE_KEY_CMD=", "SOPS_AGE_KEY_CMD=/none/such", "SOPS_AGE_KEY_CMD='x"} {
		got := decrypt(t, file, append(both, bad))
		if got.Code != 128 || !strings.Contains(got.Err, "SOPS_AGE_KEY_CMD") {
			t.Errorf("%s: exit %d: %s", bad, got.Code, got.Err)
		}
	}
}

func TestDefaultPlaces(t *testing.T) {
	home := harness.TempDir(t, "")
	k := newSSH(t, "-t", "ed25519")
	harness.MustRun(t, harness.Command{Path: "/bin/sh", Args: []string{"-c", "mkdir -p " + home + "/.ssh && cp " + k.file + " " + home + "/.ssh/id_ed25519"}, Env: []string{path}})
	got := decrypt(t, encrypt(t, k), []string{path, "HOME=" + home})
	if got.Code != 0 {
		t.Errorf("id_ed25519 at home: exit %d: %s", got.Code, got.Err)
	}
}

func TestProtectedPGPKeyIsNamed(t *testing.T) {
	home := gpgHome(t)
	run := func(args ...string) string {
		all := append([]string{"--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "pw"}, args...)
		return harness.MustRun(t, harness.Command{Path: program(t, "gpg"), Args: all, Env: []string{path}})
	}
	run("--quick-gen-key", "protected", "rsa2048", "encr", "never")
	k := key{kind: "pgp", file: harness.TempDir(t, "") + "/k.asc", env: []string{"GNUPGHOME=" + home}}
	for _, line := range strings.Split(run("--with-colons", "--list-keys"), "\n") {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" {
			k.public = fields[9]
		}
	}
	k.recipient = []string{"--pgp", k.public}
	harness.Tree{"k.asc": run("--armor", "--export-secret-keys")}.Write(t, strings.TrimSuffix(k.file, "/k.asc"))
	got := decrypt(t, encrypt(t, k), mounted(t, k))
	if got.Code != 128 || !strings.Contains(got.Err, "line 1: secret key "+k.public+" is protected by a passphrase") {
		t.Errorf("exit %d: %s", got.Code, got.Err)
	}
}
