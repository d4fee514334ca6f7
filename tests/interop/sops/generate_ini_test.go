package sops_test

import (
	"fmt"
	"math/rand"
	"strings"
)

var iniSections = []string{
	"s", "data", "secret", "DEFAULT", "default", "user_plain", "pass_enc", "a b", "a.b", "é", "x_unencrypted", " lead ", "meta", "public", "日本", "a:b", "#c", "\"q\"",
	"S", "sopsy", "a=b", "k\\n",
}

var iniKeys = []string{
	"a", "b", "name", "data", "secretKey", "user_plain", "pass_enc", "x_unencrypted", "A", "a b", "a.b", "é", "日本", "\"q k\"", "`b=k`", "\"a=b\"", "-", "1", "k\\n",
	"public", "\"\"\"t\"\"\"", "'s'", "long" + strings.Repeat("k", 40), "a-b", "(x)", "%(a)s",
}

var iniValues = []string{
	"", "plain", "two words", "  outer  ", "'single'", "\"double\"", "\"a \"", "' a'", "`back`", "`a\nb`", "\"\"\"three\nlines\n\"\"\"", "\"\"\"x\"\"\"", "a#b", "a ; c", "a # c",
	"`a#b`", "\"x#y\"", "\\", "a\\nb", "one \\\n  two", "a=b", "a:b", "=", "%(a)s", "${a}", "true", "1", "1.5", "é日\U0001f600", "\t", "a\tb", "ENC[AES256_GCM,", "[x]", "`;`",
	"\xff", "\x00", "'", "\"", "''", "\"\"", "`", "'it''s'", "a\\", "\\t", "\u00a0x\u00a0", "\"\\n\"", "'a\"", "\"a'", "\"\"\"", "\\n", "a\rb", "`a`b", "<&>",
}

func iniDocument(r *rand.Rand) document {
	d := document{name: "doc.ini"}
	var b strings.Builder
	if r.Intn(40) == 0 {
		b.WriteString("\ufeff")
	}
	if r.Intn(3) == 0 {
		iniMembers(r, &b, "DEFAULT", &d)
	}
	for range r.Intn(4) {
		iniComment(r, &b)
		section := iniSections[r.Intn(len(iniSections))]
		b.WriteString([]string{"", "", " "}[r.Intn(3)] + "[" + section + "]")
		b.WriteString([]string{"", "", "", " ", " ; behind", " # b"}[r.Intn(6)] + "\n")
		iniMembers(r, &b, section, &d)
	}
	d.text = b.String()
	switch r.Intn(25) {
	case 0:
		d.text = strings.ReplaceAll(d.text, "\n", "\r\n")
	case 1, 2, 3:
		d.text = strings.TrimSuffix(d.text, "\n")
	}
	return d
}

func iniMembers(r *rand.Rand, b *strings.Builder, section string, d *document) {
	d.paths = append(d.paths, pathStep(section))
	for range r.Intn(5) {
		iniComment(r, b)
		key, value := iniKeys[r.Intn(len(iniKeys))], iniValues[r.Intn(len(iniValues))]
		if r.Intn(4) == 0 {
			value = iniText(r)
		}
		d.paths = append(d.paths, pathStep(section)+pathStep(key))
		delimiter := []string{" = ", "=", ": ", " : ", "= ", " ="}[r.Intn(6)]
		behind := []string{"", "", "", "", " ", " ; behind", " # behind"}[r.Intn(7)]
		fmt.Fprintf(b, "%s%s%s%s%s\n", []string{"", "", "  "}[r.Intn(3)], key, delimiter, value, behind)
	}
}

func iniText(r *rand.Rand) string {
	text := randomString(r)
	if strings.ContainsAny(text, "\n") {
		return []string{"\"\"\"" + text + "\"\"\"", "`" + text + "`"}[r.Intn(2)]
	}
	return text
}

func iniComment(r *rand.Rand, b *strings.Builder) {
	if r.Intn(5) > 0 {
		return
	}
	comments := []string{"; note", "# note", ";tight", "#tight", "; leave this", "# hide this", ";; two", "## two", "; # mixed", "; é \U0001f600", "; a = b", "# \xff", "; ENC["}
	if seldom(r) { // sops stops with a panic where it should print one of these
		comments = []string{";", "#", "; ", "# ;", "##"}
	}
	for range 1 + r.Intn(2) {
		b.WriteString(comments[r.Intn(len(comments))] + "\n")
	}
	if r.Intn(4) == 0 {
		b.WriteString("\n")
	}
}
