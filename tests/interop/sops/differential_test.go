package sops_test

import (
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// Random documents of every store, encrypted and decrypted by sops with random options: what we print
// has to be sops's bytes, and what we refuse has to be what sops refuses, with its exit code. Then the
// same files, damaged. exceptions_test.go lists where we differ on purpose.
//
// ACD_SEED and ACD_DOCS give the run's seed and length (a short run), ACD_MUTATIONS how
// many damaged files; ACD_CASE picks one trial by its number; ACD_KEEP names a folder for the files
// that a mismatch was found with. scripts/differential sets them.
func TestDifferential(t *testing.T) {
	p := newPeers(t)
	seed := harness.Seed(t)
	documents := int(harness.Number(t, "ACD_DOCS", 150))
	mutations := int(harness.Number(t, "ACD_MUTATIONS", int64(documents)))
	run := &differential{peers: p, t: t, seed: seed, only: int(harness.Number(t, "ACD_CASE", -1)), keep: os.Getenv("ACD_KEEP")}
	run.workers(documents, run.document)
	t.Logf("\n%s", run.documents.table("documents", seed))
	run.workers(mutations, run.mutation)
	t.Logf("\n%s", run.mutated.table("mutated files", seed))
	if run.only < 0 && run.redrawn*3 > run.drawn*2 {
		t.Errorf("sops did not encrypt %d of %d generated documents: the generators test too little", run.redrawn, run.drawn)
	}
}

type differential struct {
	*peers
	t    *testing.T
	seed int64
	only int
	keep string

	mutex              sync.Mutex
	documents, mutated counts
	drawn, redrawn     int
	reported           int
}

// workers shares the trials among two goroutines, each with a sops of its own.
func (d *differential) workers(n int, work func(w *runner, number int)) {
	var group sync.WaitGroup
	for first := range 2 {
		w := &runner{peers: d.peers, dir: harness.TempDir(d.t, d.dir), served: newServedSops(d.t), control: 40}
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range n {
				if i/perPair%2 == first && (d.only < 0 || d.only == i) {
					work(w, i)
				}
			}
		}()
	}
	group.Wait()
}

// draw gives the first trial of a random sequence that sops encrypts.
func (d *differential) draw(w *runner, r *rand.Rand) (trial, string, bool) {
	for range 50 {
		trial := newTrial(r, d.peers)
		encrypted, ok, err := w.encrypted(trial, 1+r.Int63n(1<<40))
		if err != nil {
			d.t.Errorf("%s: %v", trial.describe(), err)
			return trial, "", false
		}
		d.mutex.Lock()
		d.drawn++
		if !ok {
			d.redrawn++
		}
		d.mutex.Unlock()
		if ok {
			return trial, encrypted, true
		}
	}
	d.t.Errorf("sops refuses everything that is generated")
	return trial{}, "", false
}

func (d *differential) document(w *runner, number int) {
	r := rand.New(rand.NewSource(d.seed*1_000_003 + int64(number)))
	if trial, encrypted, ok := d.draw(w, r); ok {
		d.compare(w, number, trial, encrypted, &d.documents)
	}
}

// perPair damaged files come from one pair of whole ones, since those take the longest to make.
const perPair = 5

// pair is two encrypted files of one store.
type pair struct {
	number       int
	trial        trial
	whole, other string
}

func (d *differential) pair(w *runner, number int) (pair, bool) {
	if w.pair.number == number && w.pair.whole != "" {
		return w.pair, true
	}
	r := rand.New(rand.NewSource(d.seed*3_000_017 + int64(number)))
	p := pair{number: number}
	var ok, also bool
	p.trial, p.whole, ok = d.draw(w, r)
	_, p.other, also = d.draw(w, r)
	w.pair = p
	return p, ok && also
}

// mutation damages a file, which is mostly one that decrypts, so that the damage is what counts.
func (d *differential) mutation(w *runner, number int) {
	p, ok := d.pair(w, number/perPair)
	r := rand.New(rand.NewSource(d.seed*2_000_003 + int64(number)))
	t := p.trial
	if r.Intn(4) > 0 {
		t.holds = []int{0, 1, 2, 3, 4}
	}
	t.damaged = true
	for ok {
		m := mutators[r.Intn(len(mutators))]
		if damaged := m.mutate(r, p.whole, p.other); damaged != p.whole {
			t.label = m.name
			d.compare(w, number, t, damaged, &d.mutated)
			return
		}
	}
}

func (d *differential) compare(w *runner, number int, t trial, encrypted string, to *counts) {
	x, err := w.both(t, encrypted)
	if err != nil {
		d.t.Errorf("case %d: %v", number, err)
		return
	}
	v, reason := x.judge()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	to.add(x, v, reason)
	if v != mismatch {
		return
	}
	kind := "documents"
	if to == &d.mutated {
		kind = "mutations"
	}
	d.report(x, fmt.Sprintf("seed-%d-%s-%d", d.seed, kind, number), reason)
}

// report says how a mismatch came about, in full for the first ones, and keeps its files.
func (d *differential) report(x result, name, problem string) {
	where := "set ACD_KEEP to a folder to keep its files"
	if d.keep != "" {
		where = filepath.Join(d.keep, name)
		harness.Tree{
			x.name: x.encrypted, "plain": x.text, "sops.out": string(x.want.Out), "sops.err": x.want.Err,
			"ours.out": string(x.got.Out), "ours.err": x.got.Err, "keys.txt": d.secrets(x.holds), "case": x.describe() + "\n" + problem + "\n",
		}.Write(d.t, where)
	}
	d.t.Errorf("%s: %s\n  %s\n  sops: exit %d: %s\n  ours: exit %d: %s\n  %s", name, problem, x.describe(), x.want.Code, firstLine(x.want.Err),
		x.got.Code, firstLine(x.got.Err), where)
}

// counts of one run, by store.
type counts struct {
	verdicts map[string]*[4]int
	reasons  map[string]int
	slowest  time.Duration
}

func (c *counts) add(x result, v verdict, reason string) {
	if c.verdicts == nil {
		c.verdicts, c.reasons = map[string]*[4]int{}, map[string]int{}
	}
	for _, store := range []string{x.store, "all"} {
		if c.verdicts[store] == nil {
			c.verdicts[store] = new([4]int)
		}
		c.verdicts[store][v]++
	}
	if v != mismatch && reason != "" {
		c.reasons[reason]++
	}
	c.slowest = max(c.slowest, x.got.CPU())
}

func (c *counts) table(what string, seed int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "differential: seed %d\n", seed)
	fmt.Fprintf(&b, "differential: %-14s %9s %11s %10s %16s %9s\n", what, "files", "byte-equal", "explained", "refused by both", "mismatch")
	for _, store := range []string{"yaml", "json", "dotenv", "ini", "binary", "all"} {
		if v := c.verdicts[store]; v != nil {
			fmt.Fprintf(&b, "differential: %-14s %9d %11d %10d %16d %9d\n", store, v[0]+v[1]+v[2]+v[3], v[byteEqual], v[explained], v[refusedByBoth], v[mismatch])
		}
	}
	fmt.Fprintf(&b, "differential: slowest run of ours: %d ms of CPU\n", c.slowest.Milliseconds())
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		fmt.Fprintf(&b, "differential: on purpose, %d times: %s\n", c.reasons[reason], reason)
	}
	return b.String()
}
