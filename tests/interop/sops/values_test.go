package sops_test

import (
	"fmt"
	"math"
	"math/rand"
	"strconv"
	"strings"
)

// Texts that YAML 1.1, YAML 1.2 or JSON readers take for something else, or that are hard to quote.
var hardStrings = []string{
	"", " ", "  lead", "trail ", "\t", "a\tb", "a\rb", "cr\r\nnext", "123", "-5", "+7", "007", "0x1f", "0o17",
	"0b11", "1_000", "1e3", "1E+06", ".5", "5.", ".inf", "-.INF", ".nan", "1.0", "yes", "No", "on", "OFF",
	"y", "N", "true", "False", "null", "~", "Null", "2024-01-01", "2024-01-01T00:00:00Z", "1:30", "190:20:30",
	"-", "- a", "?", "? a", ":", ": a", "a: b", "a:b", "a #b", "#a", "a#b", "&a", "*a", "!a", "!!str a", "|", ">",
	"'", "\"", "''", "it's", "%a", "@a", "`a", "{", "}", "{a: b}", "[", "]", "[a, b]", ",", "---", "--- a", "...",
	"=", "<<", "ENC[", "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", "sops", "\\", "\\n", "a\\tb", "\u00a0nbsp",
	"line one\nline two\n", "no final\nnewline", "\nleading newline", "two finals\n\n", "\n", "\n\n", "trail sp \nnext\n",
	" lead sp\nnext", "deep\n  indent\n    more\n", "tab\n\tindent\n", "-----BEGIN KEY-----\nMIIB/+==\n-----END KEY-----\n",
	"é ü ß", "日本語", "кириллица", "\U0001f600", "a\U0001f680b\nc", "a\u0301", "\u200b", "\u2028x\ny", "\u0085", "\u007f", "\u0001",
	"\u0000", "<script>&amp;</script>", "${VAR} $(cmd)", "a=b;c=d", strings.Repeat("long ", 60), strings.Repeat("x", 300),
	"12345_54321", "1.2.3.4", "1.2", "0.0.0.0/0", "08", "0777", "-0", "-0.0", "1e400", "18446744073709551616",
}

// Plain scalars as they stand in a YAML file, with every type that sops knows and some that it doesn't.
var plainScalars = []string{
	"0", "1", "-1", "42", "+5", "-0", "007", "0x1F", "0o17", "0b101", "1_000", "08", "9223372036854775807",
	"-9223372036854775808", "18446744073709551616", "-9223372036854775809", "1.0", "1.5", "-0.0", "0.1", "1e3", "1E-7",
	"1e21", "1.7976931348623157e308", "5e-324", "123456789.123456789", "1000000.0", "999999.5", "0.0001", "0.00001",
	".5", "5.", "1_0.5", "1e400", ".inf", "-.inf", "+.Inf", ".nan", ".NaN", "true", "True", "TRUE", "false", "False",
	"null", "~", "Null", "NULL", "", "yes", "No", "on", "OFF", "y", "tRue", "1:30", "190:20:30", "2001-12-14",
	"2001-12-14T21:59:43.10-05:00", "2001-12-14t21:59:43Z", "2001-12-14 21:59:43.10", "2001-12-14 21:59:43.10 -5",
	"!!str 123", "!!str", "!!int \"12\"", "!!float 3", "!!binary aGVsbG8=", "!!binary /wD+", "!custom foo", "! 12",
	"plain words", "a-b_c.d/e", "http://example.org:80/x?y=z#f", "x:y", "=", "{}", "[]", "[[], {}, \"\", null]",
	"[1, two, 3.0]", "{a: 1, b: [x, y]}", "'single ''quoted'''", "\"esc \\x41 \\u00e9 \\U0001F600 \\t\"",
}

var jsonNumbers = []string{
	"0", "-0", "1", "-1", "42", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.0", "1.5", "-0.0",
	"1e2", "1E2", "1e-7", "1e20", "1e21", "0.000001", "0.0000001", "123456789.123456789", "1.7976931348623157e308", "5e-324",
	"18446744073709551616", "9007199254740993",
}

// sopsMangles: texts that sops itself prints wrongly as YAML, some only in lists. They have a test of
// their own (quirks_test.go), so random documents seldom hold one.
func sopsMangles(s string) bool {
	return strings.HasPrefix(s, "\t") && strings.Contains(s, "\n") || strings.HasPrefix(s, "\ufeff") || strings.ContainsAny(s, "\u2028\u2029") ||
		strings.ContainsAny(strings.TrimRight(s, "\n"), "\n") && strings.IndexAny(s, " \n") == 0
}

func randomString(r *rand.Rand) string {
	for {
		s := candidateString(r)
		if !sopsMangles(s) || seldom(r) {
			return s
		}
	}
}

func candidateString(r *rand.Rand) string {
	if r.Intn(3) > 0 {
		return hardStrings[r.Intn(len(hardStrings))]
	}
	alphabets := []string{
		"abcdefghijklmnopqrstuvwxyz0123456789", "ab \n", " \t'\"\\:#-?,[]{}&*!|>%@`~=\n", "aé日\U0001f600\u0085\u00a0 ",
		"0123456789.eE+-_:xT", "a\r\n \t",
	}
	letters := []rune(alphabets[r.Intn(len(alphabets))])
	n := r.Intn(12)
	if r.Intn(8) == 0 {
		n = r.Intn(200)
	}
	var b strings.Builder
	for range n {
		b.WriteRune(letters[r.Intn(len(letters))])
	}
	return b.String()
}

func randomNumber(r *rand.Rand, json bool) string {
	switch r.Intn(5) {
	case 0:
		return strconv.FormatInt(int64(r.Uint64()), 10)
	case 1:
		f := math.Float64frombits(r.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return "0.5"
		}
		return strconv.FormatFloat(f, 'e', -1, 64)
	case 2:
		return strconv.FormatFloat(r.NormFloat64()*1e3, 'f', -1, 64)
	}
	if json {
		return jsonNumbers[r.Intn(len(jsonNumbers))]
	}
	return strconv.Itoa(r.Intn(100000) - 50000)
}

// doubleQuoted writes any text as a YAML scalar on one line.
func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteRune('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString("\\n")
		case c < 0x20 || c >= 0x7f && c < 0xa1:
			fmt.Fprintf(&b, "\\x%02x", c)
		case c == 0x200b || c == 0x2028 || c == 0x2029 || c == 0xfeff:
			fmt.Fprintf(&b, "\\u%04x", c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
