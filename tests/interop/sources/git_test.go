package sources_test

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"

	"github.com/argoproj/argo-cd/v3/util/askpass"
	"google.golang.org/protobuf/types/known/emptypb"
)

// gitServer serves a repository with one commit by the real `git http-backend`.
type gitServer struct {
	*httptest.Server
	counter
	folder string
	commit string
}

func (g *gitServer) git(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(harness.MustRun(t, harness.Command{Path: gitProgram(t), Args: args, Dir: g.folder, Env: []string{
		"HOME=" + g.folder, "PATH=/usr/bin:/bin", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b"}}))
}

func gitProgram(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("git")
	harness.Check(t, err)
	return path
}

func newGitServer(t *testing.T, password string, files harness.Tree) *gitServer {
	t.Helper()
	root := harness.TempDir(t, "")
	g := &gitServer{folder: filepath.Join(root, "team", "values.git")}
	files.Write(t, g.folder)
	harness.Check(t, os.Symlink("deep/values.yaml", filepath.Join(g.folder, "link.yaml")))
	harness.Check(t, os.Symlink("../../../../etc/passwd", filepath.Join(g.folder, "out.yaml")))
	g.git(t, "init", "-q", "-b", "main")
	g.git(t, "add", "-A")
	g.git(t, "commit", "-q", "-m", "one")
	g.commit = g.git(t, "rev-parse", "HEAD")
	backend := &cgi.Handler{
		Path: gitProgram(t), Args: []string{"http-backend"}, Root: "/",
		Env:        []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + root, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
		InheritEnv: []string{"PATH"},
	}
	g.Server = httptest.NewServer(guarded(&g.counter, password, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.Replace(r.URL.Path, "/values.git/", "/values.git/.git/", 1)
		if protocol := r.Header.Get("Git-Protocol"); protocol != "" {
			copied := *backend
			copied.Env = append([]string{"GIT_PROTOCOL=" + protocol}, backend.Env...)
			copied.ServeHTTP(w, r)
			return
		}
		backend.ServeHTTP(w, r)
	})))
	t.Cleanup(g.Close)
	return g
}

func (g *gitServer) repository() string { return g.URL + "/team/values.git" }
func (g *gitServer) file(path string) string {
	return "secrets+git://" + g.repository() + "//" + path + "?ref=" + g.commit
}

var valuesChart = harness.Tree{
	"Chart.yaml":        "apiVersion: v2\nname: app\nversion: 0.1.0\n",
	"templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {greeting: {{ .Values.greeting | quote }}}\n",
}

func withValues(t *testing.T, files ...string) harness.App {
	t.Helper()
	one := app(t, valuesChart, "")
	one.Parameters = append(one.Parameters, harness.Array("valueFiles", files...))
	return one
}

func (f *fixture) values(t *testing.T) harness.Tree {
	t.Helper()
	key := harness.NewKey(t)
	f.place.AddKey(t, key)
	return harness.Tree{
		"values.yaml":      key.Encrypt(t, "values.yaml", "greeting: hello from git\n"),
		"deep/values.yaml": "greeting: plain from git\n",
	}
}

func TestValuesOfAPrivateGitRepository(t *testing.T) {
	f := newFixture(t)
	g := newGitServer(t, f.password, f.values(t))
	f.start(t)
	one := withValues(t, g.file("values.yaml"))
	f.refused(t, one, g.repository(), "no mounted repository Secret")
	f.mount(t, "repository", "values", map[string]string{"url": g.repository(), "username": "robot", "password": f.password, "project": "team"})
	mustHold(t, f.render(t, one), "hello from git")
	mustHold(t, f.render(t, withValues(t, g.file("link.yaml"))), "plain from git")
	f.refused(t, withValues(t, g.file("out.yaml")), "leaves the repository")
	f.refused(t, withValues(t, g.file("missing.yaml")), "no such file", g.commit)
	f.refused(t, withValues(t, g.file("deep")), "a folder")
	other := withValues(t, g.file("values.yaml"))
	other.Project = "beta"
	f.refused(t, other, `project "beta"`) // although it is in the cache
	wrong := strings.Repeat("0123456789", 4)
	f.refused(t, withValues(t, strings.Replace(g.file("values.yaml"), g.commit, wrong, 1)), g.repository(), wrong)
	f.refused(t, withValues(t, strings.Replace(g.file("values.yaml"), g.commit, "main", 1)), "all 40 digits")
	f.clean(t)
	g.Close()
	mustHold(t, f.render(t, one), "hello from git")
	f.mount(t, "repository", "values", map[string]string{"url": g.repository(), "username": "robot", "password": "wrong"})
	f.refused(t, withValues(t, g.file("values.yaml")), g.repository())
	f.clean(t)
}

func TestGitPasswordIsRefused(t *testing.T) {
	f := newFixture(t)
	g := newGitServer(t, f.password, f.values(t))
	f.start(t)
	f.mount(t, "repository", "values", map[string]string{"url": g.repository(), "username": "robot", "password": "x" + f.password})
	f.refused(t, withValues(t, g.file("values.yaml")), g.repository(), "repository/values")
	f.clean(t)
}

// Argo CD's own askpass server, which the repo-server runs.
func TestCredentialsThatArgoShares(t *testing.T) {
	f := newFixture(t)
	g := newGitServer(t, f.password, f.values(t))
	config := filepath.Join(f.place.Root, "plugin.yaml")
	harness.Check(t, os.WriteFile(config, []byte("kind: ConfigManagementPlugin\nmetadata: {name: argocd-decrypt}\nspec: {provideGitCreds: true}\n"), 0o600))
	f.start(t, "--config", config)
	answer, err := f.CheckPluginConfiguration(background(t), &empty)
	harness.Check(t, err)
	if !answer.ProvideGitCreds {
		t.Error("the server does not ask for credentials")
	}
	socket := filepath.Join(f.place.Root, "ask.sock")
	server := askpass.NewServer(socket)
	go server.Run()
	harness.WaitFor(t, 5e9, func() error { _, err := os.Stat(socket); return err })
	nonce := server.Add("robot", f.password)
	shared := func(own string, file string) harness.App {
		one := withValues(t, file)
		one.Env = []string{"ARGOCD_APP_SOURCE_REPO_URL=" + own, "GIT_ASKPASS=argocd", "ARGOCD_GIT_ASKPASS_NONCE=" + nonce, "ARGOCD_ASK_PASS_SOCK=" + socket}
		return one
	}
	f.refused(t, shared("https://git.example.org/team/repo.git", g.file("values.yaml")), g.repository()) // another host
	mustHold(t, f.render(t, shared(g.URL+"/team/app.git", g.file("values.yaml"))), "hello from git")
	server.Remove(nonce)
	f.refused(t, shared(g.URL+"/team/app.git", g.file("deep/values.yaml")), "no longer knows")
	f.clean(t)
}

var empty emptypb.Empty
