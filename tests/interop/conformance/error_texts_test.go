package conformance

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// families: whatever these files say stands behind a text of one row, in the words of a format.
var families = map[string]string{
	"decrypt/yaml/":                    "yaml-syntax",
	"decrypt/sops/stores/json_reader":  "json-syntax",
	"decrypt/sops/go_time":             "metadata-time",
	"decrypt/sops/go_number":           "not-of-its-type",
	"decrypt/sops/weak_fields":         "metadata-field",
	"decrypt/sops/stores/json_scanner": "json-syntax",
	"decrypt/sops/stores/ini_lines":    "ini-line",
	"decrypt/sops/stores/ini_reader":   "ini-line",
	"decrypt/sops/stores/ini_writer":   "ini-complex",
	"decrypt/sops/stores/ini_value":    "ini-complex",
	"decrypt/sops/stores/dotenv_store": "dotenv-complex",
	"decrypt/age/":                     "age-key",
	"decrypt/pgp/":                     "pgp-key",
	"decrypt/keys/pgp_key_service":     "pgp-key",
	"decrypt/keys/gpg_":                "pgp-key",
	"decrypt/keys/":                    "bad-key-source",
	"decrypt/sops/extract":             "bad-extract",
}

// silent: texts that no file and no flag of `decrypt` leads to, and why not.
var silent = map[string]string{
	"unknown format":                      "an enumeration without other values",
	"a key of an unknown type":            "an enumeration without other values",
	"the document is no map":              "every store reads maps",
	"yaml: the document is no map":        "every store reads maps",
	"there is no document to print":       "YAML without a document is refused before",
	"no document":                         "YAML without a document is refused before",
	"document is larger than":             "the command refuses such a file before",
	"yaml: more than":                     "the command refuses such a file before",
	"more than 1 GiB of YAML":             "the command refuses such a file before",
	"encrypted value of more than 2 GiB":  "the command refuses such a file before",
	"AES-GCM: cannot":                     "libcrypto out of memory",
	"yaml: cannot print a value, unknown": "refused when the tree is walked",
	"json: unsupported type":              "refused when the tree is walked",
	"Error encoding value of":             "stands behind `Error marshaling to json`",
	"sops format":                         "a format that this build has",
	"is not supported":                    "a format that this build has",
	"yaml: unmarshal errors":              "stands before the texts of its row",
	"Could not decrypt value":             "stands before the texts of its row",
	"Error decrypting tree":               "stands before the texts of its row",
	"Error dumping":                       "stands before the texts of its row",
	"exceeded max depth":                  "the reader refuses such a tree before the writer",
	"Error while unflattening":            "stands before the texts of its row",
	"more than":                           "a limit, with the number of its row",
}

// call is a place where a failure is made, and the text of its message.
type call struct{ file, text string }

var (
	maker   = regexp.MustCompile(`\bFailure (?:\w+::)*(\w+)\(`)
	literal = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// sources are the files that can fail behind `decrypt`.
func sources(t *testing.T) map[string]string {
	t.Helper()
	root := repository(t, "")
	texts := map[string]string{}
	add := func(path string) {
		text, err := os.ReadFile(path)
		harness.Check(t, err)
		name, err := filepath.Rel(root, path)
		harness.Check(t, err)
		texts[name] = string(text)
	}
	harness.Check(t, filepath.WalkDir(filepath.Join(root, "decrypt"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".cc") && !strings.Contains(path, "decrypt/sealed/") {
			add(path)
		}
		return err
	}))
	for _, name := range []string{"decrypt_command.cc", "output_file.cc"} {
		add(filepath.Join(root, "plugin/commands", name))
	}
	return texts
}

// arguments are those of a call whose open parenthesis is at the end of what was read.
func arguments(text string) []string {
	var all []string
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '\'':
			if i+2 < len(text) && (text[i+2] == '\'' || text[i+1] == '\\') {
				i += strings.Index(text[i+2:], "'") + 2
			}
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth == 0 {
				return append(all, text[start:i])
			}
			depth--
		case ',':
			if depth == 0 {
				all = append(all, text[start:i])
				start = i + 1
			}
		}
	}
	return nil
}

// calls are all places in a file where a failure gets its words: of the first argument that has
// some, since a hint comes behind the message.
func calls(name, text string, makers *regexp.Regexp) []call {
	var all []call
	for _, at := range makers.FindAllStringIndex(text, -1) {
		for _, argument := range arguments(text[at[1]:]) {
			argument, _, _ = strings.Cut(argument, ".Hint(") // what to do, not what happened
			found := literal.FindAllStringSubmatch(argument, -1)
			words := ""
			for _, piece := range found {
				words += piece[1] + "\x00"
			}
			// Adjacent literals are one text.
			joined := regexp.MustCompile(`"\s*\n\s*"`).ReplaceAllString(argument, "")
			if words == "" {
				continue
			}
			for _, piece := range literal.FindAllStringSubmatch(joined, -1) {
				all = append(all, call{name, strings.ReplaceAll(piece[1], `\"`, `"`)})
			}
			break
		}
	}
	return all
}

func TestEveryErrorTextIsOnThePage(t *testing.T) {
	rows := errorsPage(t)
	texts := sources(t)
	names := map[string]bool{"Fail": true}
	for _, text := range texts {
		for _, match := range maker.FindAllStringSubmatch(text, -1) {
			names[match[1]] = true
		}
	}
	var alternatives []string
	for name := range names {
		alternatives = append(alternatives, name)
	}
	makers := regexp.MustCompile(`\b(?:return |\.|return .*\()(?:` + strings.Join(alternatives, "|") + `)\(`)
	checked := 0
	for name, text := range texts {
		for _, c := range calls(name, text, makers) {
			checked++
			if !known(c, rows) {
				t.Errorf("%s: %q: no row of docs/errors.md says that", c.file, c.text)
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d texts were found in the sources", checked)
	}
	t.Logf("%d texts", checked)
}

func known(c call, rows map[string]row) bool {
	text := strings.Trim(c.text, ` :',."[]()`)
	if len(text) < 8 { // a piece between values
		return true
	}
	for part, id := range families {
		if strings.HasPrefix(c.file, part) {
			return rows[id].id != ""
		}
	}
	for _, r := range rows {
		for _, said := range r.texts {
			if strings.Contains(text, said) || strings.Contains(said, text) {
				return true
			}
		}
	}
	for part := range silent {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
