// Package announcements asks the plugin what Argo CD's UI asks: which parameters an application
// has, and whether the plugin is for it. The references are Argo CD's own client and its own lists
// of helm values and kustomize images.
package announcements

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	repoclient "github.com/argoproj/argo-cd/v3/reposerver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

type fixture struct {
	harness.Client
	place  harness.Place
	server *harness.Server
	key    harness.Key
}

// start is a server of which Argo CD's client asks. Without a key nothing can be decrypted.
func start(t *testing.T, withKey bool, args ...string) *fixture {
	t.Helper()
	f := &fixture{place: harness.NewPlace(t), key: harness.NewKey(t)}
	if withKey {
		f.place.AddKey(t, f.key)
	}
	f.server = harness.StartServer(t, f.place, args...)
	f.Client = f.server.Connect(t)
	return f
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// repo writes a tree into a new folder and gives it as an Application's repository.
func repo(t *testing.T, tree harness.Tree, path string) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Root: dir, Path: path}
}

// question is what the repo-server sends of an Application when the UI asks: fewer variables than
// with a render.
func question(t *testing.T, app harness.App) []string {
	t.Helper()
	parameters, err := app.Parameters.Environ()
	harness.Check(t, err)
	return append([]string{
		"ARGOCD_APP_NAME=sample", "ARGOCD_APP_SOURCE_REPO_URL=https://git.example.org/team/repo.git",
		"ARGOCD_APP_SOURCE_PATH=" + app.Path, "ARGOCD_APP_SOURCE_TARGET_REVISION=main",
	}, parameters...)
}

func (f *fixture) announce(t *testing.T, app harness.App) map[string]*repoclient.ParameterAnnouncement {
	t.Helper()
	announced, err := f.Announce(background(t), app, question(t, app))
	harness.Check(t, err)
	return byName(t, announced)
}

func byName(t *testing.T, list []*repoclient.ParameterAnnouncement) map[string]*repoclient.ParameterAnnouncement {
	t.Helper()
	announced := map[string]*repoclient.ParameterAnnouncement{}
	for _, a := range list {
		if announced[a.Name] != nil {
			t.Errorf("%s is announced twice", a.Name)
		}
		announced[a.Name] = a
	}
	return announced
}

func (f *fixture) match(t *testing.T, app harness.App, env []string) *apiclient.RepositoryResponse {
	t.Helper()
	response, err := f.Match(background(t), app, env)
	harness.Check(t, err)
	return response
}

func (f *fixture) render(t *testing.T, app harness.App) []string {
	t.Helper()
	manifests, err := f.Generate(background(t), app)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.server.Log())
	}
	return manifests
}

// withTools puts the real helm and kustomize where Argo CD's own code looks for them.
func withTools(t *testing.T, p harness.Place) {
	t.Setenv("PATH", p.Bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}
