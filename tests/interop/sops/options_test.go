package sops_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
)

// The rules that say what gets encrypted, and expressions for the keys and comments that the
// generators write: Go's syntax, also what no other engine reads so, and what none reads at all.
var (
	suffixes    = []string{"_plain", "_enc", "_unencrypted", "a", "é", "Key"}
	expressions = []string{
		"^(pub|meta)", "^(data|stringData|secret.*)$", "(?i)^SECRET", `\pL{3}`, `^\p{Han}+$`, "^[^a-z]", "a|b", "", "^$", `\bdata\b`,
		`\d+`, "(?s).", `\x{e9}`, `[[:alpha:]]{5}`, "(?-i)K", "^k[0-4]", `\Aname\z`, "(?U)a+", "(?i)É", "name|", `\Qa b\E`,
		"(", "[", `(?=data)`, `(?!x).`, `a{1001}`, `\C`, `\pQ`, "(?<n>a)", "(?P<n>data)", `(a)\1`, "x**", "*",
		`^\p{Letter}+$`, `\p{Uppercase_Letter}`, `[\p{digit}\P{ASCII}]`, `\pC`, `[^\p{Other}]`, `\p{^ascii}`, `\p{LC}{3}`, `\p{gr-eek}`, `\p{Cn}`,
		`[\P{Assigned}x]`, `\p{Old_Italic}|a`, `[\P{Any}k]`, "(?P<é>a)", "a|x{99999999999}", `\pL{500}|a`,
	}
	commentExpressions = []string{"leave", "hide", "^ (leave|hide)", "(?i)NOTE", ".", `\p{So}|\p{Lu}`, "(", "", "x$", "this", `\p{Letter}{6}`, `^\p{ASCII}+$`}
)

// ruleOf gives a rule's name as in a .sops.yaml, and its value; the name is empty for none.
func ruleOf(r *rand.Rand) (name, value string) {
	any := func(texts []string) string { return texts[r.Intn(len(texts))] }
	switch r.Intn(9) {
	case 0:
		return "unencrypted_suffix", any(suffixes)
	case 1:
		return "encrypted_suffix", any(suffixes)
	case 2:
		return "unencrypted_regex", any(expressions)
	case 3:
		return "encrypted_regex", any(expressions)
	case 4:
		return "unencrypted_comment_regex", any(commentExpressions)
	case 5:
		return "encrypted_comment_regex", any(commentExpressions)
	}
	return "", ""
}

// withOptions adds to a trial how it is encrypted, and for whom.
func (t *trial) withOptions(r *rand.Rand, p *peers) {
	name, value := ruleOf(r)
	macOnly := r.Intn(4) == 0
	if r.Intn(4) == 0 {
		t.withGroups(r, p, name, value, macOnly)
		return
	}
	if name != "" && value != "" {
		t.encrypt = append(t.encrypt, "--"+strings.ReplaceAll(name, "_", "-"), value)
	}
	if macOnly {
		t.encrypt = append(t.encrypt, "--mac-only-encrypted")
	}
	group := shuffled(r, len(p.keys), 1+r.Intn(3))
	t.groups = [][]int{group}
	t.holds = []int{group[r.Intn(len(group))]}
	if r.Intn(6) == 0 {
		t.holds = shuffled(r, len(p.keys), r.Intn(len(p.keys)))
	}
}

// withGroups has key groups, and so a configuration.
func (t *trial) withGroups(r *rand.Rand, p *peers, rule, value string, macOnly bool) {
	count := 1 + r.Intn(4)
	threshold := count - r.Intn(count)
	if r.Intn(8) == 0 {
		threshold = r.Intn(count + 1)
	}
	var b strings.Builder
	b.WriteString("creation_rules:\n  - key_groups:\n")
	for range count {
		group := shuffled(r, len(p.keys), 1+r.Intn(3))
		t.groups = append(t.groups, group)
		b.WriteString("      - age:\n")
		for _, i := range group {
			fmt.Fprintf(&b, "          - %s\n", p.keys[i].Recipient)
		}
	}
	if threshold > 0 {
		fmt.Fprintf(&b, "    shamir_threshold: %d\n", threshold)
	}
	if rule != "" {
		quoted, _ := json.Marshal(value)
		fmt.Fprintf(&b, "    %s: %s\n", rule, quoted)
	}
	if macOnly {
		b.WriteString("    mac_only_encrypted: true\n")
	}
	t.config = b.String()
	t.holds = shuffled(r, len(p.keys), len(p.keys))
	if r.Intn(2) == 0 {
		t.holds = shuffled(r, len(p.keys), r.Intn(len(p.keys)+1))
	}
}

// withDecryption adds how the trial is decrypted.
func (t *trial) withDecryption(r *rand.Rand) {
	oneIn := func(n int) bool { return r.Intn(n) == 0 }
	formats := []string{"yaml", "json", "dotenv", "ini", "binary"}
	for _, option := range []struct {
		name       string
		known, any int
	}{{"--output-type", 6, 80}, {"--input-type", 80, 200}} {
		if slices.Contains(t.decrypt, option.name) {
			continue
		}
		if oneIn(option.known) {
			t.decrypt = append(t.decrypt, option.name, formats[r.Intn(len(formats))])
		} else if oneIn(option.any) {
			t.decrypt = append(t.decrypt, option.name, "toml")
		}
	}
	if oneIn(10) {
		t.global = append(t.global, "--indent", strconv.Itoa(r.Intn(11)))
	}
	if oneIn(8) && len(t.paths) > 0 {
		t.decrypt = append(t.decrypt, "--extract", t.paths[r.Intn(len(t.paths))])
	} else if seldom(r) {
		t.decrypt = append(t.decrypt, "--extract", "[0]")
	} else if oneIn(80) {
		wrong := []string{`["nope"]`, `[-1]`, `["a"][0]`, `["a"]["b"]["c"]`, "a", "[", `["a"`, `[a]`, "[]", `['a']`, `["a"]x`}
		t.decrypt = append(t.decrypt, "--extract", wrong[r.Intn(len(wrong))])
	}
	if oneIn(15) {
		t.decrypt = append(t.decrypt, "--ignore-mac")
	}
	if oneIn(20) {
		orders := []string{"age", "pgp,age", "age,pgp", "nonsense", "kms,age", "age,age", "age,pgp,age"}
		t.decrypt = append(t.decrypt, "--decryption-order", orders[r.Intn(len(orders))])
	}
}

// renamed gives the file another name, which says nothing of its type: the options have to.
func (t *trial) renamed(r *rand.Rand) {
	if r.Intn(25) != 0 {
		return
	}
	word := t.store
	t.name = []string{"secrets", "doc.yaml.enc", "DOC.YAML", "doc.txt", ".env.prod", "doc.json"}[r.Intn(6)]
	t.encrypt = append(t.encrypt, "--input-type", word, "--output-type", word)
	t.decrypt = append(t.decrypt, "--input-type", word)
	if r.Intn(3) > 0 {
		t.decrypt = append(t.decrypt, "--output-type", word)
	}
}

// converted: encrypted into another format than the document's.
func (t *trial) converted(r *rand.Rand) {
	if r.Intn(25) != 0 {
		return
	}
	words := []string{"yaml", "json", "ini", "dotenv"}
	word := words[r.Intn(len(words))]
	t.encrypt = append(t.encrypt, "--input-type", t.store, "--output-type", word)
	t.name = map[string]string{"yaml": "doc.yaml", "json": "doc.json", "ini": "doc.ini", "dotenv": "doc.env"}[word]
}

// newTrial draws one. generate makes the document in one of the stores.
func newTrial(r *rand.Rand, p *peers) trial {
	t := generate(r)
	t.withOptions(r, p)
	switch r.Intn(2) {
	case 0:
		t.renamed(r)
	case 1:
		t.converted(r)
	}
	t.withDecryption(r)
	t.withPatch(r)
	return t
}

// describe says what a trial is in a word or two for people.
func (t trial) describe() string {
	text := fmt.Sprintf("%s %s encrypt %q groups %v holds %v decrypt %q %q", t.store, t.name, t.encrypt, t.groups, t.holds, t.global, t.decrypt)
	if t.label != "" {
		text += " metadata: " + t.label
	}
	return text
}
