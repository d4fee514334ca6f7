package sops_test

import (
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

var innerList = regexp.MustCompile(`- - (ENC\[.*\])`)

// Where sops 3.13.3 itself prints something else than what was encrypted, the document counts and
// not sops: what comes out has to read as what went in.
func TestDecryptKeepsWhatSopsLoses(t *testing.T) {
	p := newPeers(t)
	cases := map[string]struct {
		text, sopsSays string
		edit           func(encrypted string) string // by hand, as formatters do, too
	}{
		"TextThatStartsWithATab":    {"a: \"\\tx\\ny\"\n", "null", nil},
		"TextThatStartsWithABOM":    {"a: \"\\ufeffbom\"\n", "\\u", nil},
		"LineSeparator":             {"a: \"x\\u2028y: z\"\n", "'", nil},
		"BlankBeforeATextInAList":   {"a:\n    - \"  x\\n\"\n", "|4", nil},
		"LineEndBeforeATextInAList": {"a:\n    - - \"\\nx\\ny\"\n", "|4", nil},
		"CommentsBeforeANestedList": {"a:\n    -\n        # one\n        # two\n        - - b\n          - c\n", "# one", nil},
		"CommentLeftOverForAnEmptyMap": {"a:\n    - - x\nb: {}\n", "b: # note\n{}", func(encrypted string) string {
			return innerList.ReplaceAllString(encrypted, `- ["$1"] # note`)
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			encrypted, ok, err := p.encrypt(rand.New(rand.NewSource(1)), document{name: "doc.yaml", text: c.text})
			if err != nil || !ok {
				t.Fatalf("sops does not encrypt it: %v", err)
			}
			if c.edit != nil {
				encrypted = []byte(c.edit(string(encrypted)))
			}
			want, got, err := p.both("doc.yaml", encrypted)
			harness.Check(t, err)
			if got.Code != 0 {
				t.Fatalf("exit %d: %s", got.Code, got.Err)
			}
			if problem := difference("doc.yaml", []byte(c.text), got.Out); problem != "" {
				t.Errorf("%s\n%s", problem, got.Out)
			}
			if !strings.Contains(string(want.Out), c.sopsSays) {
				t.Logf("sops no longer does what this test is about: %s", want.Out)
			}
		})
	}
}
