package ksops_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/joho/godotenv"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// sealer makes SOPS files of any bytes, thousands of them in the time that sops takes for one.
type sealer struct {
	t         *testing.T
	block     cipher.AEAD
	recipient string
	enc       string
}

func newSealer(t *testing.T, key harness.Key) *sealer {
	t.Helper()
	dataKey := make([]byte, 32)
	_, err := rand.Read(dataKey)
	harness.Check(t, err)
	recipient, err := age.ParseX25519Recipient(key.Recipient)
	harness.Check(t, err)
	var text bytes.Buffer
	armored := armor.NewWriter(&text)
	writer, err := age.Encrypt(armored, recipient)
	harness.Check(t, err)
	_, err = writer.Write(dataKey)
	harness.Check(t, err)
	harness.Check(t, writer.Close())
	harness.Check(t, armored.Close())
	cipherBlock, err := aes.NewCipher(dataKey)
	harness.Check(t, err)
	gcm, err := cipher.NewGCMWithNonceSize(cipherBlock, 32)
	harness.Check(t, err)
	return &sealer{t, gcm, key.Recipient, text.String()}
}

func (s *sealer) value(text, bound string) string {
	nonce := make([]byte, 32)
	_, err := rand.Read(nonce)
	harness.Check(s.t, err)
	out := s.block.Seal(nil, nonce, []byte(text), []byte(bound))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("ENC[AES256_GCM,data:%s,iv:%s,tag:%s,type:str]", encode(out[:len(out)-16]), encode(nonce), encode(out[len(out)-16:]))
}

// seal is what `sops encrypt --input-type binary` makes.
func (s *sealer) seal(content string) string {
	const when = "2026-01-01T00:00:00Z"
	document := map[string]any{
		"data": s.value(content, "data:"),
		"sops": map[string]any{
			"age":          []any{map[string]any{"recipient": s.recipient, "enc": s.enc}},
			"lastmodified": when,
			"mac":          s.value(fmt.Sprintf("%X", sha512.Sum512([]byte(content))), when),
			"version":      "3.11.0",
		},
	}
	text, err := json.Marshal(document)
	harness.Check(s.t, err)
	return string(text)
}

var pieces = []string{
	"A", "B", "AB", "C_1", "x.y", "é", "=", "=", "=", ":", ": ", " ", "  ", "\t", "\n", "\n", "\n", "\r\n", "\r", "#", " # note", "'", "'", "\"", "\"",
	"\\", "\\n", "\\r", "\\t", "\\$", "\\\\", "\\\"", "$A", "${B}", "$(AB)", "${", "$", "}", "export ", "export", "word", "1", "\u00a0", "\u0085", "\u3000",
	"\v", "\xff", "\xc3", "\xa0", "\x85", "日本", "A=1\n", "B=two words\n", "AB='quoted'\n", "C=\"a $A b\"\n", "export D=${A}-$B # c\n", "E: f\n", "G=\"x\ny\"\n",
}

func randomDotenv(random *mathrand.Rand) string {
	var text strings.Builder
	for range 1 + random.IntN(14) {
		text.WriteString(pieces[random.IntN(len(pieces))])
	}
	return text.String()
}

// acceptable says whether a Secret can hold what godotenv read; KSOPS writes what it cannot, for Kubernetes to refuse.
func acceptable(variables map[string]string) bool {
	for name, value := range variables {
		if name == "" || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return false
		}
	}
	return true
}

// Against the real godotenv: what it reads, and what it refuses.
func TestEnvsAreReadAsGodotenvReadsThem(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(uint64(harness.Seed(t)), 0))
	f := newFolder(t)
	s := newSealer(t, f.key)
	var want []map[string]string
	tree, good, bad := harness.Tree{}, generatorHead+"secretFrom:\n", []string{}
	for number := 0; len(want) < 1500; number++ {
		text := randomDotenv(random)
		variables, err := godotenv.Unmarshal(text)
		if err != nil || !acceptable(variables) {
			bad = append(bad, text)
			continue
		}
		name := fmt.Sprintf("%d.bin", number)
		tree[name] = s.seal(text)
		good += "- envs: [" + name + "]\n"
		want = append(want, variables)
	}
	tree["generator.yaml"] = good
	f.write(t, tree)
	o := f.ksops(t, "", "generator.yaml")
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	documents := strings.Split(string(o.Out), "\n---\n")
	if len(documents) != len(want) {
		t.Fatalf("%d documents instead of %d", len(documents), len(want))
	}
	for i, document := range documents {
		var got struct{ StringData map[string]string }
		harness.Check(t, yaml.Unmarshal([]byte(document), &got))
		if len(got.StringData) == 0 && len(want[i]) == 0 {
			continue
		}
		if fmt.Sprintf("%q", got.StringData) != fmt.Sprintf("%q", want[i]) {
			t.Errorf("want %q\ngot  %q", want[i], got.StringData)
		}
	}
	for _, text := range bad[:min(60, len(bad))] {
		f.write(t, harness.Tree{"bad.bin": s.seal(text), "bad.yaml": generatorHead + "secretFrom: [{envs: [bad.bin]}]\n"})
		if o := f.ksops(t, "", "bad.yaml"); o.Code != 1 || len(o.Out) > 0 || !strings.Contains(o.Err, "bad.bin: ") {
			t.Errorf("%q: exit %d: %s%s", text, o.Code, o.Out, o.Err)
		}
	}
}

// Through sops: a newline in a value arrives as the two characters that sops writes for it.
func TestEnvsOfEachFormat(t *testing.T) {
	f := newFolder(t)
	f.write(t, harness.Tree{
		"generator.yaml": generatorHead + "secretFrom: [{envs: [a.env, b.yaml, c.ini.txt]}]\n",
		"a.env":          f.key.Encrypt(t, "a.env", "A=plaintext-of-a\nQUOTED=\"x \"\nB=$A!\n"),
		"b.yaml":         f.key.Encrypt(t, "b.yaml", "YAML: plaintext-of-y\nnumber: 12\n"),
		"c.ini.txt":      f.key.Encrypt(t, "c.txt", "export C='plaintext of c'\n"),
	})
	o := f.ksops(t, "", "generator.yaml")
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	sameDocuments(t, `{"apiVersion": "v1", "kind": "Secret", "metadata": {}, "stringData":
  {"A": "plaintext-of-a", "QUOTED": "x ", "B": "plaintext-of-a!", "YAML": "plaintext-of-y", "number": "12", "C": "plaintext of c"}}`, string(o.Out))
}

// godotenv's own errors quote the rest of the file.
func TestEnvsThatCannotBeReadAreNotShown(t *testing.T) {
	f := newFolder(t)
	s := newSealer(t, f.key)
	for name, text := range map[string]string{"Name": "A=1\nplaintext-of-x and more\n", "Quote": "A='plaintext-of-x\n", "NoName": "plaintext-of-x"} {
		t.Run(name, func(t *testing.T) {
			f.write(t, harness.Tree{"x.bin": s.seal(text), "generator.yaml": generatorHead + "secretFrom: [{envs: [x.bin]}]\n"})
			refused(t, f.ksops(t, "", "generator.yaml"), "x.bin: ")
			list := f.ksops(t, resourceList(generatorHead+"secretFrom: [{envs: [x.bin]}]\n"))
			if strings.Contains(string(list.Out)+list.Err, "plaintext-of-x") {
				t.Errorf("shown: %s%s", list.Out, list.Err)
			}
		})
	}
}

// Where KSOPS expects a string, sigs.k8s.io/yaml makes one of what YAML takes for something else.
func TestScalarsBecomeStringsAsInKSOPS(t *testing.T) {
	scalars := []string{
		"a", "y", "n", "yes", "No", "on", "OFF", "true", "False", "~", "null", "", "0", "-0", "007", "0x1F", "0b101", "0o17", "08", "+12", "-12", "1_000",
		"18446744073709551615", "-9223372036854775808", "99999999999999999999", "1.10", "1e3", "1e6", "1e-7", "123456.7", "1234567.8", "0.00001", "-.5", "+1.5",
		".inf", "-.INF", ".nan", "3.4e39", "1_0.5", "2001-02-03", "2001-02-03T04:05:06Z", "12:30:45", "'1'", "\"yes\"", "!!str 1", "1.", "1e", "0x", ".",
	}
	text := "labels:\n"
	for i, scalar := range scalars {
		text += fmt.Sprintf("  key%d: %s\n", i, scalar)
	}
	var want struct{ Labels map[string]string }
	harness.Check(t, yaml.Unmarshal([]byte(text), &want))
	f := newFolder(t)
	f.write(t, harness.Tree{"generator.yaml": generatorHead + "secretFrom:\n- metadata:\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"})
	o := f.ksops(t, "", "generator.yaml")
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	var got struct {
		Metadata struct{ Labels map[string]string }
	}
	harness.Check(t, yaml.Unmarshal(o.Out, &got))
	for i, scalar := range scalars {
		key := fmt.Sprintf("key%d", i)
		if got.Metadata.Labels[key] != want.Labels[key] {
			t.Errorf("%s: want %q, got %q", scalar, want.Labels[key], got.Metadata.Labels[key])
		}
	}
}
