package conformance

import (
	"strings"
	"testing"
)

func TestStatement14(t *testing.T) { // metadata twice
	d := newDoc(t)
	t.Run("YAML", func(t *testing.T) {
		refused(t, yaml(d.simple()+"sops: {}\n"), 1, `mapping key "sops" already defined`)
	})
	t.Run("JSON", func(t *testing.T) {
		file := d.json(`"a":"`+d.str("a secret value", "a")+`",`, "a secret value")
		refused(t, given{name: "file.json", text: strings.TrimSuffix(file, "}") + `,"sops":{}}`}, 1, "Found duplicate sops entry")
	})
	t.Run("INI", func(t *testing.T) {
		file := d.ini("[s]\na = "+d.enc("a secret value", "s:a:", "str")+"\n", "a secret value")
		refused(t, given{name: "file.ini", text: file + "[sops]\nx = y\n"}, 1, "Found duplicate sops entry")
	})
}

func TestStatement15(t *testing.T) { // metadata that is no map
	const says = "Found sops entry that is not a mapping"
	for name, g := range map[string]given{
		"YAMLText": yaml("a: b\nsops: foo\n"), "YAMLNull": yaml("a: b\nsops:\n"), "YAMLList": yaml("sops: []\n"),
		"JSONText": {name: "file.json", text: `{"a":"b","sops":"foo"}`}, "JSONNull": {name: "file.json", text: `{"sops":null}`},
		"Binary": {name: "file.bin", text: `{"data":"b","sops":"foo"}`},
	} {
		t.Run(name, func(t *testing.T) { refused(t, g, 1, says) })
	}
}

func TestStatement16(t *testing.T) { // metadata that ends too early
	refused(t, yaml("a: b\nsops: {}\n"), 1, `parsing time ""`)
	file := newDoc(t).simple()
	refused(t, yaml(file[:strings.Index(file, "    lastmodified")]), 1, `parsing time ""`)
}

func TestStatement17(t *testing.T) { // no metadata
	const none = "sops metadata not found"
	for name, c := range map[string]struct{ file, text, says string }{
		"YAML": {"f.yaml", "a: b\n", none}, "JSON": {"f.json", `{"a":"b"}`, none}, "Binary": {"f.bin", `{"data":"b"}`, none},
		"Dotenv": {"f.env", "A=b\n", none}, "INI": {"f.ini", "[s]\na = b\n", none},
		"EmptyYAML": {"f.yaml", "", none}, "EmptyJSON": {"f.json", "", "EOF"}, "EmptyBinary": {"f.bin", "", "EOF"},
		"EmptyDotenv": {"f.env", "", none}, "EmptyINI": {"f.ini", "", none},
	} {
		t.Run(name, func(t *testing.T) { refused(t, given{name: c.file, text: c.text}, 1, c.says) })
	}
}

func TestStatement18(t *testing.T) { // two selection rules
	d := newDoc(t)
	d.meta["encrypted_regex"], d.meta["unencrypted_suffix"] = "^a$", "_plain"
	refused(t, yaml(d.simple()), 1, "Cannot use more than one of")
}

func TestStatement19(t *testing.T) { // no keys
	d := newDoc(t)
	d.meta["age"] = nil
	refused(t, yaml(d.simple()), 1, "No keys found in file")
}

func TestStatement20(t *testing.T) { // versions
	for _, c := range []struct {
		name  string
		value any
		says  string
	}{
		{"Missing", nil, "Version string empty"}, {"Word", "abc", "No Major.Minor.Patch elements found"},
		{"Number", raw("3.7"), "No Major.Minor.Patch elements found"}, {"Old", "1.18", ""}, {"Future", "99.0.0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDoc(t)
			d.meta["version"] = c.value
			if c.says != "" {
				refused(t, yaml(d.simple()), 1, c.says)
			} else {
				acceptedAs(t, yaml(d.simple()), simplePlain)
			}
		})
	}
}

func TestStatement41(t *testing.T) { // metadata only in the second document
	refused(t, yaml("a: b\n---\n"+newDoc(t).simple()), 1, "sops metadata not found")
}
