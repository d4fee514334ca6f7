package sops_test

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// What both programs are run on. Everybody decrypts with the same key; other recipients surround it.
type peers struct {
	binary, sops string
	key          harness.Key
	recipients   []string // of nobody here
	dir          string
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	p := &peers{binary: harness.Binary(t), sops: harness.Sops(t), key: harness.NewKey(t), dir: t.TempDir()}
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
	o, err := harness.EncryptTo(recipients, p.sops, d.name, d.text, d.options)
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

// inParallel calls work for 0..n-1 on two workers.
func inParallel(n int, work func(i int)) {
	jobs := make(chan int)
	var workers sync.WaitGroup
	for range 2 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range jobs {
				work(i)
			}
		}()
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	workers.Wait()
}

func number(t *testing.T, variable string, fallback int64) int64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseInt(text, 10, 64)
	harness.Check(t, err)
	return n
}

// ACD_SEED and ACD_DOCS replace the fresh seed and its number of documents; ACD_DOC picks one.
func TestDecryptEqualsSopsOnRandomDocuments(t *testing.T) {
	p := newPeers(t)
	t.Run("FixedSeed", func(t *testing.T) { p.compare(t, 1, 500) })
	t.Run("FreshSeed", func(t *testing.T) {
		p.compare(t, number(t, "ACD_SEED", time.Now().UnixNano()), int(number(t, "ACD_DOCS", 100)))
	})
}

type tally struct {
	sync.Mutex
	compared, refused, bytesDiffer, lost int
}

func (p *peers) compare(t *testing.T, seed int64, documents int) {
	t.Logf("seed %d: repeat with ACD_SEED=%d ACD_DOCS=%d", seed, seed, documents)
	only := int(number(t, "ACD_DOC", -1))
	var counts tally
	inParallel(documents, func(i int) {
		if only < 0 || only == i {
			p.compareOne(t, seed, i, &counts)
		}
	})
	t.Logf("%d documents equal in types and values; bytes differ in %d; sops itself refuses %d", counts.compared, counts.bytesDiffer, counts.refused)
	if counts.lost > 0 {
		t.Logf("%d read as what was encrypted here, and not as sops prints them", counts.lost)
	}
	if only < 0 && counts.refused*5 > documents {
		t.Errorf("sops refuses %d of %d generated documents: the generator tests too little", counts.refused, documents)
	}
}

// compareOne draws documents until sops can write and read one, then compares.
func (p *peers) compareOne(t *testing.T, seed int64, i int, counts *tally) {
	r := rand.New(rand.NewSource(seed*1_000_003 + int64(i)))
	for range 20 {
		d := generate(r)
		c := comparison{peers: p, name: fmt.Sprintf("seed %d, ACD_DOC=%d (%s, %v)", seed, i, d.name, d.options), document: d, counts: counts}
		encrypted, ok, err := p.encrypt(r, d)
		if err != nil {
			t.Errorf("%s: sops does not run: %v", c.name, err)
			return
		}
		if ok && c.run(t, encrypted) {
			return
		}
		counts.add(func() { counts.refused++ })
	}
	t.Errorf("seed %d, ACD_DOC=%d: sops refuses everything that is generated", seed, i)
}

// comparison is one document and what is known about it.
type comparison struct {
	*peers
	name     string
	document document
	counts   *tally
}

// run is false when sops does not read what it wrote; then nobody else may.
func (c comparison) run(t *testing.T, encrypted []byte) bool {
	want, got, err := c.both(c.document.name, encrypted)
	switch {
	case err != nil:
		t.Errorf("%s: %v", c.name, err)
	case want.Code != 0:
		if problem := refusal(got); problem != "" {
			t.Errorf("%s: sops refuses what it wrote (%s): %s\n%s", c.name, firstLine(want.Err), problem, c.document.text)
		}
		return false
	case got.Code != 0:
		t.Errorf("%s: exit %d: %s\n%s", c.name, got.Code, got.Err, c.document.text)
	default:
		c.judge(t, want.Out, got.Out)
	}
	return true
}

func (c comparison) judge(t *testing.T, want, got []byte) {
	problem := difference(c.document.name, want, got)
	if problem == "" {
		c.counts.add(func() { c.counts.equal(t, c.name, want, got) })
		return
	}
	if sopsLoses(c.document, want, got) {
		c.counts.add(func() { c.counts.lost++ })
		return
	}
	t.Errorf("%s: %s\n--- document\n%s\n--- sops\n%s\n--- ours\n%s", c.name, problem, c.document.text, want, got)
}

// sopsLoses: what sops prints does not read as what it was given, and what we print does. It happens
// to texts in lists that start with a blank or a line end (sops writes `|4` and then indents by less)
// and to comments at the head of a list inside a list.
func sopsLoses(d document, want, got []byte) bool {
	if !strings.HasSuffix(d.name, "l") {
		return false
	}
	original := valueLeaves([]byte(d.text))
	return firstDifference("", original, valueLeaves(got)) == "" && firstDifference("", original, valueLeaves(want)) != ""
}

func (c *tally) equal(t *testing.T, name string, want, got []byte) {
	c.compared++
	if bytes.Equal(want, got) {
		return
	}
	if c.bytesDiffer++; c.bytesDiffer <= 5 {
		t.Logf("%s: same values, other bytes: %s", name, firstDifference("line", lines(want), lines(got)))
	}
}

func (c *tally) add(change func()) {
	c.Lock()
	defer c.Unlock()
	change()
}
