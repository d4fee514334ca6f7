package cmp_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// fixture is a running server with one key, Argo CD's client, and a canary that marks every secret.
type fixture struct {
	harness.Client
	place  harness.Place
	server *harness.Server
	key    harness.Key
	canary string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := newPlace(t)
	f.place.AddKey(t, f.key)
	f.start(t)
	return f
}

// newPlace is all but the server: no key is mounted yet.
func newPlace(t *testing.T) *fixture {
	t.Helper()
	return &fixture{place: harness.NewPlace(t), key: harness.NewKey(t), canary: harness.NewCanary()}
}

func (f *fixture) start(t *testing.T, args ...string) {
	t.Helper()
	f.server = harness.StartServer(t, f.place, args...)
	f.Client = f.server.Connect(t)
}

// needles are what must never turn up outside of an answer.
func (f *fixture) needles() harness.Needles {
	secret := strings.ToLower(f.key.Secret)
	return harness.NewNeedles(f.canary, f.key.Secret, secret)
}

// mark puts the canary where a sample says CANARY.
func (f *fixture) mark(tree harness.Tree) harness.Tree {
	marked := harness.Tree{}
	for name, content := range tree {
		marked[name] = strings.ReplaceAll(content, "CANARY", f.canary)
	}
	return marked
}

// repo writes a tree into a new folder and gives it as an Application's repository.
func repo(t *testing.T, tree harness.Tree, path string) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Root: dir, Path: path}
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// render is a request that has to succeed.
func (f *fixture) render(t *testing.T, app harness.App) []string {
	t.Helper()
	manifests, err := f.Generate(background(t), app)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.server.Log())
	}
	return manifests
}

// goodApp is an application that any healthy server renders; stillGood proves that one does.
func (f *fixture) goodApp(t *testing.T) harness.App {
	t.Helper()
	return repo(t, harness.Tree{"secret.yaml": f.key.Encrypt(t, "secret.yaml", f.goodSecret(), "--encrypted-regex", "^stringData$")}, "")
}

func (f *fixture) goodSecret() string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: good\nstringData:\n  password: " + f.canary + "\n"
}

func (f *fixture) stillGood(t *testing.T, app harness.App) {
	t.Helper()
	harness.SameObjects(t, harness.Objects(t, f.goodSecret()), harness.Objects(t, f.render(t, app)...))
}

// refused is a request that has to fail with the server's own words and no plaintext in them.
func (f *fixture) refused(t *testing.T, says []string, generate func(context.Context) ([]string, error)) error {
	t.Helper()
	manifests, err := generate(background(t))
	if err == nil {
		t.Fatalf("accepted, with %d manifests", len(manifests))
	}
	if harness.IsNotDrained(err) {
		t.Fatalf("%v", err)
	}
	text := err.Error()
	for _, word := range says {
		if !strings.Contains(text, word) {
			t.Errorf("the error does not say %q: %s", word, text)
		}
	}
	if f.needles().In([]byte(text)) {
		t.Errorf("the error holds plaintext: %s", text)
	}
	if strings.Contains(text, f.place.Work) {
		t.Errorf("the error names the workspace, so that it changes with every request: %s", text)
	}
	return err
}

// clean checks that neither the log nor any file of the server's holds plaintext, and no request's
// folder is left.
func (f *fixture) clean(t *testing.T) {
	t.Helper()
	harness.WaitFor(t, 5*time.Second, f.server.CheckIdle)
	if f.needles().In([]byte(f.server.Log())) {
		t.Errorf("the log holds plaintext:\n%s", f.server.Log())
	}
	for _, file := range f.needles().Files(f.place.Root) {
		if !strings.HasPrefix(file, f.place.Keys+string(filepath.Separator)) {
			t.Errorf("%s holds plaintext", file)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	harness.Check(t, err)
	return string(text)
}
