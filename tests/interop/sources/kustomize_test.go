package sources_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"argocd-decrypt/tests/interop/harness"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/askpass"
)

// inflating is a kustomization with one chart of a repository.
func inflating(t *testing.T, repository, project string) harness.App {
	t.Helper()
	tree := harness.Tree{"kustomization.yaml": "helmCharts: [{name: common, version: " + chartVersion + ", repo: '" + repository + "', releaseName: r}]\n"}
	a := app(t, tree, "")
	a.Project = project
	a.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--enable-helm")}
	return a
}

func TestChartOfAKustomizationFromAPrivateRepository(t *testing.T) {
	eachHelm(t, func(t *testing.T, f *fixture) {
		var c counter
		server := chartServer(t, &c, f.password)
		f.mountCharts(t, "private", server.URL, map[string]string{"project": "team"})
		for i := range 5 {
			a := inflating(t, server.URL, "team")
			a.Name = fmt.Sprint("app-", i)
			mustHold(t, f.render(t, a), "from-dependency")
		}
		if n := c.count(chartArchive); n != 1 {
			t.Errorf("%d downloads of one chart", n)
		}
		f.refused(t, inflating(t, server.URL, "strangers"), "chart common "+chartVersion)
		f.clean(t)
	})
}

// What an archive holds besides the chart's folder stays out of the repository's.
func TestChartOfAKustomizationStaysInItsFolder(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, "")
	a := inflating(t, server.URL, "team")
	harness.Tree{"kustomization.yaml": "helmGlobals: {chartHome: ../../elsewhere}\nhelmCharts: [{name: common, version: " + chartVersion + ", repo: '" + server.URL + "'}]\n"}.Write(t, a.Root)
	f.refused(t, a, "leaves the repository")
	if c.count(chartArchive) != 0 {
		t.Error("it was downloaded first")
	}
}

// based is a kustomization with a remote base, or component.
func based(t *testing.T, g *gitServer, project string) harness.App {
	t.Helper()
	a := app(t, harness.Tree{"kustomization.yaml": "resources: ['" + g.repository() + "//base?ref=main']\n"}, "")
	a.Project = project
	return a
}

func newBase(t *testing.T, f *fixture) *gitServer {
	t.Helper()
	return newGitServer(t, f.password, harness.Tree{
		"base/kustomization.yaml":      "resources: [cm.yaml]\n",
		"base/cm.yaml":                 "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-base}\n",
		"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n",
	})
}

func TestRemoteBaseOfAPrivateRepository(t *testing.T) {
	f := newFixture(t)
	g := newBase(t, f)
	f.start(t)
	f.refused(t, based(t, g, "team"), "git")
	f.mount(t, "repo-creds", "values", map[string]string{"url": g.URL + "/team", "username": "robot", "password": f.password, "project": "team"})
	mustHold(t, f.render(t, based(t, g, "team")), "from-base")
	a := based(t, g, "team")
	a.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.Array("components", g.repository()+"//component?ref=main")}
	mustHold(t, f.render(t, a), "from-base-c")
	f.refused(t, based(t, g, "strangers"), "git")
	// Nobody has looked at what a base names, so that it gets no credentials to read by it.
	a.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--load-restrictor LoadRestrictionsNone")}
	f.refused(t, a, "a remote base cannot be combined with LoadRestrictionsNone")
	f.clean(t)
}

func TestRemoteBaseWithCredentialsThatArgoShares(t *testing.T) {
	f := newFixture(t)
	g := newBase(t, f)
	f.start(t)
	socket := filepath.Join(f.place.Root, "ask.sock")
	server := askpass.NewServer(socket)
	go server.Run()
	harness.WaitFor(t, 5e9, func() error { _, err := os.Stat(socket); return err })
	a := based(t, g, "team")
	a.Env = []string{"ARGOCD_GIT_ASKPASS_NONCE=" + server.Add("robot", f.password), "ARGOCD_ASK_PASS_SOCK=" + socket, "ARGOCD_APP_SOURCE_REPO_URL=" + g.URL + "/team/app.git"}
	mustHold(t, f.render(t, a), "from-base")
	a.Env[2] = "ARGOCD_APP_SOURCE_REPO_URL=https://git.example.org/team/app.git"
	f.refused(t, a, "git")
	f.clean(t)
}
