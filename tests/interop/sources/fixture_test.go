// Package sources_test fetches charts and git files from servers that are real but for their size.
package sources_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// fixture is a place for a server, a helm, and the password that nobody may see.
type fixture struct {
	harness.Client
	place    harness.Place
	server   *harness.Server
	secrets  string // --repository-secrets
	cache    string // --chart-cache
	password string
}

// eachHelm runs a test with both.
func eachHelm(t *testing.T, test func(*testing.T, *fixture)) {
	for name, helm := range map[string]func(harness.T) string{"helm3": harness.Helm, "helm4": harness.Helm4} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			link := filepath.Join(f.place.Bin, "helm")
			harness.Check(t, os.Remove(link))
			harness.Check(t, os.Symlink(helm(t), link))
			f.start(t)
			test(t, f)
		})
	}
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	place := harness.NewPlace(t)
	place.AddKey(t, harness.NewKey(t))
	f := &fixture{place: place, password: random(t), secrets: filepath.Join(place.Root, "secrets"), cache: filepath.Join(place.Root, "cache")}
	for _, kind := range []string{"repository", "repo-creds"} {
		harness.Check(t, os.MkdirAll(filepath.Join(f.secrets, kind), 0o700))
	}
	return f
}

func (f *fixture) start(t *testing.T, args ...string) {
	t.Helper()
	args = append([]string{"--repository-secrets", f.secrets, "--chart-cache", f.cache, "--log-level", "debug"}, args...)
	f.server = harness.StartServer(t, f.place, args...)
	f.Client = f.server.Connect(t)
}

func random(t *testing.T) string {
	t.Helper()
	bytes := make([]byte, 12)
	_, err := rand.Read(bytes)
	harness.Check(t, err)
	return "canary" + hex.EncodeToString(bytes)
}

// mount puts a Secret where kubelet would: real files in a dated folder, `..data` leading to it.
func (f *fixture) mount(t *testing.T, kind, name string, data map[string]string) {
	t.Helper()
	dir := filepath.Join(f.secrets, kind, name)
	harness.Check(t, os.RemoveAll(dir))
	dated := filepath.Join(dir, "..2026_01_01")
	harness.Check(t, os.MkdirAll(dated, 0o700))
	harness.Check(t, os.Symlink("..2026_01_01", filepath.Join(dir, "..data")))
	for key, value := range data {
		harness.Check(t, os.WriteFile(filepath.Join(dated, key), []byte(value), 0o600))
		harness.Check(t, os.Symlink("..data/"+key, filepath.Join(dir, key)))
	}
}

// clean checks that the password is nowhere but where it was mounted.
func (f *fixture) clean(t *testing.T) {
	t.Helper()
	// A request's folder goes after its answer.
	harness.WaitFor(t, 5*time.Second, f.server.CheckIdle)
	needles := f.needles()
	if needles.In([]byte(f.server.Log())) {
		t.Errorf("the log holds the password:\n%s", f.server.Log())
	}
	for _, file := range needles.Files(f.place.Root) {
		if !strings.HasPrefix(file, f.secrets) {
			t.Errorf("%s holds the password", file)
		}
	}
}

func (f *fixture) needles() harness.Needles { return harness.NewNeedles(f.password) }

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// render must succeed.
func (f *fixture) render(t *testing.T, app harness.App) string {
	t.Helper()
	manifests, err := f.Generate(background(t), app)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.server.Log())
	}
	return strings.Join(manifests, "\n---\n")
}

// refused must fail, with these words and without the password.
func (f *fixture) refused(t *testing.T, app harness.App, words ...string) {
	t.Helper()
	_, err := f.Generate(background(t), app)
	if err == nil {
		t.Fatal("it was rendered")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error lacks %q: %v", word, err)
		}
	}
	if f.needles().In([]byte(err.Error())) {
		t.Errorf("the error holds the password: %v", err)
	}
}

func app(t *testing.T, tree harness.Tree, path string) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Root: dir, Path: path}
}

// counter counts requests by path, and lets the first ones fail.
type counter struct {
	sync.Mutex
	seen map[string]int
	fail int // so many requests get 503
}

func (c *counter) count(path string) int {
	c.Lock()
	defer c.Unlock()
	return c.seen[path]
}

func (c *counter) failNext(n int) {
	c.Lock()
	defer c.Unlock()
	c.fail = n
}

// guarded asks for a user and counts what is let in. An empty password lets everybody in.
func guarded(c *counter, password string, next http.Handler) http.Handler {
	c.seen = map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte("robot:"+password))
		if password != "" && r.Header.Get("Authorization") != want {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		c.Lock()
		c.seen[r.URL.Path]++
		fails := c.fail > 0
		if fails {
			c.fail--
		}
		c.Unlock()
		if fails {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
