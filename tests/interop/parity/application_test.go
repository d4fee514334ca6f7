package parity_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

// setting is one value of one native option: how it is said to Argo CD itself and to the plugin.
type setting struct {
	name    string
	feature string                           // what has to work for it; see missing
	fails   bool                             // for Argo CD itself: tried alone only
	differs string                           // why the plugin does something else: tried alone only
	both    func(*apiclient.ManifestRequest) // no option but a request of another kind
	native  func(*apiclient.ManifestRequest)
	plugin  v1alpha1.ApplicationSourcePluginParameters
}

// option is a native option with its values to be tried; not set is always one more.
type option struct {
	name   string
	values []setting
}

// application is a source in a repository.
type application struct {
	name    string
	kind    string // helm, kustomize, directory
	path    string
	tree    harness.Tree
	encrypt []string          // files that the plugin gets encrypted
	links   map[string]string // symlinks of the tree
	options []option          // besides those that every application of its kind has
	only    bool              // no options but its own
	always  []setting         // in each case
	alone   bool              // each option is also tried alone
	feature string            // what has to work for it; see missing
	mayFail bool              // Argo CD itself may fail to render it, or fails with some settings
	native  harness.Tree      // replaces files on the native side: for what 3.5.7 says in another way

	prepare sync.Once
	dir     string       // the encrypted repository
	plain   harness.Tree // what `sops -d` makes of it
}

// ready encrypts the tree, by the real sops, once.
func (a *application) ready(t *testing.T, m *matrix) {
	t.Helper()
	a.prepare.Do(func() {
		dir, err := os.MkdirTemp(m.scratch, "repo-")
		harness.Check(t, err)
		encrypted := m.key.EncryptFiles(t, a.tree, a.encrypt...)
		encrypted.Write(t, dir)
		a.link(t, dir)
		a.plain = a.tree.With(nil)
		for _, name := range a.encrypt {
			a.plain[name] = harness.MustRun(t, harness.Command{
				Path: harness.Sops(t), Args: []string{"-d", filepath.Join(dir, name)}, Env: m.key.Environment(), Dir: dir,
			})
		}
		a.plain = a.plain.With(a.native)
		a.dir = dir
	})
	if a.dir == "" {
		t.Fatal("its repository could not be made")
	}
}

// decrypted writes the plain tree into a new folder: Argo CD edits kustomizations in place.
func (a *application) decrypted(t *testing.T, m *matrix) string {
	t.Helper()
	dir, err := os.MkdirTemp(m.scratch, "plain-")
	harness.Check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	a.plain.Write(t, dir)
	a.link(t, dir)
	return dir
}

func (a *application) link(t *testing.T, dir string) {
	t.Helper()
	for name, target := range a.links {
		path := filepath.Join(dir, name)
		harness.Check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		harness.Check(t, os.Symlink(target, path))
	}
}

// movedTo is the application in another folder of its repository.
func (a *application) movedTo(path string) *application {
	move := func(name string) string {
		rest, ok := strings.CutPrefix(name, a.path+"/")
		if !ok {
			return name
		}
		return filepath.Join(path, rest)
	}
	tree := harness.Tree{}
	for name, text := range a.tree {
		tree[move(name)] = text
	}
	for i, name := range a.encrypt {
		a.encrypt[i] = move(name)
	}
	a.tree, a.path = tree, path
	return a
}

func (a *application) factors() []option {
	if a.only {
		return a.options
	}
	own := map[string]bool{}
	for _, o := range a.options {
		own[o.name] = true
	}
	var all []option
	for _, o := range optionsOf(a.kind) {
		if !own[o.name] {
			all = append(all, o)
		}
	}
	return append(all, a.options...)
}

// cases are the lists of settings to render it with: none, each alone where that is wanted, and rows in
// which each two values meet. What is missing or fails is tried alone only: it spoils what stands beside it.
func (a *application) cases() [][]setting {
	cases := [][]setting{a.always}
	var counts []int
	var factors []option
	for _, o := range a.factors() {
		var working []setting
		for _, value := range o.values {
			works := !value.fails && value.differs == "" && !isMissing(value.feature)
			if a.alone || (!works && slices.ContainsFunc(a.options, func(own option) bool { return own.name == o.name })) {
				cases = append(cases, append(slices.Clone(a.always), value))
			}
			if works {
				working = append(working, value)
			}
		}
		if len(working) > 0 {
			factors = append(factors, option{o.name, working})
			counts = append(counts, len(working)+1)
		}
	}
	if isMissing(a.feature) {
		return cases[:1]
	}
	if len(factors) == 1 && !a.alone { // no second one to make pairs with
		for _, value := range factors[0].values {
			cases = append(cases, append(slices.Clone(a.always), value))
		}
	}
	for _, row := range coverPairs(counts) {
		var chosen []setting
		for i, value := range row {
			if value > 0 {
				chosen = append(chosen, factors[i].values[value-1])
			}
		}
		if len(chosen) > 1 || (len(chosen) == 1 && !a.alone) {
			cases = append(cases, append(slices.Clone(a.always), chosen...))
		}
	}
	return cases
}
