package conformance

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

const unauthentic = "Could not decrypt with AES_GCM: cipher: message authentication failed"

// part gives the bounds of one field's text in an ENC[...].
func part(t *testing.T, enc, field string) (int, int) {
	t.Helper()
	start := strings.Index(enc, field+":")
	if start < 0 {
		t.Fatalf("no %s in %s", field, enc)
	}
	start += len(field) + 1
	return start, start + strings.IndexAny(enc[start:], ",]")
}

// withPart has another text in one field.
func withPart(t *testing.T, enc, field string, change func(string) string) string {
	t.Helper()
	start, end := part(t, enc, field)
	return enc[:start] + change(enc[start:end]) + enc[end:]
}

func TestStatement02(t *testing.T) { // an encrypted comment in a list
	for name, text := range map[string]string{
		"Middle": "list:\n    - one\n    # a comment of the list\n    - two\n",
		"First":  "list:\n    # a comment of the list\n    - one\nafter: x\n",
		"Nested": "list:\n    - - one\n      # a comment of the list\n      - two\n    - a: x\n      # another one\n      b: z\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := ownKey(t).Encrypt(t, "file.yaml", text)
			if strings.Contains(file, "of the list") {
				t.Fatalf("the comment was not encrypted: %s", file)
			}
			acceptedAs(t, yaml(file), text)
		})
	}
}

func TestStatement03(t *testing.T) { // a base64 character is missing
	d := newDoc(t)
	enc := withPart(t, d.str("a secret value", "a"), "data", func(data string) string { return data[1:] })
	refused(t, yaml(d.yaml("a: "+enc+"\n", "a secret value")), 25, "Error base64-decoding data: illegal base64 data")
}

func TestStatement04(t *testing.T) { // url-safe base64
	d := newDoc(t)
	for _, letter := range []string{"-", "_"} {
		enc := withPart(t, d.str("a secret value", "a"), "iv", func(iv string) string { return letter + iv[1:] })
		refused(t, yaml(d.yaml("a: "+enc+"\n", "a secret value")), 25, "Error base64-decoding iv")
	}
}

func TestStatement05(t *testing.T) { // what does not authenticate
	d := newDoc(t)
	value := "a secret value"
	cases := map[string]string{
		"TagOfZeros": "a: " + withPart(t, d.str(value, "a"), "tag", func(string) string { return base64.StdEncoding.EncodeToString(make([]byte, 16)) }) + "\n",
		"TagCut":     "a: " + withPart(t, d.str(value, "a"), "tag", func(tag string) string { return tag[:16] }) + "\n",
		"Moved":      "a: " + d.str(value, "b") + "\n",
		"KeyRenamed": "map:\n    b: " + d.enc(value, "map:a:", "str") + "\n",
		"MapRenamed": "other:\n    a: " + d.enc(value, "map:a:", "str") + "\n",
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) { refused(t, yaml(d.yaml(body, value)), 25, unauthentic) })
	}
}

func TestStatement06(t *testing.T) { // two values of a list swapped
	d := newDoc(t)
	x, z := d.str("first secret", "list"), d.str("second secret", "list")
	list := func(first, second string) given {
		return yaml(d.yaml("list:\n    - "+first+"\n    - "+second+"\n", "first secret"+"second secret"))
	}
	acceptedAs(t, list(x, z), "list:\n    - first secret\n    - second secret\n")
	refused(t, list(z, x), 51, "MAC mismatch. File has")
}

func TestStatement07(t *testing.T) { // a plain value changed
	text := "secret: a secret value\nplain: before\n"
	for name, options := range map[string][]string{"File": nil, "MacOnlyEncrypted": {"--mac-only-encrypted"}} {
		t.Run(name, func(t *testing.T) {
			file := ownKey(t).Encrypt(t, "file.yaml", text, append(options, "--encrypted-regex", "^secret$")...)
			keepSecret("a secret value")
			changed := yaml(replaced(t, file, "plain: before", "plain: after"))
			if options == nil {
				refused(t, changed, 51, "MAC mismatch. File has")
			} else {
				acceptedAs(t, changed, "secret: a secret value\nplain: after\n")
			}
		})
	}
}

func TestStatement08(t *testing.T) { // the order of keys changed
	d := newDoc(t)
	a, b := "a: "+d.str("first secret", "a")+"\n", "b: "+d.str("second secret", "b")+"\n"
	acceptedAs(t, yaml(d.yaml(a+b, "first secret"+"second secret")), "a: first secret\nb: second secret\n")
	refused(t, yaml(d.yaml(b+a, "first secret"+"second secret")), 51, "MAC mismatch. File has")
}

func TestStatement21(t *testing.T) { // an unknown type
	d := newDoc(t)
	refused(t, yaml(d.yaml("a: "+d.enc("a secret value", "a:", "foo")+"\n", "")), 25, "Unknown datatype: foo")
}

func TestStatement22(t *testing.T) { // the type that makes sops panic
	d := newDoc(t)
	g := yaml(d.yaml("a: "+d.enc("a secret value", "a:", "bytes")+"\n", ""))
	refusedHere(t, g, 25, "Unknown datatype: bytes")
	refusedThere(t, g, 2, "panic")
}

func TestStatement23(t *testing.T) { // a plaintext that is not of its type
	for _, c := range []struct{ plain, kind, function, problem string }{
		{"1e3", "int", "strconv.Atoi", "invalid syntax"},
		{"9223372036854775808", "int", "strconv.Atoi", "value out of range"},
		{"yes", "bool", "strconv.ParseBool", "invalid syntax"},
		{"1e400", "float", "strconv.ParseFloat", "value out of range"},
		{"2001-01-01", "time", "parsing time", "as"},
	} {
		t.Run(c.kind+" "+c.plain, func(t *testing.T) {
			d := newDoc(t)
			g := yaml(d.yaml("a: "+d.enc(c.plain, "a:", c.kind)+"\n", ""))
			refused(t, g, 25, c.function, c.problem)
			if o := ours(t, g); strings.Contains(o.Err, c.plain) {
				t.Errorf("the error quotes what was decrypted: %s", o.Err)
			}
		})
	}
}

func TestStatement24(t *testing.T) { // clear text where ciphertext is due
	d := newDoc(t)
	g := yaml(d.yaml("a: hello-in-clear\n", "hello-in-clear"))
	keepSecret("hello-in-clear") // somebody forgot to encrypt it: sops's error quotes it, ours must not
	refused(t, g, 25, "does not match sops' data format")
	refused(t, yaml(d.yaml("a: 5\n", "5")), 25, "Expected encrypted value as string, but got int")
	acceptedAs(t, yaml(d.yaml("a: null\nb: \"\"\nc: "+d.str("x", "c")+"\n", "x")), "a: null\nb: \"\"\nc: x\n")
}

func TestStatement25(t *testing.T) { // shorter IVs
	for _, size := range []int{12, 16, 8, 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := newDoc(t)
			d.iv = size
			acceptedAs(t, yaml(d.yaml("a: "+d.str("x", "a")+"\n", "x")), "a: x\n")
		})
	}
}

func TestStatement34(t *testing.T) { // an alias of an encrypted value stands under another path
	d := newDoc(t)
	refused(t, yaml(d.yaml("a: &x "+d.str("a secret value", "a")+"\nb: *x\n", "a secret value"+"a secret value")), 25, unauthentic)
}

func TestStatement37(t *testing.T) { // text behind the bracket
	d := newDoc(t)
	x := d.str("x", "a")
	acceptedAs(t, yaml(d.yaml("a: "+x+"x\n", "x")), "a: x\n")
	acceptedAs(t, yaml(d.yaml("a: "+x+" and more\n", "x")), "a: x\n")
	refused(t, yaml(d.yaml("a: "+x+" x]\n", "x")), 25, "Unknown datatype")
}

func TestStatement42(t *testing.T) { // a rule that is no regular expression matches nothing
	d := newDoc(t)
	d.meta["encrypted_regex"] = "("
	x := d.str("x", "a")
	refused(t, yaml(d.yaml("a: "+x+"\n", "x")), 51, "MAC mismatch. File has")
	acceptedAs(t, yaml(d.yaml("a: "+x+"\n", x)), "a: "+x+"\n")
}

func TestStatement45(t *testing.T) { // a path that leads into a scalar
	d := newDoc(t)
	g := yaml(d.yaml("a: "+d.str("a secret value", "a")+"\n", "a secret value"))
	g.args = []string{"--extract", `["a"]["x"]`}
	refusedHere(t, g, 1, "error truncating tree")
	refusedThere(t, g, 2, "panic")
}

func TestStatement44(t *testing.T) { // a missing file
	refused(t, given{name: "none.yaml", gone: true}, 100, "cannot operate on non-existent file")
}
