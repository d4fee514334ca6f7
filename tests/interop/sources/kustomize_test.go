package sources_test

import (
	"fmt"
	"testing"

	"argocd-decrypt/tests/interop/harness"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
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
