package discovery

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/util/io/files"

	"argocd-decrypt/tests/interop/harness"
)

const (
	questionsPerTree = 200
	reportedAtMost   = 40
)

// ACD_SEED and ACD_TREES give the run's seed and length: 20,000 questions.
func TestAnswersAreThoseOfArgoCD(t *testing.T) {
	seed := harness.Seed(t)
	trees := harness.Number(t, "ACD_TREES", 100)
	c := &comparison{t: t, seed: seed, counts: map[string]int{}, explained: map[string]int{}}
	for n := range trees {
		c.tree(n, rand.New(rand.NewSource(seed*1_000_003+n)))
	}
	t.Logf("\n%s", c.table())
	for _, kind := range []string{"fileName", "glob"} {
		if all := c.counts[kind]; c.counts[kind+" "+match]*4 < all || c.counts[kind+" "+noMatch]*8 < all {
			t.Errorf("too few answers of %s are yes, or no: the generator tests too little", kind)
		}
	}
}

type comparison struct {
	t                 *testing.T
	seed              int64
	counts, explained map[string]int
	mismatches        int
}

// tree compares many answers about one repository, which comes to both sides as the repo-server sends it.
func (c *comparison) tree(n int64, r *rand.Rand) {
	c.t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", harness.DirPrefix())
	harness.Check(c.t, err)
	defer os.RemoveAll(dir)
	source, unpacked, packed := filepath.Join(dir, "source"), filepath.Join(dir, "unpacked"), filepath.Join(dir, "packed")
	harness.Check(c.t, os.Mkdir(source, 0o755))
	tree := newRepository(c.t, r, source)
	if err := pack(source, unpacked, packed); err != nil {
		c.counts["trees that Argo CD refuses"]++
		return
	}
	var questions []question
	for i := range questionsPerTree {
		questions = append(questions, tree.question(r, []string{"fileName", "glob"}[i%2]))
	}
	for i, got := range ask(c.t, packed, questions) {
		c.compare(n, unpacked, questions[i], got)
	}
}

// pack makes the archive, and of it the files that the stock server would have.
func pack(source, unpacked, packed string) error {
	var archive bytes.Buffer
	if _, err := files.Tgz(source, nil, nil, &archive); err != nil {
		return err
	}
	if err := os.WriteFile(packed, archive.Bytes(), 0o600); err != nil {
		return err
	}
	return files.Untgz(unpacked, io.Reader(&archive), math.MaxInt64, false)
}

func (c *comparison) compare(n int64, root string, q question, got string) {
	want, outside := stock(root, q)
	c.counts[q.kind]++
	c.counts[q.kind+" "+want]++
	if outside != "" {
		c.explained[outside]++
	}
	if got == want {
		return
	}
	if reason := onPurpose(root, q, want, got); reason != "" {
		c.explained[reason]++
		return
	}
	if c.mismatches++; c.mismatches <= reportedAtMost {
		c.t.Errorf("seed %d, tree %d: %s %q of application %q: Argo CD says %s, we say %s", c.seed, n, q.kind, q.pattern, q.app, want, got)
	}
}

func (c *comparison) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "differential: seed %d, %d mismatches\n", c.seed, c.mismatches)
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&b, "differential: %7d %s\n", c.counts[name], name)
	}
	for _, reason := range slices.Sorted(maps.Keys(c.explained)) {
		fmt.Fprintf(&b, "differential: on purpose, %d times: %s\n", c.explained[reason], reason)
	}
	return b.String()
}
