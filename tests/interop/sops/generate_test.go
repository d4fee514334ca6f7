package sops_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
)

// A generated document: its name decides the format.
type document struct {
	name, text string
	options    []string // of sops's encryption
}

// Words in keys and comments that the selection rules below look for.
var selectionRules = [][]string{
	nil, nil, nil,
	{"--unencrypted-suffix", "_plain"},
	{"--encrypted-suffix", "_enc"},
	{"--unencrypted-regex", "^(pub|meta)"},
	{"--encrypted-regex", "^(data|stringData|secret.*)$"},
	{"--unencrypted-comment-regex", "leave"},
	{"--encrypted-comment-regex", "hide"},
}

var keyWords = []string{
	"a", "b", "name", "data", "stringData", "secret", "secretKey", "metadata", "public", "user_plain", "pass_enc", "x_unencrypted",
	"a b", "a: b", "a:b", "1", "true", "null", "", "-", "#h", "y", "n", "yes", "Off", "1.5", "2001-01-01", "~", "é", "日本", "\U0001f511",
	"with.dot", "with/slash", "it's", "\"q\"", "{x}", "[y]", "*s", "&t", "!u", "%v", "@w", "tab\tkey", "back\\slash", " lead", "trail ", "sops_x",
	"0x10", "1e3", "new\nline", "k" + strings.Repeat("o", 130),
}

func generate(r *rand.Rand) document {
	d := document{options: append([]string{}, selectionRules[r.Intn(len(selectionRules))]...)}
	if r.Intn(4) == 0 {
		d.options = append(d.options, "--mac-only-encrypted")
	}
	if r.Intn(3) == 0 {
		d.name = "doc.json"
		d.text = randomJSON(r, 0) + []string{"", "\n"}[r.Intn(2)]
		return d
	}
	d.name = []string{"doc.yaml", "doc.yml"}[r.Intn(2)]
	d.text = randomYAML(r)
	return d
}

// yamlWriter writes a random document in random styles: what sops reads, not what it writes.
type yamlWriter struct {
	r *rand.Rand
	b strings.Builder
}

func randomYAML(r *rand.Rand) string {
	w := yamlWriter{r: r}
	if r.Intn(3) == 0 {
		w.b.WriteString("---\n")
	}
	documents := 1
	if r.Intn(3) == 0 {
		documents += r.Intn(3)
	}
	for i := range documents {
		if i > 0 {
			w.b.WriteString("---\n")
		}
		w.mapping(0, 0)
		w.comment(0)
	}
	text := w.b.String()
	switch r.Intn(20) {
	case 0:
		return "\ufeff" + text
	case 1:
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

func (w *yamlWriter) key(used map[string]bool) string {
	for {
		key := keyWords[w.r.Intn(len(keyWords))]
		if w.r.Intn(3) == 0 {
			key = fmt.Sprintf("k%d", w.r.Intn(1000))
		}
		if used[key] || key == "sops" {
			continue
		}
		used[key] = true
		if w.r.Intn(4) > 0 && isSimple(key) {
			return key
		}
		return doubleQuoted(key)
	}
}

// isSimple: the text stands for itself without quotes, in every reader.
func isSimple(s string) bool {
	switch s {
	case "", "true", "null", "y", "n", "yes", "Off":
		return false
	}
	for i, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && (c >= '0' && c <= '9' || c == '_')) {
			return false
		}
	}
	return true
}

func (w *yamlWriter) indent(n int) { w.b.WriteString(strings.Repeat(" ", n)) }

func (w *yamlWriter) comment(indent int) {
	if w.r.Intn(6) > 0 {
		return
	}
	for range 1 + w.r.Intn(2) {
		w.indent(indent)
		w.b.WriteString(w.commentText())
		w.b.WriteByte('\n')
	}
}

func (w *yamlWriter) commentText() string {
	texts := []string{"# note", "#tight", "# leave this", "# hide this", "# é \U0001f600 ünïcode", "# a: b", "#  spaced  out ", "# - x", "#ENC[AES256_GCM,"}
	return texts[w.r.Intn(len(texts))]
}

func (w *yamlWriter) mapping(indent, depth int) {
	used := map[string]bool{}
	for range 1 + w.r.Intn(5) {
		w.comment(indent)
		w.indent(indent)
		w.b.WriteString(w.key(used))
		w.b.WriteByte(':')
		w.value(indent, depth)
	}
}

func (w *yamlWriter) sequence(indent, depth int) {
	for range 1 + w.r.Intn(4) {
		w.comment(indent)
		w.indent(indent)
		w.b.WriteByte('-')
		w.value(indent, depth)
	}
}

// value writes what follows `key:` or `-`.
func (w *yamlWriter) value(indent, depth int) {
	kind := w.r.Intn(10)
	if depth >= 4 && kind < 3 {
		kind = 9
	}
	step := 2 + w.r.Intn(3)
	switch kind {
	case 0, 1:
		w.b.WriteByte('\n')
		w.mapping(indent+step, depth+1)
	case 2:
		w.b.WriteByte('\n')
		w.sequence(indent+step, depth+1)
	case 3, 4, 5:
		w.scalar(plainScalars[w.r.Intn(len(plainScalars))])
	case 6:
		w.scalar(randomNumber(w.r, false))
	default:
		w.text(randomString(w.r), indent+step)
	}
}

func (w *yamlWriter) scalar(text string) {
	if text != "" {
		w.b.WriteString(" " + text)
	}
	if w.r.Intn(8) == 0 {
		w.b.WriteString(" " + w.commentText())
	}
	w.b.WriteByte('\n')
}

func (w *yamlWriter) text(s string, indent int) {
	switch style := w.r.Intn(4); {
	case style == 0 && isSimple(s):
		w.scalar(s)
	case style == 1 && isPrintable(s):
		w.scalar("'" + strings.ReplaceAll(s, "'", "''") + "'")
	case style >= 2 && isBlock(s):
		w.block(s, indent)
	default:
		w.scalar(doubleQuoted(s))
	}
}

func isPrintable(s string) bool {
	for _, c := range s {
		if c < 0x20 || c >= 0x7f && c < 0xa1 || c == 0x200b || c > 0xffff {
			return false
		}
	}
	return true
}

// isBlock: a literal block scalar can hold it.
func isBlock(s string) bool {
	if strings.Trim(s, "\n") == "" {
		return false
	}
	for _, line := range strings.Split(s, "\n") {
		if !isPrintable(line) || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func (w *yamlWriter) block(s string, indent int) {
	body := strings.TrimRight(s, "\n")
	header := " |"
	switch len(s) - len(body) {
	case 0:
		header += "-"
	case 1:
	default:
		header += "+"
	}
	w.b.WriteString(header + "\n")
	for _, line := range strings.Split(s[:max(len(body), len(s)-1)], "\n") {
		if line != "" {
			w.indent(indent)
		}
		w.b.WriteString(line + "\n")
	}
}

func randomJSON(r *rand.Rand, depth int) string {
	var b strings.Builder
	blank := []string{"", " ", "\n\t", "  "}[r.Intn(4)]
	b.WriteString("{" + blank)
	for i := range r.Intn(6) {
		if i > 0 {
			b.WriteString("," + blank)
		}
		key := keyWords[r.Intn(len(keyWords))]
		b.WriteString(jsonText(r, key) + ":" + blank + randomJSONValue(r, depth+1))
	}
	b.WriteString(blank + "}")
	return b.String()
}

func randomJSONValue(r *rand.Rand, depth int) string {
	kind := r.Intn(10)
	if depth > 4 && kind < 3 {
		kind = 9
	}
	switch kind {
	case 0, 1:
		return randomJSON(r, depth)
	case 2:
		var items []string
		for range r.Intn(5) {
			items = append(items, randomJSONValue(r, depth+1))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case 3, 4:
		return randomNumber(r, true)
	case 5:
		return []string{"true", "false", "null"}[r.Intn(3)]
	}
	return jsonText(r, randomString(r))
}

func jsonText(r *rand.Rand, s string) string {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	if r.Intn(2) == 0 {
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(encoded))
	}
	return string(encoded)
}
