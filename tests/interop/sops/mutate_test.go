package sops_test

import (
	"math/rand"
	"regexp"
	"strings"
)

// mutator damages one encrypted text. other is another encrypted document of the same format, under
// the same recipient but with a data key of its own. Returning the text itself means "not possible".
type mutator struct {
	name   string
	mutate func(r *rand.Rand, text, other string) string
}

var mutators = []mutator{
	{"flip a bit", flipBit},
	{"delete a byte", deleteByte},
	{"insert a byte", insertByte},
	{"truncate", func(r *rand.Rand, text, _ string) string { return text[:r.Intn(len(text))] }},
	{"delete a line", deleteLine},
	{"swap two lines", swapLines},
	{"duplicate a line", duplicateLine},
	{"change a base64 character", changeBase64},
	{"swap two values", swapValues},
	{"copy a value over another", copyValue},
	{"edit a plain line", editPlain},
	{"change a value's type", changeType},
	{"swap the parts of a value", swapParts},
	{"put a cleartext in a value's place", clearValue},
	{"null in a value's place", nullValue},
	{"edit the MAC", editMAC},
	{"edit lastmodified", editLastModified},
	{"edit the version", editVersion},
	{"edit a rule", editRule},
	{"add a rule", addRule},
	{"edit a recipient", editRecipient},
	{"edit an armored key", editArmor},
	{"delete a metadata line", deleteMetadataLine},
	{"remove the metadata", removeMetadata},
	{"another document's metadata", spliceMetadata},
	{"another document's values", func(r *rand.Rand, text, other string) string { return spliceMetadata(r, other, text) }},
	{"another document's value", spliceValue},
	{"append text", appendText},
	{"CRLF line ends", func(_ *rand.Rand, text, _ string) string { return strings.ReplaceAll(text, "\n", "\r\n") }},
	{"toggle mac_only_encrypted", toggleMacOnly},
	{"duplicate a block", duplicateBlock},
	{"move a block", moveBlock},
	{"delete a block", deleteBlock},
	{"exchange punctuation", exchangePunctuation},
	{"another indentation", indentLine},
	{"rename a key", renameKey},
	{"edit a number of the metadata", editListNumber},
	{"several small damages", func(r *rand.Rand, text, other string) string {
		for range 2 + r.Intn(4) {
			if text != "" {
				text = []func(*rand.Rand, string, string) string{flipBit, deleteByte, insertByte, duplicateBlock, exchangePunctuation}[r.Intn(5)](r, text, other)
			}
		}
		return text
	}},
}

var (
	valuePattern   = regexp.MustCompile(`ENC\[AES256_GCM,data:[^,]*,iv:[^,]*,tag:[^,]*,type:[a-z]+\]`)
	partPattern    = regexp.MustCompile(`(data|iv|tag):([A-Za-z0-9+/=]+)`)
	macPattern     = regexp.MustCompile(`("?\bmac"?(?:: "?| *= *)|sops_mac=)ENC\[[^\]]*\]`)
	timePattern    = regexp.MustCompile(`("?(?:sops_)?lastmodified"?(?:: | *= *|=))("?)([0-9][0-9TZ:.+-]*)("?)`)
	versionPattern = regexp.MustCompile(`("?(?:sops_)?version"?(?:: | *= *|=))("?)([0-9.]+)("?)`)
	rulePattern    = regexp.MustCompile(`("?[a-z_]+_(?:suffix|regex)"?(?:: | *= *|=))("?)([^"\n]*)("?)`)
	peoplePattern  = regexp.MustCompile(`age1[a-z0-9]{58}`)
)

// metadataStart is where the `sops` block of the first document begins; -1 when it has none.
func metadataStart(text string) int {
	for _, mark := range []string{"\nsops:", "\n\t\"sops\": {", "\n[sops]", "\nsops_"} {
		if i := strings.Index(text, mark); i >= 0 {
			return i + 1
		}
	}
	return -1
}

func flipBit(r *rand.Rand, text, _ string) string {
	b := []byte(text)
	b[r.Intn(len(b))] ^= 1 << r.Intn(8)
	return string(b)
}

func deleteByte(r *rand.Rand, text, _ string) string {
	i := r.Intn(len(text))
	return text[:i] + text[i+1:]
}

func insertByte(r *rand.Rand, text, _ string) string {
	letters := "aZ09 \t\n\r:,-#'\"{}[]&*!|>%@`=+/~\x00\x7f\xff"
	i, j := r.Intn(len(text)), r.Intn(len(letters))
	return text[:i] + letters[j:j+1] + text[i:]
}

func deleteLine(r *rand.Rand, text, _ string) string {
	lines := strings.SplitAfter(text, "\n")
	i := r.Intn(len(lines))
	return strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
}

func swapLines(r *rand.Rand, text, _ string) string {
	lines := strings.SplitAfter(text, "\n")
	i, j := r.Intn(len(lines)), r.Intn(len(lines))
	lines[i], lines[j] = lines[j], lines[i]
	return strings.Join(lines, "")
}

func duplicateLine(r *rand.Rand, text, _ string) string {
	lines := strings.SplitAfter(text, "\n")
	lines[r.Intn(len(lines))] += lines[r.Intn(len(lines))]
	return strings.Join(lines, "")
}

// pick is the span of a random match; false when there is none.
func pick(r *rand.Rand, pattern *regexp.Regexp, text string) ([]int, bool) {
	all := pattern.FindAllStringSubmatchIndex(text, -1)
	if len(all) == 0 {
		return nil, false
	}
	return all[r.Intn(len(all))], true
}

func replaceSpan(text string, from, to int, with string) string {
	return text[:from] + with + text[to:]
}

func changeBase64(r *rand.Rand, text, _ string) string {
	part, ok := pick(r, partPattern, text)
	if !ok {
		return text
	}
	i := part[4] + r.Intn(part[5]-part[4])
	letters := "ABCxyz019+/=-_ "
	j := r.Intn(len(letters))
	return replaceSpan(text, i, i+1, letters[j:j+1])
}

func swapValues(r *rand.Rand, text, _ string) string {
	a, ok := pick(r, valuePattern, text)
	b, _ := pick(r, valuePattern, text)
	if !ok || a[0] == b[0] {
		return text
	}
	if a[0] > b[0] {
		a, b = b, a
	}
	return text[:a[0]] + text[b[0]:b[1]] + text[a[1]:b[0]] + text[a[0]:a[1]] + text[b[1]:]
}

func copyValue(r *rand.Rand, text, _ string) string {
	a, ok := pick(r, valuePattern, text)
	b, _ := pick(r, valuePattern, text)
	if !ok {
		return text
	}
	return replaceSpan(text, a[0], a[1], text[b[0]:b[1]])
}

func spliceValue(r *rand.Rand, text, other string) string {
	a, ok := pick(r, valuePattern, text)
	b, also := pick(r, valuePattern, other)
	if !ok || !also {
		return text
	}
	return replaceSpan(text, a[0], a[1], other[b[0]:b[1]])
}

// editPlain changes a character of a line above the metadata that holds no ciphertext.
func editPlain(r *rand.Rand, text, _ string) string {
	end := metadataStart(text)
	if end <= 0 {
		return text
	}
	lines := strings.SplitAfter(text[:end], "\n")
	for range 20 {
		i := r.Intn(len(lines))
		at := strings.LastIndexAny(lines[i], "abcdefghijklmnopqrstuvwxyz0123456789")
		if strings.Contains(lines[i], "ENC[") || at < 0 {
			continue
		}
		lines[i] = replaceSpan(lines[i], at, at+1, string("abz019"[r.Intn(6)]))
		return strings.Join(lines, "") + text[end:]
	}
	return text
}

func changeType(r *rand.Rand, text, _ string) string {
	types := []string{"str", "int", "float", "bool", "time", "comment", "bytes", "foo", "strx"}
	value, ok := pick(r, regexp.MustCompile(`type:([a-z]+)\]`), text)
	if !ok {
		return text
	}
	return replaceSpan(text, value[2], value[3], types[r.Intn(len(types))])
}

func swapParts(r *rand.Rand, text, _ string) string {
	value, ok := pick(r, valuePattern, text)
	if !ok {
		return text
	}
	swapped := strings.NewReplacer("data:", "tag:", "tag:", "data:").Replace(text[value[0]:value[1]])
	if r.Intn(2) == 0 {
		swapped = strings.NewReplacer("iv:", "tag:", "tag:", "iv:").Replace(text[value[0]:value[1]])
	}
	return replaceSpan(text, value[0], value[1], swapped)
}

func clearValue(r *rand.Rand, text, _ string) string {
	value, ok := pick(r, valuePattern, text)
	if !ok {
		return text
	}
	return replaceSpan(text, value[0], value[1], []string{"cleartext", "", "5", "ENC[]", "ENC[AES256_GCM,data:,iv:,tag:,type:str]"}[r.Intn(5)])
}

func nullValue(r *rand.Rand, text, _ string) string {
	value, ok := pick(r, regexp.MustCompile(`"?`+valuePattern.String()+`"?`), text)
	if !ok {
		return text
	}
	return replaceSpan(text, value[0], value[1], []string{"null", "{}", "[]", "5", "true", "1.5", "2001-01-01", "18446744073709551615", "&x y", "[x]", "{a: b}"}[r.Intn(11)])
}

func editMAC(r *rand.Rand, text, _ string) string {
	value := valuePattern.FindString(text)
	return macPattern.ReplaceAllString(text, []string{"${1}", "${1}" + value, "${1}ABCDEF", "${1}ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]"}[r.Intn(4)])
}

func editLastModified(r *rand.Rand, text, _ string) string {
	return timePattern.ReplaceAllString(text, []string{
		`${1}${2}2024-01-01T00:00:00Z${4}`, `${1}${3}`, `${1}${2}${4}`, `${1}${2}2024-01-01t00:00:00z${4}`, `${1}${2}2024-13-41T00:00:00Z${4}`,
		`${1}${2}2024-01-01 00:00:00Z${4}`, `${1}5`, `${1}${2}2023-02-29T00:00:00Z${4}`, `${1}${2}2024-01-01T24:00:00Z${4}`, `${1}${2}20240-01-01T00:00:00Z${4}`,
		`${1}${2}2024-01-01T00:00:00+24:00${4}`, `${1}${2}2024-01-01T00:00:60Z${4}`,
	}[r.Intn(12)])
}

func editVersion(r *rand.Rand, text, _ string) string {
	return versionPattern.ReplaceAllString(text, []string{
		`${1}${2}99.0.0${4}`, `${1}${2}1.18${4}`, `${1}3.7`, `${1}${2}abc${4}`, `${1}${2}${4}`, `${1}${2}v3.9.0${4}`, `${1}${2}3.2.0${4}`, `${1}${2}3.02.0${4}`,
		`${1}${2}3.9.0-01${4}`, `${1}${2}3.9.0-a.b+c${4}`, `${1}${2}99999999999999999999.0.0${4}`,
	}[r.Intn(11)])
}

func editRule(r *rand.Rand, text, _ string) string {
	return rulePattern.ReplaceAllString(text, []string{
		`${1}${2}other${4}`, `${1}${2}${4}`, `${1}${2}(${4}`, `${1}${2}.${4}`, `${1}${2}${3}x${4}`,
	}[r.Intn(5)])
}

func addRule(r *rand.Rand, text, _ string) string {
	rules := []string{"unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex", "unencrypted_comment_regex", "encrypted_comment_regex"}
	rule := rules[r.Intn(len(rules))]
	return addMetadata(text, rule, "x", true)
}

// addMetadata puts a member in front of `lastmodified`.
func addMetadata(text, key, value string, isText bool) string {
	quoted := value
	if isText {
		quoted = `"` + value + `"`
	}
	for mark, line := range map[string]string{
		"    lastmodified:":     "    " + key + ": " + quoted + "\n",
		"\t\t\"lastmodified\":": "\t\t\"" + key + "\": " + quoted + ",\n",
		"sops_lastmodified=":    "sops_" + key + "=" + value + "\n",
		"\nlastmodified ":       "\n" + key + " = " + value,
	} {
		if at := strings.Index(text, mark); at >= 0 {
			return text[:at] + line + text[at:]
		}
	}
	return text
}

func toggleMacOnly(_ *rand.Rand, text, _ string) string {
	if strings.Contains(text, "mac_only_encrypted") {
		return regexp.MustCompile(`(mac_only_encrypted"?(?:: | *= *|=))true`).ReplaceAllString(text, "${1}false")
	}
	return addMetadata(text, "mac_only_encrypted", "true", false)
}

func editRecipient(r *rand.Rand, text, _ string) string {
	person, ok := pick(r, peoplePattern, text)
	if !ok {
		return text
	}
	return replaceSpan(text, person[0], person[1], []string{"", "age1qqqq", "somebody"}[r.Intn(3)])
}

func editArmor(r *rand.Rand, text, _ string) string {
	from, to := strings.Index(text, "-----BEGIN AGE"), strings.Index(text, "-----END AGE")
	if from < 0 || to < from {
		return text
	}
	i := from + r.Intn(to-from)
	letters := "ABz9+/= \n-"
	j := r.Intn(len(letters))
	return replaceSpan(text, i, i+1, letters[j:j+1])
}

func deleteMetadataLine(r *rand.Rand, text, _ string) string {
	at := metadataStart(text)
	if at < 0 {
		return text
	}
	return text[:at] + deleteLine(r, text[at:], "")
}

func removeMetadata(_ *rand.Rand, text, _ string) string {
	at := metadataStart(text)
	if at < 0 {
		return text
	}
	if !strings.HasPrefix(text[at:], "\t") {
		return text[:at]
	}
	return strings.TrimRight(text[:at], ",\n") + "\n}\n"
}

func spliceMetadata(_ *rand.Rand, text, other string) string {
	at, from := metadataStart(text), metadataStart(other)
	if at < 0 || from < 0 {
		return text
	}
	return text[:at] + other[from:]
}

func appendText(r *rand.Rand, text, _ string) string {
	return text + []string{"\n", "x", "\nx: 1\n", "---\n", "---\nx: 1\n", "\x00", "...\n", "...\ngarbage: [", "{}", " "}[r.Intn(10)]
}

// block is a random span of whole lines.
func block(r *rand.Rand, text string) (from, to int) {
	lines := strings.SplitAfter(text, "\n")
	first := r.Intn(len(lines))
	last := min(len(lines), first+1+r.Intn(12))
	from = len(strings.Join(lines[:first], ""))
	return from, from + len(strings.Join(lines[first:last], ""))
}

func duplicateBlock(r *rand.Rand, text, _ string) string {
	from, to := block(r, text)
	return text[:to] + text[from:to] + text[to:]
}

func deleteBlock(r *rand.Rand, text, _ string) string {
	from, to := block(r, text)
	return text[:from] + text[to:]
}

func moveBlock(r *rand.Rand, text, _ string) string {
	from, to := block(r, text)
	rest := text[:from] + text[to:]
	at, _ := block(r, rest)
	return rest[:at] + text[from:to] + rest[at:]
}

var punctuation = regexp.MustCompile(`[][{}:,"'#=;&*!|>%@?-]`)

func exchangePunctuation(r *rand.Rand, text, _ string) string {
	at, ok := pick(r, punctuation, text)
	if !ok {
		return text
	}
	marks := `[]{}:,"'#=;&*!|>%@?- `
	i := r.Intn(len(marks))
	return replaceSpan(text, at[0], at[1], marks[i:i+1])
}

func indentLine(r *rand.Rand, text, _ string) string {
	at, ok := pick(r, regexp.MustCompile(`(?m)^[ \t]*`), text)
	if !ok {
		return text
	}
	return replaceSpan(text, at[0], at[1], []string{"", " ", "  ", "    ", "\t", "      ", "\u00a0", "- "}[r.Intn(8)])
}

func renameKey(r *rand.Rand, text, _ string) string {
	at, ok := pick(r, regexp.MustCompile(`(?m)^[ \t]*(?:- )*"?([a-zA-Z0-9_]+)"?(?: ?[:=])`), text)
	if !ok {
		return text
	}
	names := []string{"a", "sops", "1", "true", "null", "x_unencrypted", "mac", "age", "data", "<<", "sops_x", "DEFAULT", "SOPS", "é"}
	return replaceSpan(text, at[2], at[3], names[r.Intn(len(names))])
}

func editListNumber(r *rand.Rand, text, _ string) string {
	at, ok := pick(r, regexp.MustCompile(`(?:list_|map_|shamir_threshold"?:? *=? ?)([0-9a-z]+)`), text)
	if !ok {
		return text
	}
	numbers := []string{"0", "1", "2", "7", "-1", "00", "01", "x", "", "4294967296", "99999999999999999999", "__list_0", "+1"}
	return replaceSpan(text, at[2], at[3], numbers[r.Intn(len(numbers))])
}
