package sops_test

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// What sops refuses has to be refused with the same exit code and without output; what it accepts
// has to give the same values. exceptions_test.go lists where we differ on purpose.
// ACD_SEED and ACD_MUTATIONS replace the fresh seed and its number of documents.
func TestDecryptRefusesWhatSopsRefuses(t *testing.T) {
	p := newPeers(t)
	t.Run("FixedSeed", func(t *testing.T) { p.mutateAll(t, 1, 30) })
	t.Run("FreshSeed", func(t *testing.T) {
		p.mutateAll(t, number(t, "ACD_SEED", time.Now().UnixNano()), int(number(t, "ACD_MUTATIONS", 8)))
	})
}

type mutationTally struct {
	tally
	accepted   int
	exceptions map[string]int
}

func (p *peers) mutateAll(t *testing.T, seed int64, documents int) {
	t.Logf("seed %d: repeat with ACD_SEED=%d ACD_MUTATIONS=%d", seed, seed, documents)
	counts := mutationTally{exceptions: map[string]int{}}
	inParallel(documents, func(i int) {
		r := rand.New(rand.NewSource(seed*2_000_003 + int64(i)))
		suffix := []string{".yaml", ".yaml", ".json"}[r.Intn(3)]
		a, b := p.sample(t, r, suffix), p.sample(t, r, suffix)
		if a == nil || b == nil {
			return
		}
		for _, m := range mutators {
			mutated := m.mutate(r, string(a), string(b))
			if mutated != string(a) {
				p.mutateOne(t, fmt.Sprintf("seed %d, document %d, %s", seed, i, m.name), "doc"+suffix, mutated, &counts)
			}
		}
	})
	t.Logf("%d mutated documents refused by both, %d accepted by both with the same values", counts.refused, counts.accepted)
	for _, reason := range slices.Sorted(maps.Keys(counts.exceptions)) {
		t.Logf("  differs on purpose %d times: %s", counts.exceptions[reason], reason)
	}
	if counts.refused < documents*len(mutators)/2 {
		t.Errorf("only %d documents were refused: the mutations damage too little", counts.refused)
	}
}

// sample is an encrypted document that both of us decrypt to the same, as long as it is whole.
func (p *peers) sample(t *testing.T, r *rand.Rand, suffix string) []byte {
	for range 200 {
		d := generate(r)
		if !strings.HasSuffix(d.name, suffix) {
			continue
		}
		encrypted, ok, err := p.encrypt(r, d)
		if err != nil {
			t.Errorf("sops does not run: %v", err)
			return nil
		}
		if !ok || strings.Count(string(encrypted), "ENC[") <= 3 {
			continue
		}
		want, got, err := p.both(d.name, encrypted)
		if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		// TestDecrypt looks at the rest.
		if want.Code == 0 && difference(d.name, want.Out, got.Out) == "" {
			return encrypted
		}
	}
	t.Errorf("no document to mutate came out of 200")
	return nil
}

func (p *peers) mutateOne(t *testing.T, what, name, text string, counts *mutationTally) {
	want, got, err := p.both(name, []byte(text))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	problem := judge(name, want, got)
	reason := ""
	if problem != "" {
		reason = onPurpose(text, want, got)
	}
	counts.add(func() {
		switch {
		case reason != "":
			counts.exceptions[reason]++
		case problem != "":
			t.Errorf("%s: %s\nsops: exit %d: %s\nours: exit %d: %s\n--- document\n%s", what, problem,
				want.Code, firstLine(want.Err), got.Code, firstLine(got.Err), text)
		case want.Code != 0:
			counts.refused++
		default:
			counts.accepted++
		}
	})
}

// judge says how our answer to a damaged document differs from sops's; empty if it doesn't.
func judge(name string, want, got harness.Outcome) string {
	if want.Code == 0 {
		if got.Code != 0 {
			return "refused, but sops accepts it"
		}
		return difference(name, want.Out, got.Out)
	}
	if problem := refusal(got); problem != "" {
		return problem
	}
	if got.Code != want.Code {
		return fmt.Sprintf("exit %d instead of %d", got.Code, want.Code)
	}
	return ""
}
