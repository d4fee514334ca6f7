package conformance

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"argocd-decrypt/tests/interop/harness"
)

// A document for each store, in the form that sops prints.
var stores = map[string]string{
	"file.yaml": "# of the file\na: text with spaces\nnumber: 5\nlist:\n    - 1.5\n    - true\n    - null\n    # of the list\n    - nested:\n        x: \"yes\"\nempty: {}\nlines: |\n    one\n    two\n",
	"file.json": "{\n\t\"a\": \"text \\u003c\",\n\t\"number\": 5,\n\t\"list\": [\n\t\t1.5,\n\t\ttrue,\n\t\tnull\n\t],\n\t\"empty\": {}\n}\n",
	"file.env":  "# of the file\nA=text with spaces\nB=two\\nlines\nC='quoted'\n",
	"file.ini":  "[section]\n; of the key\na     = text with spaces\nlonger = 5\n\n[other]\nb = x\n",
	"file.bin":  "any bytes\x00\xff\nand no newline at the end",
}

// sshKey is a private key file as ssh-keygen writes it, and the line of its public half.
func sshKey(t *testing.T, private crypto.PrivateKey, public any) (string, string) {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(private, "")
	harness.Check(t, err)
	key, err := ssh.NewPublicKey(public)
	harness.Check(t, err)
	file := filepath.Join(t.TempDir(), "key")
	text := string(pem.EncodeToMemory(block))
	harness.Check(t, os.WriteFile(file, []byte(text), 0o600))
	for _, line := range strings.Split(text, "\n")[1:] {
		if !strings.HasPrefix(line, "-----") {
			keepSecret(line)
		}
	}
	return file, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// homeWith is a home folder with one file in it.
func homeWith(t *testing.T, name, from string) string {
	t.Helper()
	text, err := os.ReadFile(from)
	harness.Check(t, err)
	home := t.TempDir()
	harness.Tree{name: string(text)}.Write(t, home)
	harness.Check(t, os.Chmod(filepath.Join(home, name), 0o600))
	return home
}

func TestStatement01(t *testing.T) { // every store, with a key from every source
	key := ownKey(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	harness.Check(t, err)
	ed25519File, ed25519Line := sshKey(t, private, public)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 3072)
	harness.Check(t, err)
	rsaFile, rsaLine := sshKey(t, rsaKey, &rsaKey.PublicKey)
	sources := map[string]struct {
		recipient, home string
		env             []string
	}{
		"SOPS_AGE_KEY":                        {recipient: key.Recipient, env: []string{"SOPS_AGE_KEY=" + key.Secret}},
		"SOPS_AGE_KEY_FILE":                   {recipient: key.Recipient, env: []string{"SOPS_AGE_KEY_FILE=" + key.File}},
		"SOPS_AGE_KEY_CMD":                    {recipient: key.Recipient, env: []string{"SOPS_AGE_KEY_CMD=cat '" + key.File + "'"}},
		"XDG_CONFIG_HOME":                     {recipient: key.Recipient, env: []string{"XDG_CONFIG_HOME=" + homeWith(t, "sops/age/keys.txt", key.File)}},
		"HomeConfig":                          {recipient: key.Recipient, home: homeWith(t, ".config/sops/age/keys.txt", key.File)},
		"SOPS_AGE_SSH_PRIVATE_KEY_FILE":       {recipient: ed25519Line, env: []string{"SOPS_AGE_SSH_PRIVATE_KEY_FILE=" + ed25519File}},
		"SOPS_AGE_SSH_PRIVATE_KEY_FILE (RSA)": {recipient: rsaLine, env: []string{"SOPS_AGE_SSH_PRIVATE_KEY_FILE=" + rsaFile}},
		"SOPS_AGE_SSH_PRIVATE_KEY_CMD":        {recipient: ed25519Line, env: []string{"SOPS_AGE_SSH_PRIVATE_KEY_CMD=cat '" + ed25519File + "'"}},
		"HomeSSHEd25519":                      {recipient: ed25519Line, home: homeWith(t, ".ssh/id_ed25519", ed25519File)},
		"HomeSSHRSA":                          {recipient: rsaLine, home: homeWith(t, ".ssh/id_rsa", rsaFile)},
	}
	encrypted := map[string]map[string]string{}
	for _, recipient := range []string{key.Recipient, ed25519Line, rsaLine} {
		encrypted[recipient] = map[string]string{}
		for name, text := range stores {
			o, err := harness.EncryptTo([]string{recipient}, harness.Sops(t), name, text, nil)
			harness.Check(t, err)
			if o.Code != 0 {
				t.Fatalf("sops does not encrypt %s: %s", name, o.Err)
			}
			encrypted[recipient][name] = string(o.Out)
		}
	}
	for source, s := range sources {
		for name := range stores {
			t.Run(source+"/"+name, func(t *testing.T) {
				env := append([]string{}, s.env...) // not nil: no key but these
				accepted(t, given{name: name, text: encrypted[s.recipient][name], env: env, home: s.home})
			})
		}
	}
}
