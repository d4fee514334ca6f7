package sops_test

import (
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// What both programs are run on. A plain document is everybody's who holds the first key; trials
// (trial_test.go) choose among all of them.
type peers struct {
	binary, sops string
	key          harness.Key
	keys         []harness.Key // key is the first
	recipients   []string      // of nobody here
	dir          string
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	p := &peers{binary: harness.Binary(t), sops: harness.Sops(t), dir: harness.Tmpfs(t)}
	for range 5 {
		p.keys = append(p.keys, harness.NewKey(t))
	}
	p.key = p.keys[0]
	for range 4 {
		p.recipients = append(p.recipients, harness.NewKey(t).Recipient)
	}
	return p
}

// encrypt gives false when sops itself refuses the document.
func (p *peers) encrypt(r *rand.Rand, d document) ([]byte, bool, error) {
	recipients := append([]string{}, p.recipients[:r.Intn(len(p.recipients)+1)]...)
	at := r.Intn(len(recipients) + 1)
	recipients = append(recipients[:at], append([]string{p.key.Recipient}, recipients[at:]...)...)
	o, err := harness.EncryptTo(recipients, p.sops, d.name, d.text, nil)
	return o.Out, err == nil && o.Code == 0, err
}

// both decrypts one encrypted text with sops and with the program under test.
func (p *peers) both(name string, encrypted []byte) (want, got harness.Outcome, err error) {
	dir, err := os.MkdirTemp(p.dir, "")
	if err != nil {
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, name)
	if err = os.WriteFile(file, encrypted, 0o600); err != nil {
		return
	}
	environment := p.key.Environment()
	want, err = harness.Command{Path: p.sops, Args: []string{"-d", file}, Env: environment, Dir: dir}.Run()
	if err != nil {
		return
	}
	got, err = harness.Command{Path: p.binary, Args: []string{"decrypt", file}, Env: environment, Dir: dir}.Run()
	return
}

// secrets is the text of several keys, as SOPS_AGE_KEY takes it.
func (p *peers) secrets(which []int) string {
	var text strings.Builder
	for _, i := range which {
		text.WriteString(p.keys[i].Secret + "\n")
	}
	return text.String()
}
