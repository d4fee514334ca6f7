package sops_test

import (
	"fmt"
	"math/rand"
	"strings"
)

func yamlDocument(r *rand.Rand) document {
	d := document{name: []string{"doc.yaml", "doc.yml"}[r.Intn(2)]}
	w := yamlWriter{r: r, unit: 2 + r.Intn(3), anchored: r.Intn(12) == 0}
	w.stream()
	d.text, d.paths = w.b.String(), w.paths
	switch r.Intn(30) {
	case 0:
		d.text = "\ufeff" + d.text
	case 1:
		d.text = strings.ReplaceAll(d.text, "\n", "\r\n")
	case 2:
		d.text = strings.TrimSuffix(d.text, "\n")
	}
	return d
}

// yamlWriter writes a random stream in random styles: what sops reads, not what it writes.
type yamlWriter struct {
	r        *rand.Rand
	b        strings.Builder
	unit     int    // of indentation, when it is not odd
	anchored bool   // has anchors and aliases
	anchors  int    // so far
	document int    // its number
	at       string // the path to where it is
	paths    []string
}

func (w *yamlWriter) oneIn(n int) bool          { return w.r.Intn(n) == 0 }
func (w *yamlWriter) any(texts []string) string { return texts[w.r.Intn(len(texts))] }
func (w *yamlWriter) indent(n int)              { w.b.WriteString(strings.Repeat(" ", n)) }

func (w *yamlWriter) stream() {
	documents := 1
	if w.oneIn(4) {
		documents += w.r.Intn(3)
	}
	if w.oneIn(40) {
		w.b.WriteString("%YAML 1.1\n---\n")
	} else if w.oneIn(3) {
		w.comment(0)
		w.b.WriteString(w.any([]string{"---\n", "---\n", "--- # first\n", "--- \n"}))
	}
	for w.document = range documents {
		if w.document > 0 {
			w.b.WriteString(w.any([]string{"---\n", "---\n", "---\n", "...\n---\n", "--- # next\n"}))
			w.anchors = 0
		}
		w.root()
		w.comment(0)
	}
	if w.oneIn(30) {
		w.b.WriteString("...\n")
	}
}

func (w *yamlWriter) root() {
	switch w.r.Intn(40) {
	case 0:
		w.b.WriteString(w.any([]string{"{}\n", "null\n", "{a: 1, b: [x]}\n", "# only\n", "", "~\n"}))
	default:
		w.mapping(0, 0)
	}
}

func (w *yamlWriter) key(used map[string]bool) (name, written string) {
	for {
		name = keyWord(w.r)
		if w.oneIn(3) {
			name = fmt.Sprintf("k%d", w.r.Intn(1000))
		}
		if name == "sops" || used[name] && !(w.document > 0 && w.oneIn(4)) {
			continue
		}
		used[name] = true
		switch {
		case w.r.Intn(4) > 0 && isSimple(name):
			return name, name
		case w.oneIn(4) && isPrintable(name):
			return name, "'" + strings.ReplaceAll(name, "'", "''") + "'"
		}
		return name, doubleQuoted(name)
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

var yamlComments = []string{
	"# note", "#tight", "# leave this", "# hide this", "# é \U0001f600 ünïcode", "# a: b", "#  spaced  out ", "# - x", "#ENC[AES256_GCM,", "#", "##", "# NOTE x", "#\ttab", "# 日本",
}

func (w *yamlWriter) comment(indent int) {
	if w.r.Intn(6) > 0 {
		return
	}
	for range 1 + w.r.Intn(2) {
		if w.oneIn(12) {
			indent += w.r.Intn(4)
		}
		w.indent(indent)
		w.b.WriteString(w.any(yamlComments) + "\n")
		if w.oneIn(6) {
			w.b.WriteString("\n")
		}
	}
}

func (w *yamlWriter) lineEnd() {
	if w.oneIn(8) {
		w.b.WriteString(" " + w.any(yamlComments))
	}
	w.b.WriteByte('\n')
	if w.oneIn(30) {
		w.b.WriteByte('\n')
	}
}

func (w *yamlWriter) mapping(indent, depth int) {
	used := map[string]bool{}
	outer := w.at
	for i := range 1 + w.r.Intn(5) {
		if i > 0 || depth == 0 {
			w.comment(indent)
			w.indent(indent)
		}
		w.member(used, outer, indent, depth)
	}
	w.at = outer
}

func (w *yamlWriter) member(used map[string]bool, outer string, indent, depth int) {
	if w.anchored && w.anchors > 0 && w.oneIn(8) {
		fmt.Fprintf(&w.b, "<<: *a%d", w.r.Intn(w.anchors))
		if !used["<<"] {
			used["<<"] = true
			w.lineEnd()
			return
		}
		w.b.WriteString("x: 1 # not a merge\n")
		return
	}
	name, written := w.key(used)
	w.at = outer + pathStep(name)
	if w.document == 0 {
		w.paths = append(w.paths, w.at)
	}
	if w.oneIn(60) {
		w.b.WriteString("? " + written + "\n")
		w.indent(indent)
		w.b.WriteString(":")
	} else {
		w.b.WriteString(written + w.any([]string{"", "", "", "", " "}) + ":")
	}
	w.value(indent, depth, false)
}

func (w *yamlWriter) sequence(indent, depth int, inLine bool) {
	outer := w.at
	for i := range 1 + w.r.Intn(4) {
		if i > 0 || !inLine {
			w.comment(indent)
			w.indent(indent)
		}
		w.b.WriteByte('-')
		w.at = fmt.Sprintf("%s[%d]", outer, i)
		if w.document == 0 && w.oneIn(15) { // sops counts comments too, and prints what it has for one inside
			w.paths = append(w.paths, w.at)
		}
		w.value(indent, depth, true)
	}
	w.at = outer
}

// value writes what follows `key:` or `-`.
func (w *yamlWriter) value(indent, depth int, inList bool) {
	kind := w.r.Intn(12)
	if depth >= 4 && kind < 4 {
		kind = 9
	}
	step := w.unit
	if w.oneIn(10) {
		step = 1 + w.r.Intn(7)
	}
	if w.anchored && kind >= 4 && w.anchors > 0 && w.oneIn(6) {
		fmt.Fprintf(&w.b, " *a%d", w.r.Intn(w.anchors))
		w.lineEnd()
		return
	}
	if w.anchored && w.oneIn(5) {
		fmt.Fprintf(&w.b, " &a%d", w.anchors)
		defer func() { w.anchors++ }()
		inList = false
	}
	switch kind {
	case 0, 1:
		w.collection(indent, step, depth, inList, false)
	case 2:
		w.collection(indent, step, depth, inList, true)
	case 3:
		w.b.WriteString(" ")
		w.flow(depth, indent+step)
		w.lineEnd()
	case 4, 5, 6:
		w.scalar(w.any(plainScalars))
	case 7:
		w.scalar(randomNumber(w.r, false))
	default:
		w.text(randomString(w.r), indent, step)
	}
}

func (w *yamlWriter) collection(indent, step, depth int, inList, isList bool) {
	if inList && w.oneIn(2) { // on the line of the dash
		w.b.WriteString(" ")
		if isList {
			w.sequence(indent+2, depth+1, true)
			return
		}
		used := map[string]bool{}
		outer := w.at
		w.member(used, outer, indent+2, depth+1)
		for range w.r.Intn(3) {
			w.comment(indent + 2)
			w.indent(indent + 2)
			w.member(used, outer, indent+2, depth+1)
		}
		w.at = outer
		return
	}
	if w.oneIn(25) {
		w.b.WriteString(w.any([]string{" !!map", " !!seq", " !x", ""}))
	}
	w.lineEnd()
	if isList {
		if !inList && w.oneIn(3) {
			step = 0 // at the key's own column
		}
		w.sequence(indent+step, depth+1, false)
		return
	}
	w.comment(indent + step)
	w.indent(indent + step)
	w.mapping(indent+step, depth+1)
}

// flow writes a collection or a scalar in brackets, possibly on several lines.
func (w *yamlWriter) flow(depth, indent int) {
	isList := w.oneIn(2)
	w.b.WriteString(map[bool]string{true: "[", false: "{"}[isList])
	used := map[string]bool{}
	for i := range w.r.Intn(4) {
		if i > 0 {
			w.b.WriteString(",")
		}
		if w.oneIn(5) {
			if w.oneIn(3) {
				w.b.WriteString(" " + w.any(yamlComments))
			}
			w.b.WriteString("\n")
			w.indent(indent)
		} else {
			w.b.WriteString(w.any([]string{"", " "}))
		}
		if !isList {
			_, written := w.key(used)
			w.b.WriteString(written + ": ")
		}
		switch {
		case depth < 4 && w.oneIn(4):
			w.flow(depth+1, indent)
		case w.oneIn(2):
			w.b.WriteString(doubleQuoted(randomString(w.r)))
		default:
			w.b.WriteString(w.any([]string{"1", "two", "3.0", "null", "true", "~", "'x, y'", "a b", "0x1F", "2001-12-14", "-0.0", "[]", "{}", ".inf", "!!str 5"}))
		}
	}
	if w.oneIn(12) {
		w.b.WriteString(",")
	}
	w.b.WriteString(map[bool]string{true: "]", false: "}"}[isList])
}

func (w *yamlWriter) scalar(text string) {
	if text != "" {
		w.b.WriteString(w.any([]string{" ", " ", " ", "  ", "\t"}) + text)
	}
	w.lineEnd()
}

func (w *yamlWriter) text(s string, indent, step int) {
	switch style := w.r.Intn(6); {
	case style == 0 && isSimple(s):
		w.scalar(s)
	case style == 1 && isPrintable(s):
		w.scalar("'" + strings.ReplaceAll(s, "'", "''") + "'")
	case style >= 2 && style < 5 && isBlock(s):
		w.block(s, indent, step)
	case style == 5 && isWords(s):
		// A plain scalar on two lines.
		w.b.WriteString(" " + s + "\n")
		w.indent(indent + step)
		w.b.WriteString(s)
		w.lineEnd()
	default:
		w.scalar(doubleQuoted(s))
	}
}

func isWords(s string) bool {
	for _, word := range strings.Split(s, " ") {
		if !isSimple(word) {
			return false
		}
	}
	return true
}

func isPrintable(s string) bool {
	for _, c := range s {
		if c < 0x20 || c >= 0x7f && c < 0xa1 || c == 0x200b || c == 0xfeff || c == 0x2028 || c == 0x2029 || c > 0xffff {
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
	for i, line := range strings.Split(s, "\n") {
		if !isPrintable(line) || i == 0 && line == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func (w *yamlWriter) block(s string, indent, step int) {
	header := w.any([]string{" |", " |", " >"})
	if w.oneIn(4) && step < 10 {
		header += fmt.Sprint(step)
	}
	body := strings.TrimRight(s, "\n")
	switch len(s) - len(body) {
	case 0:
		header += "-"
	case 1:
	default:
		header += "+"
	}
	if w.oneIn(10) {
		header += " # behind the header"
	}
	w.b.WriteString(header + "\n")
	for _, line := range strings.Split(s[:max(len(body), len(s)-1)], "\n") {
		if line != "" {
			w.indent(indent + step)
		}
		w.b.WriteString(line + "\n")
	}
}
