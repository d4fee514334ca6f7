package sops_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
)

func jsonDocument(r *rand.Rand) document {
	w := jsonWriter{r: r}
	w.object(0)
	d := document{name: "doc.json", text: w.b.String(), paths: w.paths}
	if r.Intn(6) == 0 {
		tails := []string{"\n", "\n\n", " ", "{}", "garbage", "\x00", "]", "// x"}
		d.text += tails[r.Intn(len(tails))]
	}
	return d
}

// jsonWriter writes a random document in random styles.
type jsonWriter struct {
	r     *rand.Rand
	b     strings.Builder
	at    string   // the path to where it is
	paths []string // of all values
}

func (w *jsonWriter) blank() {
	w.b.WriteString([]string{"", "", " ", "\n\t", "  ", "\r\n"}[w.r.Intn(6)])
}

func (w *jsonWriter) object(depth int) {
	w.b.WriteByte('{')
	w.blank()
	outer := w.at
	size := w.r.Intn(6)
	if depth == 0 {
		size++
	}
	for i := range size {
		if i > 0 {
			w.b.WriteByte(',')
			w.blank()
		}
		key := keyWord(w.r)
		w.b.WriteString(jsonText(w.r, key))
		w.blank()
		w.b.WriteByte(':')
		w.blank()
		w.at = outer + pathStep(key)
		w.value(depth + 1)
	}
	w.at = outer
	w.blank()
	w.b.WriteByte('}')
}

func (w *jsonWriter) list(depth int) {
	w.b.WriteByte('[')
	outer := w.at
	for i := range w.r.Intn(5) {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.blank()
		w.at = fmt.Sprintf("%s[%d]", outer, i)
		w.value(depth + 1)
	}
	w.at = outer
	w.b.WriteByte(']')
}

func (w *jsonWriter) value(depth int) {
	w.paths = append(w.paths, w.at)
	kind := w.r.Intn(10)
	if depth > 4 && kind < 3 {
		kind = 9
	}
	switch kind {
	case 0, 1:
		w.object(depth)
	case 2:
		w.list(depth)
	case 3, 4:
		w.b.WriteString(randomNumber(w.r, true))
	case 5:
		w.b.WriteString([]string{"true", "false", "null"}[w.r.Intn(3)])
	default:
		w.b.WriteString(jsonText(w.r, randomString(w.r)))
	}
}

// rawJSON are strings as they stand in a file: escapes, halves of surrogate pairs, bytes that are not UTF-8.
var rawJSON = []string{
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\u0000"`, `"\/"`, `"\b\f\n\r\t\"\\"`, "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
	"\"\x7f\"", `"\u003c<"`, `"\uFFFD\ufffe\uFEFF"`, `"\uD800\uD800\uDC00"`,
}

func jsonText(r *rand.Rand, s string) string {
	if seldom(r) {
		return []string{"\"\u2028\"", `"\u2028\u2029"`, "\"\ufeff\""}[r.Intn(3)]
	}
	if r.Intn(15) == 0 {
		return rawJSON[r.Intn(len(rawJSON))]
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	if r.Intn(2) == 0 {
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(encoded))
	}
	return string(encoded)
}
