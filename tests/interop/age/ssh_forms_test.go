package age_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"argocd-decrypt/tests/interop/harness"
)

// A private key file opens in whatever form age takes it, and in no other.
func TestSSHKeyFiles(t *testing.T) {
	dir := t.TempDir()
	taken, refused := 0, 0
	t.Setenv("GODEBUG", "rsa1024min=0")
	write(t, dir, "plain", nil)
	for _, bits := range []int{1024, 2040, 2041, 2047, 2048, 3072} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		harness.Check(t, err)
		public, err := ssh.NewPublicKey(key.Public())
		harness.Check(t, err)
		openssh, err := ssh.MarshalPrivateKey(key, "a comment")
		harness.Check(t, err)
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		harness.Check(t, err)
		recipient := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
		if bits <= 2040 { // too small: age encrypts nothing for it
			identity := write(t, dir, "identity", pem.EncodeToMemory(openssh))
			if o := ours(t, dir, nil, "-i", identity, "plain"); o.Code == 0 || !strings.Contains(o.Err, fmt.Sprintf("RSA key of %d bits", bits)) {
				t.Errorf("RSA of %d bits: exit %d: %s", bits, o.Code, o.Err)
			}
			continue
		}
		file := encrypt(t, dir, []byte("hello"), "-r", recipient)
		for _, block := range []*pem.Block{openssh, {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, {Type: "PRIVATE KEY", Bytes: pkcs8}} {
			for i, form := range forms(pem.EncodeToMemory(block)) {
				identity := write(t, dir, "identity", form)
				want, got := theirs(t, dir, "-d", "-i", identity, file), ours(t, dir, nil, "-i", identity, file)
				if want.Code != got.Code || !bytes.Equal(want.Out, got.Out) {
					t.Errorf("RSA of %d bits, %s, form %d: age: exit %d %s; ours: exit %d %s", bits, block.Type, i, want.Code, want.Err, got.Code, got.Err)
				}
				if got.Code == 0 {
					taken++
				} else {
					refused++
				}
			}
		}
	}
	t.Logf("%d forms of keys taken by both, %d refused by both", taken, refused)
}

// forms are ways to write a key file.
func forms(key []byte) (all [][]byte) {
	text := string(key)
	begin, end := strings.Index(text, "\n")+1, strings.LastIndex(text, "-----END")
	with := func(at int, added string) []byte { return []byte(text[:at] + added + text[at:]) }
	return [][]byte{
		key, with(begin, "\n"), with(begin+65, "\n\n"), with(begin+20, " "), with(begin, "Comment: x\n\n"), with(begin, "Comment: x\n"),
		[]byte(strings.ReplaceAll(text, "\n", "\r\n")), []byte(strings.ReplaceAll(text, "\n", " \t\n")), with(end, "\n"), with(end, "=\n"),
		with(begin, "*"), with(end+9, "X"), with(len(text), "more"), with(0, "-----BEGIN X-----\n"), []byte(text[:len(text)-1]),
	}
}
