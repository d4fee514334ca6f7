package conformance

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	vectors "c2sp.org/CCTV/age"

	"argocd-decrypt/tests/interop/harness"
)

// vector is one of age's own test files: what is in its header, and the age file.
type vector struct {
	expect, payload string
	identities      []string
	passphrases     []string
	file            []byte
}

func readVector(t *testing.T, text []byte) vector {
	t.Helper()
	v, zipped := vector{}, false
	for {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		if text = rest; len(line) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ": ")
		switch name {
		case "expect":
			v.expect = value
		case "payload":
			v.payload = value
		case "identity":
			v.identities = append(v.identities, value)
			keepSecret(value)
		case "passphrase":
			v.passphrases = append(v.passphrases, value)
		case "compressed":
			zipped = true
		case "file key":
			key, err := hex.DecodeString(value)
			harness.Check(t, err)
			keepSecretBytes(key)
		case "armored", "comment":
		default:
			t.Fatalf("a header that is not known: %s", name)
		}
	}
	v.file = text
	if zipped {
		r, err := zlib.NewReader(bytes.NewReader(text))
		harness.Check(t, err)
		v.file, err = io.ReadAll(r)
		harness.Check(t, err)
	}
	return v
}

// noMlKem: this build's libcrypto has no ML-KEM; then it has to say so.
const noMlKem = "OpenSSL 3.5"

func TestStatement48(t *testing.T) { // age's own vectors, through the command
	entries, err := fs.ReadDir(vectors.Vectors, ".")
	harness.Check(t, err)
	if len(entries) < 100 {
		t.Fatalf("only %d vectors", len(entries))
	}
	withoutMlKem := 0
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			text, err := fs.ReadFile(vectors.Vectors, entry.Name())
			harness.Check(t, err)
			v := readVector(t, text)
			dir := t.TempDir()
			harness.Check(t, os.WriteFile(filepath.Join(dir, "file.age"), v.file, 0o600))
			args := []string{"age", "-d"}
			if len(v.identities) > 0 {
				harness.Tree{"keys.txt": strings.Join(v.identities, "\n") + "\n"}.Write(t, dir)
				args = append(args, "-i", "keys.txt")
			}
			env := []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
			if len(v.passphrases) > 0 {
				env = append(env, "AGE_PASSPHRASE="+v.passphrases[0])
			}
			o := harness.Run(t, harness.Command{Path: harness.Binary(t), Args: append(args, "file.age"), Dir: dir, Env: env})
			record(t, o)
			if o.Code != 0 && strings.Contains(o.Err, noMlKem) {
				withoutMlKem++
				return
			}
			checkVector(t, v, o)
		})
	}
	t.Logf("%d vectors, %d of them with ML-KEM, which this build does not have", len(entries), withoutMlKem)
}

// The words by which a failure tells its class.
func checkVector(t *testing.T, v vector, o harness.Outcome) {
	t.Helper()
	if (v.expect == "success") != (o.Code == 0) || (o.Code != 0 && o.Code != 1) {
		t.Errorf("expected %s, got exit %d: %s", v.expect, o.Code, o.Err)
	}
	if strings.Count(o.Err, "\n") > 2 {
		t.Errorf("more than an error and a hint: %s", o.Err)
	}
	sum := sha256.Sum256(o.Out)
	switch {
	case v.payload != "":
		if hex.EncodeToString(sum[:]) != v.payload {
			t.Errorf("expected %s; the %d bytes of output have another hash: %s", v.expect, len(o.Out), o.Err)
		}
	case len(o.Out) > 0:
		t.Errorf("%s, and %d bytes of output", v.expect, len(o.Out))
	}
}
