package sops_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// flatPeers runs both programs on dotenv and INI files, and on what is converted to them.
type flatPeers struct {
	binary, sops string
	key          harness.Key
	dir          string
}

func newFlatPeers(t *testing.T) flatPeers {
	t.Helper()
	return flatPeers{binary: harness.Binary(t), sops: harness.Sops(t), key: harness.NewKey(t), dir: t.TempDir()}
}

func (p flatPeers) both(t *testing.T, name, encrypted string, options ...string) (want, got harness.Outcome) {
	t.Helper()
	file := filepath.Join(p.dir, name)
	harness.Check(t, os.WriteFile(file, []byte(encrypted), 0o600))
	var err error
	arguments := append(append([]string{}, options...), file)
	want, err = harness.Command{Path: p.sops, Args: append([]string{"-d"}, arguments...), Env: p.key.Environment(), Dir: p.dir}.Run()
	harness.Check(t, err)
	got, err = harness.Command{Path: p.binary, Args: append([]string{"decrypt"}, arguments...), Env: p.key.Environment(), Dir: p.dir}.Run()
	harness.Check(t, err)
	return want, got
}

// sameOutcome asks for the same exit code and the same bytes.
func sameOutcome(t *testing.T, what string, want, got harness.Outcome) {
	t.Helper()
	if want.Code != got.Code || !bytes.Equal(want.Out, got.Out) {
		t.Errorf("%s\nsops: exit %d: %s\n%s\nours: exit %d: %s\n%s", what, want.Code, firstLine(want.Err), want.Out, got.Code, firstLine(got.Err), got.Out)
	}
}

func TestFlatFilesAreByteEqual(t *testing.T) {
	p := newFlatPeers(t)
	cases := map[string][]string{
		"doc.env": {
			"A=b\n", "A=b", "# c\n#\n\nA=1\nA=2\n", "A=x\\ny\\\\nz\\\n", "export A='b' # c\nB=\nC = d \n=e\n", "\ufeffA=1\n", "A=\xff\x01\n #=x\n",
			"A_unencrypted=plain\n# note\nÜ=日本 \U0001f511\n", "sopsA=1\nSOPS_x=2\n",
		},
		"doc.ini": {
			"a = b\n", "a:b\n[s]\nlonger=1\nx = \"q\"\n", "; top\n[s] ; more\n# one\na = 1 ; two\n", "[s]\na=1\na=2\n[s]\n[DEFAULT]\nb=3\n",
			"[s]\na = `x#y`\nb = \"\"\"l1\nl2\n\"\"\" # c\n`k=1` = ` sp `\n\"q\" = 'z'\n", "[s]\na = one \\\n  two \\\nthree\nb=\n", "a=1\r\n[s]\r\n# x\r\n# y\r\nb=2\r\n",
			"\ufeffa=1\n", "[s]\na = %(b)s\nb = x\\ny\n", "[a]b] # ]\nx=1\n", "[s_unencrypted]\na=plain\n[t]\nn_unencrypted=plain ; c\n", "a=\xff\n", "[s]\na = \"x\"y\"\nb = \"\nc='\n",
		},
	}
	rules := [][]string{nil, {"--encrypted-regex", "^(a|A)"}, {"--unencrypted-suffix", "_plain", "--mac-only-encrypted"}}
	for name, texts := range cases {
		for _, text := range texts {
			for _, rule := range rules {
				want, got := p.both(t, name, p.key.Encrypt(t, name, text, rule...))
				sameOutcome(t, fmt.Sprintf("%s %q %v", name, text, rule), want, got)
				if want.Code != 0 && !strings.Contains(text, "#") {
					t.Logf("sops does not decrypt what it wrote, %q: %s", text, firstLine(want.Err))
				}
			}
		}
	}
}

func TestFlatConversionsAndExtractsAreByteEqual(t *testing.T) {
	p := newFlatPeers(t)
	documents := map[string]string{
		"doc.yaml": "# top\nm:\n    # c1\n    # c2\n    s: x\n    i: 5 # inline\n    f: 1e21\n    g: 1e5\n    z: -0.0\n    inf: .inf\n    b: true\n    n: null\n" +
			"    t: 2001-12-14T21:59:43.10+02:00\n    l: [a, 1, 1.5, null, 2001-12-14, {k: v}, [x]]\n    mm: {k: v}\n    e: {}\n    el: []\n" +
			"default: {x: \"a`b\", \"k=1\": \"a#b\", \"q\\\"\": \" sp \", \"bt`\": \"l1\\nl2\"}\n---\nsecond: {y: 1}\n",
		"flat.yaml": "# c\nA: 1\nB: true\nC: 1.0\nD: null\nE: \"l1\\nl2\"\n",
		"doc.json":  "{\"s\":{\"a\":1,\"a\":2.50,\"c\":{\"d\":[1,{},[]]}},\"S\":{\"x\":\"<&>\"}}",
		"bare.yaml": "s:\n  c:\n    d: [1, {}, []]\n",
		"list.json": "{\"s\":{\"a\":[]},\"b\":[1]}",
		"doc.env":   "# c\nA=1\nB=l1\\nl2\n",
		"doc.ini":   "top=1\n; c\n[s]\na=1 ; d\nb = `x\ny`\n",
	}
	paths := []string{"", `["m"]`, `["m"]["l"]`, `["m"]["i"]`, `["m"]["f"]`, `["m"]["t"]`, `["m"]["n"]`, `["m"]["e"]`, `["m"]["el"]`, `["m"]["mm"]`, `["m"]["inf"]`,
		`["m"]["s"]`, `["m"]["l"][5]`, `["m"]["l"][9]`, `["default"]`, `["A"]`, `["C"]`, `["s"]`, `["s"]["a"]`, `["s"]["c"]`, `["s"]["c"]["d"]`, `["DEFAULT"]["top"]`, `["x"]`, `[x]`, `["x"`}
	for name, text := range documents {
		encrypted := p.key.Encrypt(t, name, text)
		for _, output := range []string{"yaml", "json", "dotenv", "ini", "binary"} {
			for i, path := range paths {
				if name != "doc.yaml" && strings.HasPrefix(path, `["m"]`) && i > 1 {
					continue
				}
				options := []string{"--output-type", output}
				if path != "" {
					options = append(options, "--extract", path)
				}
				want, got := p.both(t, name, encrypted, options...)
				sameOutcome(t, fmt.Sprintf("%s to %s, %s", name, output, path), want, got)
			}
		}
	}
}

// What is done to the metadata, which nothing authenticates, has the outcome that it has with sops,
// and the words of its error.
func TestFlatMetadataMutations(t *testing.T) {
	p := newFlatPeers(t)
	added := []string{"mac_only_encrypted=true", "mac_only_encrypted=yes", "mac_only_encrypted=", "shamir_threshold=2", "shamir_threshold=0x2", "shamir_threshold=abc",
		"encrypted_regex=^a", "encrypted_suffix=", "unknown=1", "unknown__map_a__list_0=1", "age=", "age__list_1__map_enc=x", "age__list_2__map_enc=x", "age__list_-1__map_enc=x",
		"age__list_1000000000__map_enc=x", "age__list_99999999999999999999__map_enc=x", "pgp__list_0__map_fp=x", "pgp__map_created_at=2020-01-01T00:00:00Z", "kms__map_arn=a",
		"mac__map_x=1", "mac__list_0=1", "version__list_0=3", "age__list_0__map_enc__map_x=1", "__map_a=1", "__list_0=1", "key_groups=", "key_groups__list_0__map_age=",
		"MAC=x", "Lastmodified=", "kms=null", "pgp=[]", "lastmodified=2020-01-01T00:00:00Z", "x__map_" + strings.Repeat("__map_", 200) + "=1", "age__list_00__map_enc=x"}
	changed := [][2]string{{"lastmodified", "LastModified"}, {"__list_0", "__list_1"}, {"__list_0", ""}, {"__list_0", "__list_"}, {"__list_0", "__list_x"}, {"__list_0", "__list_+0"},
		{"__map_", "__MAP_"}, {"version", "Version"}, {"3.13.3", ""}, {"3.13.3", "3.7"}, {"mac", "Mac"}, {"unencrypted_suffix", "encrypted_suffix"}, {"recipient", "x"}, {"enc=", "Enc="}, {"enc ", "Enc "}}
	for name, text := range map[string]string{"doc.env": "A=1\nB=2\n", "doc.ini": "[s]\na=1\n"} {
		encrypted := p.key.Encrypt(t, name, text)
		prefix, start := "sops_", strings.Index(encrypted, "sops_")
		if name == "doc.ini" {
			prefix, start = "", strings.Index(encrypted, "[sops]")
		}
		mutated := map[string]string{"unchanged": encrypted, "cut": encrypted[:start+120], "Windows lines": strings.ReplaceAll(encrypted, "\n", "\r\n"),
			"metadata first": encrypted[start:] + encrypted[:start], "metadata twice": encrypted + encrypted[start:], "no metadata": encrypted[:start]}
		for _, line := range added {
			mutated["added "+line] = encrypted + prefix + line + "\n"
		}
		for _, c := range changed {
			mutated[fmt.Sprint("changed ", c)] = encrypted[:start] + strings.Replace(encrypted[start:], c[0], c[1], 1)
		}
		refused := 0
		for what, document := range mutated {
			want, got := p.both(t, name, document)
			sameOutcome(t, name+": "+what, want, got)
			for _, words := range []string{"Duplicate value", "Type mismatch", "Incomplete list", "Found duplicate sops entry", "sops metadata not found", "No keys found in file", "cannot parse value as", "expected a map or struct", "Cannot use more than one of"} {
				if bytes.Contains([]byte(want.Err), []byte(words)) && !bytes.Contains([]byte(got.Err), []byte(words)) {
					t.Errorf("%s: %s: sops says %q, we say %s", name, what, words, firstLine(got.Err))
				}
			}
			if want.Code != 0 {
				refused++
			}
		}
		t.Logf("%s: %d documents, %d refused by both", name, len(mutated), refused)
	}
}

// A comment that begins with a bare mark ends sops with a panic; the file is not lost for that.
func TestIniCommentThatSopsPanicsOn(t *testing.T) {
	p := newFlatPeers(t)
	want, got := p.both(t, "doc.ini", p.key.Encrypt(t, "doc.ini", "#\n# the file\n#\n[s]\na=1\n"))
	if got.Code != 0 || string(got.Out) != "; \n# the file\n# \n[s]\na = 1\n" {
		t.Errorf("exit %d: %s\n%s", got.Code, got.Err, got.Out)
	}
	if want.Code == 0 {
		t.Logf("sops no longer does what this test is about: %s", want.Out)
	}
}
