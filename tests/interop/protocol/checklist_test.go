package protocol_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

var update = flag.Bool("update", false, "write docs/conformance.md")

// item is one line of the checklist: what both servers are held to.
type item struct {
	number string // of the checklist; further rows of one number have a letter
	given  string // what the server meets, and what it has to do

	// What the two do, in short words. Where they differ, why says so.
	both        string
	stock, ours string
	why         string

	run  func(*testing.T, peer, *record)
	last bool // runs after all others
}

func (i item) wanted(p peer) string {
	switch {
	case i.both != "":
		return i.both
	case p == stock:
		return i.stock
	default:
		return i.ours
	}
}

// record collects what a server was seen to do.
type record struct {
	facts   []string
	details []string
}

// fact is an observation for the table.
func (r *record) fact(format string, args ...any) {
	r.facts = append(r.facts, fmt.Sprintf(format, args...))
}

// either is a fact in one of two forms.
func (r *record) either(holds bool, yes, no string) {
	if holds {
		r.fact("%s", yes)
	} else {
		r.fact("%s", no)
	}
}

// detail is too long for the table, and has to be equal for both servers.
func (r *record) detail(text string) { r.details = append(r.details, text) }

func (r *record) outcome() string { return strings.Join(r.facts, "; ") }

func items() []item {
	var all []item
	for _, part := range [][]item{connectionItems, streamItems, treeItems, commandItems, outputItems, applicationItems, lifeItems} {
		all = append(all, part...)
	}
	return all
}

// The whole checklist, on the stock server and on ours.
func TestChecklist(t *testing.T) {
	peers := []peer{stock, ours}
	for _, p := range peers {
		silentCalls[p] = &silentCall{}
		silentCalls[p].begin(t, p)
	}
	outcomes := map[string]map[peer]string{}
	for _, late := range []bool{false, true} {
		for _, i := range items() {
			if i.last == late {
				outcomes[i.number] = i.compare(t, peers)
			}
		}
	}
	t.Log(table(outcomes))
}

// compare runs an item on each, and holds them to their words and to one another.
func (i item) compare(t *testing.T, peers []peer) map[peer]string {
	outcomes, details := map[peer]string{}, map[peer]string{}
	for _, p := range peers {
		t.Run(i.number+"/"+string(p), func(t *testing.T) {
			var r record
			i.run(t, p, &r)
			outcomes[p], details[p] = r.outcome(), strings.Join(r.details, "\x00")
			if r.outcome() != i.wanted(p) {
				t.Errorf("given %s\nwant %q\ngot  %q", i.given, i.wanted(p), r.outcome())
			}
		})
	}
	if len(details) == 2 && details[stock] != details[ours] {
		t.Errorf("%s: not what the stock server gives:\nwant %s\ngot  %s", i.number, details[stock], details[ours])
	}
	return outcomes
}

// A list that says something else than it means would prove nothing.
func TestChecklistIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range items() {
		if seen[i.number] {
			t.Errorf("%s stands twice", i.number)
		}
		seen[i.number] = true
		same := i.both != ""
		if same == (i.stock != "" || i.ours != "" || i.why != "") || (!same && (i.stock == "" || i.ours == "" || i.why == "" || i.stock == i.ours)) {
			t.Errorf("%s: either both do the same, or each has words of its own and there is a reason", i.number)
		}
	}
	for number := 1; number <= 40; number++ {
		if !seen[fmt.Sprint(number)] {
			t.Errorf("item %d is missing", number)
		}
	}
}

// table is the outcomes that were seen, as they are printed.
func table(outcomes map[string]map[peer]string) string {
	var text strings.Builder
	for _, i := range items() {
		verdict := "same"
		if i.why != "" {
			verdict = "differs: " + i.why
		}
		fmt.Fprintf(&text, "\n%-4s %s\n     stock: %s\n     ours:  %s\n     %s\n", i.number, i.given, outcomes[i.number][stock], outcomes[i.number][ours], verdict)
	}
	return text.String()
}

const documentHead = `# The plugin protocol: Argo CD's own plugin server and argocd-decrypt

With a ` + "`generate`" + ` command in its ` + "`plugin.yaml`" + `, argocd-decrypt stands in for ` + "`argocd-cmp-server`" + `. [tests/interop/protocol](../tests/interop/protocol)
runs this checklist against both (Argo CD 3.5), with the same ` + "`plugin.yaml`" + `, through Argo CD's own client, and fails when one of them does
something else than it says here. Where the two differ, that is on purpose, and the last column has the reason.
` + "`go test ./protocol -update`" + ` in ` + "`tests/interop`" + ` writes this page.

| # | given, and what a conforming server does | the stock server | argocd-decrypt | why it differs |
|---|---|---|---|---|
`

func document() string {
	var text strings.Builder
	text.WriteString(documentHead)
	for _, i := range items() {
		own := i.ours
		if i.both != "" {
			own = "the same"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", i.number, i.given, i.wanted(stock), own, i.why)
	}
	return text.String()
}

// The page for people says what is tested.
func TestDocument(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "conformance.md")
	if *update {
		harness.Check(t, os.WriteFile(path, []byte(document()), 0o644))
	}
	text, err := os.ReadFile(path)
	harness.Check(t, err)
	if string(text) != document() {
		t.Errorf("%s is not what the checklist says: write it again with -update", path)
	}
}
