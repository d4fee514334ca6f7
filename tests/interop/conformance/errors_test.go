package conformance

import (
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age/plugin"

	"argocd-decrypt/tests/interop/harness"
)

// row is one error of docs/errors.md.
type row struct {
	id    string
	texts []string // what it says
	exit  int
}

var quoted = regexp.MustCompile("`([^`]+)`")

// errorsPage reads the tables; a wrong line in them is a failure.
func errorsPage(t *testing.T) map[string]row {
	t.Helper()
	text, err := os.ReadFile(repository(t, "docs/errors.md"))
	harness.Check(t, err)
	rows := map[string]row{}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if !strings.HasPrefix(line, "| ") || cells[0] == "id" {
			continue
		}
		if len(cells) != 5 || rows[cells[0]].id != "" {
			t.Errorf("a row that is none, or twice: %s", line)
			continue
		}
		r := row{id: cells[0]}
		for _, match := range quoted.FindAllStringSubmatch(cells[1], -1) {
			r.texts = append(r.texts, match[1])
		}
		r.exit, err = strconv.Atoi(cells[2])
		if err != nil || len(r.texts) == 0 || cells[3] == "" || cells[4] == "" {
			t.Errorf("%s: no text, no exit code, no cause or no remedy", r.id)
		}
		rows[r.id] = r
	}
	if len(rows) < 50 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

// repository is a file's path from the root of the sources.
func repository(t *testing.T, name string) string {
	t.Helper()
	for root := "../../.."; ; root = "../" + root {
		if _, err := os.Stat(root + "/docs/errors.md"); err == nil {
			return root + "/" + name
		}
		if len(root) > 60 {
			if named := os.Getenv("ACD_SOURCE_DIR"); named != "" {
				return named + "/" + name
			}
			t.Fatal("no docs/errors.md above this folder")
		}
	}
}

func TestErrorsPage(t *testing.T) { // each error occurs, with each of its texts
	rows := errorsPage(t)
	for id := range errorCases {
		if rows[id].id == "" {
			t.Errorf("%s: made here, but not on the page", id)
		}
	}
	for id, r := range rows {
		t.Run(id, func(t *testing.T) {
			make := errorCases[id]
			if make == nil {
				t.Fatal("on the page, but nothing here makes it occur")
			}
			seen := map[string]bool{}
			for i, g := range make(t) {
				o := ours(t, g)
				said := false
				for _, text := range r.texts {
					if strings.Contains(o.Err, text) {
						seen[text], said = true, true
					}
				}
				if o.Code != r.exit || !said || len(o.Out) > 0 || !strings.Contains(o.Err, "\nhint: ") || !strings.HasPrefix(o.Err, "argocd-decrypt decrypt: ") {
					t.Errorf("case %d: exit %d, %d bytes of output: %.1000s", i, o.Code, len(o.Out), o.Err)
				}
			}
			for _, text := range r.texts {
				if !seen[text] {
					t.Errorf("nothing says %q", text)
				}
			}
		})
	}
}

// one makes a single case, of a crafted document.
func one(make func(t *testing.T, d *doc) given) func(*testing.T) []given {
	return func(t *testing.T) []given { return []given{make(t, newDoc(t))} }
}

func files(all ...given) func(*testing.T) []given {
	return func(*testing.T) []given { return all }
}

// withMeta are documents whose metadata has one member changed, each in another way.
func withMeta(name string, values ...any) func(*testing.T) []given {
	return func(t *testing.T) []given {
		var all []given
		for _, value := range values {
			d := newDoc(t)
			d.meta[name] = value
			all = append(all, yaml(d.simple()))
		}
		return all
	}
}

// onlyKey are documents whose only key is of this kind.
func onlyKey(kind string, entries ...map[string]any) func(*testing.T) []given {
	return func(t *testing.T) []given {
		var all []given
		for _, entry := range entries {
			d := newDoc(t)
			entry["created_at"] = modified
			d.meta["age"], d.meta[kind] = nil, []any{entry}
			all = append(all, yaml(d.simple()))
		}
		return all
	}
}

// leaf are documents with one value, of such an ENC[...] text.
func leaf(makes ...func(d *doc) string) func(*testing.T) []given {
	return func(t *testing.T) []given {
		var all []given
		for _, make := range makes {
			d := newDoc(t)
			all = append(all, yaml(d.yaml("a: "+make(d)+"\n", "")))
		}
		return all
	}
}

// sshKeys are documents for somebody else, each with one SSH key at hand, found in another way.
func sshKeys(names ...string) func(*testing.T) []given {
	return func(t *testing.T) []given {
		var all []given
		for _, name := range names {
			text, err := os.ReadFile(repository(t, "tests/testdata/age/"+name))
			harness.Check(t, err)
			keepSecret(string(text))
			dir := t.TempDir()
			harness.Tree{"home/.ssh/id_ed25519": string(text), "keys/ssh/key": string(text)}.Write(t, dir)
			named, atHome, mounted := yaml(newDoc(t).simple()), yaml(newDoc(t).simple()), yaml(newDoc(t).simple())
			named.env = []string{"SOPS_AGE_SSH_PRIVATE_KEY_FILE=" + dir + "/keys/ssh/key"}
			atHome.env, atHome.home = []string{}, dir+"/home"
			mounted.env = []string{"ARGOCD_DECRYPT_KEY_DIR=" + dir + "/keys"}
			all = append(all, named, atHome, mounted)
		}
		return all
	}
}

// withPlugin: the only key at hand is an identity of age-plugin-absent.
func (g given) withPlugin(t *testing.T, env ...string) given {
	t.Helper()
	identity := plugin.EncodeIdentity("absent", secretBytes(16))
	keepSecret(identity)
	g.env = append([]string{"SOPS_AGE_KEY=" + identity}, env...)
	return g
}

func (g given) with(args ...string) given { g.args = args; return g }

// ageEnc is a document whose wrapped key is such a text.
func ageEnc(t *testing.T, change func(enc string) string) given {
	d := newDoc(t)
	key := ownKey(t).Recipient
	d.meta["age"] = []any{map[string]any{"recipient": key, "enc": change(wrap(t, key, d.key))}}
	return yaml(d.simple())
}

// dearmored is the age file in an armor, changed.
func dearmored(t *testing.T, enc string, change func(file []byte) []byte) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(enc), "\n")
	file, err := base64.StdEncoding.DecodeString(strings.Join(lines[1:len(lines)-1], ""))
	harness.Check(t, err)
	text := base64.StdEncoding.EncodeToString(change(file))
	wrapped := lines[0] + "\n"
	for ; len(text) > 64; text = text[64:] {
		wrapped += text[:64] + "\n"
	}
	return wrapped + text + "\n" + lines[len(lines)-1] + "\n"
}

func encOf(kind, plain string) func(d *doc) string {
	return func(d *doc) string { return d.enc(plain, "a:", kind) }
}

func withField(field string, change func(string) string) func(d *doc) string {
	return func(d *doc) string {
		enc := d.str("a secret value", "a")
		start := strings.Index(enc, field+":") + len(field) + 1
		end := start + strings.IndexAny(enc[start:], ",]")
		return enc[:start] + change(enc[start:end]) + enc[end:]
	}
}

func extract(path string) func(t *testing.T, d *doc) given {
	return func(t *testing.T, d *doc) given {
		body := "a: " + d.str("a secret value", "a") + "\nlist:\n    - " + d.str("another value", "list") + "\n"
		return yaml(d.yaml(body, "a secret value"+"another value")).with("--extract", path)
	}
}

// errorCases makes each error of the page occur.
var errorCases = map[string]func(t *testing.T) []given{
	"no-file":           files(given{noFile: true}),
	"missing-file":      files(given{gone: true}),
	"unreadable-file":   files(given{folder: true}),
	"huge-file":         files(given{size: 64<<20 + 1}),
	"unwritable-output": one(func(t *testing.T, d *doc) given { return given{text: d.simple(), full: true} }),
	"order-twice":       files(given{args: []string{"--decryption-order", "age,pgp,age"}}, given{env: []string{"SOPS_DECRYPTION_ORDER=pgp,pgp"}}),
	"bad-extract":       files(given{args: []string{"--extract", "a"}}, given{args: []string{"--extract", `["]`}}, given{args: []string{"--extract", "[x]"}}, given{args: []string{"--extract", "[]"}}),
	"extract-nowhere": func(t *testing.T) []given {
		var all []given
		for _, path := range []string{`["none"]`, `["a"]["b"]`, `["list"][7]`, `["a"][0]`, `[0]`, `["list"]["a"]`} {
			all = append(all, extract(path)(t, newDoc(t)))
		}
		return all
	},

	"not-a-sops-file": files(yaml("a: b\n"), given{name: "f.json", text: "{}"}, given{name: "f.txt", text: "{}"}),
	"wrong-type": func(t *testing.T) []given {
		d := newDoc(t)
		return []given{{name: "f.yaml.enc", text: d.simple()}, {name: "f.json", text: d.simple()}, {name: "f.env", text: d.simple()},
			{name: "-", stdin: d.simple()}, {name: "f.yaml", text: d.dotenv("A="+d.str("x", "A")+"\n", "x")}, {name: "f.ini", text: d.json("", "")},
			{name: "f.yaml", text: d.ini("[s]\na = "+d.enc("x", "s:a:", "str")+"\n", "x")}}
	},
	"yaml-syntax":    files(yaml("a: b\n<<<<<<< HEAD\nc: [\n=======\n"), yaml("a: \"b\n"), yaml("a: b: c\n"), yaml("\t- a\n"), yaml("a: \x01\n"), yaml("a: \xff\n")),
	"yaml-empty":     files(yaml("# nothing\n")),
	"yaml-documents": files(yaml("- a\n"), yaml("a: b\nsops: {mac: x}\n---\n- a\n"), yaml("a: b\nsops: {mac: x}\n---\na\n"), yaml("text\n")),
	"yaml-duplicate": one(func(t *testing.T, d *doc) given { return yaml(d.simple() + "sops: {}\n") }),
	"yaml-aliases": files(yaml("a: &a [x, x, x, x, x, x, x, x]\n" + func() string {
		text := ""
		for i, last := 0, "a"; i < 9; i++ {
			text += fmt.Sprintf("b%d: &b%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat("*"+last+", ", 9), ", "))
			last = fmt.Sprintf("b%d", i)
		}
		return text
	}())),
	"yaml-recursion": files(yaml("a: &a [*a]\n"), yaml("a: *b\n")),
	"too-deep": files(yaml("a: "+strings.Repeat("[", 10001)+strings.Repeat("]", 10001)+"\n"),
		given{name: "f.json", text: `{"a":` + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "}"}),
	"too-many-values":    files(given{name: "f.json", text: `{"a":[` + strings.Repeat("1,", 1000000) + "1]}"}),
	"json-syntax":        files(given{name: "f.json", text: "{a}"}, given{name: "f.json", text: `{"a": "b`}, given{name: "f.json", text: `{"a": 1`}, given{name: "f.bin", text: "text"}),
	"json-empty":         files(given{name: "f.json"}, given{name: "f.bin"}),
	"json-not-an-object": files(given{name: "f.json", text: "[1]"}, given{name: "f.json", text: "5"}),
	"dotenv-line":        files(given{name: "f.env", text: "A=b\nno equals sign\n"}),
	"flat-metadata": func(t *testing.T) []given {
		d := newDoc(t)
		file := d.dotenv("A="+d.str("a secret value", "A")+"\n", "a secret value")
		return []given{{name: "f.env", text: file + "sops_version=3.13.3\n"}, {name: "f.env", text: strings.ReplaceAll(file, "__list_0__", "__list_1__")},
			{name: "f.env", text: file + "sops_age__map_x=y\n"}}
	},
	"ini-line":    files(given{name: "f.ini", text: "[s]\nno delimiter\n"}, given{name: "f.ini", text: "[s\na = b\n"}, given{name: "f.ini", text: "[]\na = b\n"}, given{name: "f.ini", text: "[s]\n= b\n"}, given{name: "f.ini", text: "[s]\n\"a = b\n"}),
	"sops-twice":  files(given{name: "f.json", text: `{"sops":{},"sops":{}}`}),
	"sops-no-map": files(yaml("sops: x\n"), given{name: "f.json", text: `{"sops":[]}`}),
	"metadata-time": func(t *testing.T) []given {
		all := withMeta("lastmodified", nil, "yesterday", "2024-01-02 03:04:05Z")(t)
		d := newDoc(t)
		d.meta["pgp"] = []any{map[string]any{"fp": "ABCD", "enc": "x", "created_at": "never"}}
		return append(all, yaml(d.simple()))
	},
	"metadata-field": func(t *testing.T) []given {
		all := withMeta("lastmodified", raw(modified))(t)
		all = append(all, withMeta("mac_only_encrypted", "yes")(t)...)
		all = append(all, withMeta("shamir_threshold", "two")(t)...)
		return append(append(all, withMeta("age", "text")(t)...), yaml(newDoc(t).simple()+"    1: a\n"))
	},
	"metadata-rules": one(func(t *testing.T, d *doc) given {
		d.meta["encrypted_regex"], d.meta["unencrypted_suffix"] = "a", "b"
		return yaml(d.simple())
	}),
	"metadata-rule-size":   withMeta("encrypted_regex", strings.Repeat("a", 20000)),
	"metadata-rule-memory": withMeta("encrypted_regex", `\pL{1000}|a`),
	"metadata-no-keys":     withMeta("age", nil),
	"metadata-version":     withMeta("version", nil, "abc", "3.x.1", "3.01.0", "3.99999999999999999999999.0", "3.1.0-", "3.1.0-a.01", "3.1.0+!"),
	"metadata-hckms":       onlyKey("hckms", map[string]any{"key_id": "x", "enc": "x"}, map[string]any{"key_id": ":x", "enc": "x"}, map[string]any{"key_id": "x:", "enc": "x"}),
	"metadata-many": func(t *testing.T) []given {
		d, e := newDoc(t), newDoc(t)
		var keys, groups []any
		for i := 0; i <= 20000; i++ {
			key := map[string]any{"recipient": "age1x", "enc": "x"}
			keys, groups = append(keys, key), append(groups, map[string]any{})
		}
		d.meta["age"], e.meta["age"], e.meta["key_groups"] = keys, nil, groups
		return []given{yaml(d.simple()), {name: "f.json", text: e.json("", "")}}
	},

	"no-matching-key": one(func(t *testing.T, d *doc) given {
		g := yaml(d.simple())
		g.env = []string{"SOPS_AGE_KEY_FILE=" + otherKey(t).File}
		return g
	}),
	"no-key": one(func(t *testing.T, d *doc) given { return given{text: d.simple(), env: []string{}} }),
	"bad-key-source": one(func(t *testing.T, d *doc) given {
		file := t.TempDir() + "/keys.txt"
		harness.Check(t, os.WriteFile(file, []byte("# a comment\nNOT-A-KEY-BUT-SECRET\n"), 0o600))
		keepSecret("NOT-A-KEY-BUT-SECRET")
		return given{text: d.simple(), env: []string{"SOPS_AGE_KEY_FILE=" + file}}
	}),
	"ssh-protected": sshKeys("ssh_ed25519_protected", "ssh_rsa_protected.pem", "pkcs8_protected.pem"),
	"ssh-kind":      sshKeys("ssh_ecdsa"),
	"plugin-not-allowed": func(t *testing.T) []given {
		return []given{yaml(newDoc(t).simple()).withPlugin(t), yaml(newDoc(t).simple()).withPlugin(t, "ARGOCD_DECRYPT_AGE_PLUGINS=yubikey")}
	},
	"plugin-missing": func(t *testing.T) []given {
		return []given{yaml(newDoc(t).simple()).withPlugin(t, "ARGOCD_DECRYPT_AGE_PLUGINS=yubikey,absent")}
	},
	"threshold": func(t *testing.T) []given {
		d := newDoc(t)
		d.meta["shamir_threshold"], d.meta["age"] = 2, nil
		d.meta["key_groups"] = []any{map[string]any{"age": []any{d.ageEntry(ownKey(t).Recipient, share(d.key, d.key, 1))}},
			map[string]any{"age": []any{d.ageEntry(otherKey(t).Recipient, share(d.key, d.key, 2))}}}
		return []given{yaml(d.simple())}
	},
	"shares": func(t *testing.T) []given {
		return []given{
			grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 3), share(s, l, 3)} }),
			grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 1), share(s, l, 2)[1:]} }),
			grouped(t, func(s, l []byte) [][]byte { return [][]byte{{1}, {2}} }),
			grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 0), share(s, l, 1)} }),
			thresholdOfOne(t),
		}
	},
	"age-key": func(t *testing.T) []given {
		file := ageEnc(t, func(enc string) string { return "x" + enc })
		return []given{file, ageEnc(t, func(enc string) string {
			return dearmored(t, enc, func(file []byte) []byte { return append(file[:len(file)-1], file[len(file)-1]^1) })
		})}
	},
	"age-armor": func(t *testing.T) []given {
		return []given{ageEnc(t, func(enc string) string { return strings.Replace(enc, "AGE ENCRYPTED", "MESSAGE", 1) }), ageEnc(t, func(enc string) string { return enc[:len(enc)-20] })}
	},
	"age-header": func(t *testing.T) []given {
		return []given{
			ageEnc(t, func(enc string) string {
				return dearmored(t, enc, func(file []byte) []byte { return []byte("age-encryption.org/v2\n") })
			}),
			ageEnc(t, func(enc string) string {
				return dearmored(t, enc, func(file []byte) []byte {
					i := strings.Index(string(file), "\n--- ") + 5
					return []byte(string(file[:i]) + map[bool]string{true: "B", false: "A"}[file[i] == 'A'] + string(file[i+1:]))
				})
			}),
		}
	},
	"age-payload": func(t *testing.T) []given {
		return []given{ageEnc(t, func(enc string) string {
			return dearmored(t, enc, func(file []byte) []byte { return append(file[:len(file)-1], file[len(file)-1]^1) })
		})}
	},
	"pgp-key": func(t *testing.T) []given {
		d := newDoc(t)
		d.meta["age"], d.meta["pgp"] = nil, []any{map[string]any{"fp": "85D77543B3D624B63CEA9E6DBC17301B491B3F21", "created_at": modified, "enc": "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"}}
		return []given{{text: d.simple(), env: []string{"GNUPGHOME=" + t.TempDir()}}}
	},
	"pgp-no-gpg": func(t *testing.T) []given {
		d := newDoc(t)
		d.meta["age"], d.meta["pgp"] = nil, []any{map[string]any{"fp": "85D77543B3D624B63CEA9E6DBC17301B491B3F21", "created_at": modified, "enc": "x"}}
		return []given{{text: d.simple(), env: []string{"SOPS_GPG_EXEC=/nonexistent/gpg"}}}
	},
	"unsupported-key": onlyKey("kms", map[string]any{"arn": "arn:aws:kms:eu-west-1:1:key/x", "enc": "x"}),
	"vault-not-allowed": func(t *testing.T) []given {
		g := onlyKey("hc_vault", map[string]any{"vault_address": "https://v", "engine_path": "e", "key_name": "k", "enc": "x"})(t)[0]
		g.env = []string{"SOPS_HC_VAULT_ALLOWLIST=none"}
		return []given{g}
	},

	"not-authentic":   leaf(func(d *doc) string { return d.str("a secret value", "b") }),
	"not-encrypted":   leaf(func(*doc) string { return "a value in clear" }, func(*doc) string { return "5" }),
	"not-base64":      leaf(withField("data", func(text string) string { return text[1:] }), withField("iv", func(text string) string { return "-" + text[1:] })),
	"bad-iv":          func(t *testing.T) []given { return oddIVs(t) },
	"unknown-type":    leaf(encOf("foo", "a secret value"), encOf("bytes", "a secret value")),
	"not-of-its-type": leaf(encOf("int", "1e3 and a secret"), encOf("float", "1e400"), encOf("bool", "yes and a secret"), encOf("time", "2001-01-01"), encOf("time", "2001-01-01T00:00:00+24:00")),
	"data-key-size": func(t *testing.T) []given {
		d := newDoc(t)
		d.meta["age"] = []any{d.ageEntry(ownKey(t).Recipient, []byte("short"))}
		return []given{yaml(d.simple())}
	},
	"key-not-a-string": one(func(t *testing.T, d *doc) given { return yaml(d.yaml("1: \"\"\n", "")) }),
	"large-integer":    one(func(t *testing.T, d *doc) given { return yaml(d.yaml("a_unencrypted: 18446744073709551615\n", "")) }),
	"time-offset": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a_unencrypted: 2001-01-01T00:00:00+24:00\n", ""))
	}),
	"comment-as-value": func(t *testing.T) []given {
		d := newDoc(t)
		return []given{yaml(d.yaml("a: "+d.enc("a secret comment", "a:", "comment")+"\n", "")), yaml(d.yaml("#"+d.enc("5", ":", "int")+"\na: \"\"\n", ""))}
	},

	"mac-mismatch": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a: "+d.str("a secret value", "a")+"\n", "other"))
	}),
	"mac-missing":    withMeta("mac", nil, ""),
	"mac-unreadable": withMeta("mac", "x", "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]"),

	"binary-no-data": func(t *testing.T) []given {
		d := newDoc(t)
		return []given{{name: "f.bin", text: d.json("", "")}, yaml("a: \"\"\n"+d.yaml("", "")+"---\nb: \"\"\n").with("--output-type", "binary"),
			{name: "f.bin", text: d.json(`"data": "`+d.enc("5", "data:", "int")+`",`, "5")}}
	},
	"json-unsupported": func(t *testing.T) []given {
		d := newDoc(t)
		d.seed = true
		d.meta["mac_only_encrypted"] = true
		return []given{yaml(d.yaml("a: "+d.enc("+Inf", "a:", "float")+"\n", "+Inf")).with("--output-type", "json"),
			yaml(d.yaml("a_unencrypted: 2001-01-01T00:00:00+24:00\n", "")).with("--output-type", "json")}
	},
	"json-huge": func(t *testing.T) []given {
		d := newDoc(t)
		nested := strings.Repeat("[", 900) + strings.Repeat("\"\",", 400000) + "\"\"" + strings.Repeat("]", 900)
		return []given{{name: "f.json", text: d.json(`"a":`+nested+",", "")}}
	},
	"dotenv-complex": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a: {b: \"\"}\n", "")).with("--output-type", "dotenv")
	}),
	"ini-complex": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a: "+d.str("a secret value", "a")+"\n", "a secret value")).with("--output-type", "ini")
	}),
	"extract-binary": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a: "+d.enc("5", "a:", "int")+"\n", "5")).with("--extract", `["a"]`, "--output-type", "binary")
	}),
	"extract-comment": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("a:\n    #"+d.enc("a secret comment", "a:", "comment")+"\n    - \"\"\n", "")).with("--extract", `["a"][0]`)
	}),
	"yaml-comment": one(func(t *testing.T, d *doc) given {
		return yaml(d.yaml("#"+d.enc("\xff\xfe\xfd\xfc\xfb\xfa", ":", "comment")+"\na: \"\"\n", ""))
	}),
}

func thresholdOfOne(t *testing.T) given {
	t.Helper()
	d := newDoc(t)
	d.meta["age"], d.meta["shamir_threshold"] = nil, 1
	d.meta["key_groups"] = []any{map[string]any{"age": []any{d.ageEntry(ownKey(t).Recipient, share(d.key, d.key, 1))}},
		map[string]any{"age": []any{d.ageEntry(otherKey(t).Recipient, share(d.key, d.key, 2))}}}
	return yaml(d.simple())
}

func oddIVs(t *testing.T) []given {
	t.Helper()
	d := newDoc(t)
	long := newDoc(t)
	long.iv = 129
	empty := withField("iv", func(string) string { return `\r` })(d)
	return []given{yaml(d.yaml("a: \""+empty+"\"\n", "")), yaml(long.yaml("a: "+long.str("a secret value", "a")+"\n", ""))}
}
