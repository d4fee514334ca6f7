package sops_test

import (
	"math/rand"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// Where sops 3.13.3 itself prints something else than what was encrypted, the document counts and
// not sops: what comes out has to read as what went in.
func TestDecryptKeepsWhatSopsLoses(t *testing.T) {
	p := newPeers(t)
	cases := map[string]struct{ text, sopsSays string }{
		"TextThatStartsWithATab":    {"a: \"\\tx\\ny\"\n", "null"},
		"TextThatStartsWithABOM":    {"a: \"\\ufeffbom\"\n", "\\u"},
		"LineSeparator":             {"a: \"x\\u2028y: z\"\n", "'"},
		"BlankBeforeATextInAList":   {"a:\n    - \"  x\\n\"\n", "|4"},
		"LineEndBeforeATextInAList": {"a:\n    - - \"\\nx\\ny\"\n", "|4"},
		"CommentsBeforeANestedList": {"a:\n    -\n        # one\n        # two\n        - - b\n          - c\n", "# one"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			encrypted, ok, err := p.encrypt(rand.New(rand.NewSource(1)), document{name: "doc.yaml", text: c.text})
			if err != nil || !ok {
				t.Fatalf("sops does not encrypt it: %v", err)
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
