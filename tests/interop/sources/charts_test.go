package sources_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"

	"github.com/google/go-containerregistry/pkg/registry"
)

const chartVersion = "1.2.3"

// packed makes the chart that others depend on.
func packed(t *testing.T) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	harness.Tree{
		"common/values.yaml":       "a: b\n",
		"common/Chart.yaml":        "apiVersion: v2\nname: common\nversion: " + chartVersion + "\n",
		"common/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-dependency}\ndata: {version: '" + chartVersion + "'}\n",
	}.Write(t, dir)
	harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: []string{"package", "common"}, Dir: dir, Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}})
	return filepath.Join(dir, "common-"+chartVersion+".tgz")
}

// chartServer is an HTTP chart repository with that chart.
func chartServer(t *testing.T, c *counter, password string) *httptest.Server {
	t.Helper()
	dir := filepath.Dir(packed(t))
	harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: []string{"repo", "index", "."}, Dir: dir, Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}})
	server := httptest.NewServer(guarded(c, password, http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)
	return server
}

const chartArchive = "/common-" + chartVersion + ".tgz"

// dependent is a chart with one dependency.
func dependent(repository, version string) harness.Tree {
	return harness.Tree{
		"Chart.yaml":        "apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {name: common, version: '" + version + "', repository: '" + repository + "'}\n",
		"templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n",
	}
}

// locked adds the lock file that helm itself makes.
func locked(t *testing.T, tree harness.Tree, password string, repository string, named string) harness.Tree {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	env := []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	if strings.HasPrefix(repository, "http") {
		args := []string{"repo", "add", named, repository}
		if password != "" {
			args = append(args, "--username", "robot", "--password", password)
		}
		harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: args, Dir: dir, Env: env})
	}
	harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: []string{"dependency", "update", "."}, Dir: dir, Env: env})
	text, err := os.ReadFile(filepath.Join(dir, "Chart.lock"))
	harness.Check(t, err)
	return tree.With(harness.Tree{"Chart.lock": string(text)})
}

func (f *fixture) mountCharts(t *testing.T, name, url string, more map[string]string) {
	t.Helper()
	data := map[string]string{"url": url, "type": "helm", "name": name, "username": "robot", "password": f.password}
	for key, value := range more {
		data[key] = value
	}
	f.mount(t, "repository", name, data)
}

func mustHold(t *testing.T, text, word string) {
	t.Helper()
	if !strings.Contains(text, word) {
		t.Fatalf("%q is not in:\n%s", word, text)
	}
}

func TestDependencyOfAPrivateRepository(t *testing.T) {
	eachHelm(t, func(t *testing.T, f *fixture) {
		var c counter
		server := chartServer(t, &c, f.password)
		private := app(t, dependent(server.URL, "^1.0.0"), "")
		f.refused(t, private, "401", "repository-secrets")
		f.mountCharts(t, "charts", server.URL, nil)
		mustHold(t, f.render(t, private), "from-dependency")                                        // a range: helm decides
		mustHold(t, f.render(t, app(t, dependent("@charts", chartVersion), "")), "from-dependency") // one version
		f.clean(t)
		f.mountCharts(t, "charts", server.URL, map[string]string{"password": "wrong" + f.password[6:]})
		f.refused(t, private, "401", "repository/charts")
		f.clean(t)
	})
}

func TestChartsOfAPrefix(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, f.password)
	f.mount(t, "repo-creds", "all", map[string]string{"url": server.URL[:strings.LastIndex(server.URL, ":")], "type": "helm", "username": "robot", "password": f.password})
	f.refused(t, app(t, dependent(server.URL, chartVersion), ""), "401") // http://127.0.0.1 is no prefix of http://127.0.0.1:80
	f.mount(t, "repo-creds", "all", map[string]string{"url": server.URL, "type": "helm", "username": "robot", "password": f.password})
	mustHold(t, f.render(t, app(t, dependent(server.URL, chartVersion), "")), "from-dependency")
	f.clean(t)
}

func TestFiftyApplicationsDownloadOnce(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, f.password)
	f.mountCharts(t, "charts", server.URL, nil)
	tree := locked(t, dependent(server.URL, "^1.0.0"), f.password, server.URL, "x")
	before := c.count(chartArchive)
	var wait sync.WaitGroup
	errs := make(chan error, 50)
	for i := range 50 {
		one := app(t, tree.With(harness.Tree{"templates/n.yaml": fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n%d}\n", i)}), "")
		wait.Add(1)
		go func() {
			defer wait.Done()
			manifests, err := f.Generate(background(t), one)
			if err == nil && !strings.Contains(strings.Join(manifests, ""), "from-dependency") {
				err = fmt.Errorf("application %d lacks the dependency", i)
			}
			if err != nil {
				errs <- err
			}
		}()
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if n := c.count(chartArchive) - before; n != 1 {
		t.Errorf("%d downloads of the chart", n)
	}
	// Without the network, and by another process.
	server.Close()
	f.server.Signal(t, syscall.SIGTERM)
	f.server.AwaitExit(t, 20*time.Second)
	f.start(t)
	mustHold(t, f.render(t, app(t, tree, "")), "from-dependency")
	f.clean(t)
}

func TestProjectsAreApart(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, f.password)
	f.mountCharts(t, "charts", server.URL, map[string]string{"project": "alpha"})
	tree := dependent(server.URL, chartVersion)
	alpha, beta := app(t, tree, ""), app(t, tree, "")
	alpha.Project, beta.Project = "alpha", "beta"
	mustHold(t, f.render(t, alpha), "from-dependency")
	f.refused(t, beta, "401", `project "beta"`) // although it is in the cache
	named := app(t, dependent("alias:charts", chartVersion), "")
	named.Project = "beta"
	f.refused(t, named, "alias:charts", `project "beta"`)
	server.Close()
	mustHold(t, f.render(t, alpha), "from-dependency")
	f.refused(t, beta, server.URL)
	f.clean(t)
}

func TestDamagedEntryIsFetchedAgain(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, "")
	tree := dependent(server.URL, chartVersion)
	f.render(t, app(t, tree, ""))
	entries, err := filepath.Glob(filepath.Join(f.cache, "argocd-decrypt", "*"))
	harness.Check(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		harness.Check(t, err)
		if len(text) > 100 {
			text[len(text)-10] ^= 1
			harness.Check(t, os.WriteFile(entry, text, 0o600))
		}
	}
	mustHold(t, f.render(t, app(t, tree, "")), "from-dependency")
	if n := c.count(chartArchive); n != 2 {
		t.Errorf("%d downloads", n)
	}
}

func TestAMomentsTroubleIsWaitedFor(t *testing.T) {
	eachHelm(t, func(t *testing.T, f *fixture) {
		var c counter
		server := chartServer(t, &c, "")
		c.failNext(2)
		mustHold(t, f.render(t, app(t, dependent(server.URL, chartVersion), "")), "from-dependency")
	})
}

func TestRegistry(t *testing.T) {
	eachHelm(t, func(t *testing.T, f *fixture) {
		var c counter
		server := httptest.NewServer(guarded(&c, f.password, registry.New()))
		t.Cleanup(server.Close)
		host := strings.TrimPrefix(server.URL, "http://")
		home := harness.TempDir(t, "")
		env := []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: []string{"registry", "login", host, "--plain-http", "--username", "robot", "--password-stdin"}, Stdin: f.password, Env: env})
		harness.MustRun(t, harness.Command{Path: harness.Helm(t), Args: []string{"push", packed(t), "oci://" + host + "/team", "--plain-http"}, Env: env})
		one := app(t, dependent("oci://"+host+"/team", chartVersion), "")
		ranged := app(t, dependent("oci://"+host+"/team", "^1.0.0"), "")
		f.mount(t, "repository", "registry", map[string]string{"url": host + "/team", "type": "helm", "enableOCI": "true", "insecureOCIForceHttp": "true"})
		f.refused(t, one, "credential not found", "repository-secrets")
		f.mount(t, "repository", "registry", map[string]string{"url": host + "/team", "type": "helm", "enableOCI": "true", "insecureOCIForceHttp": "true", "username": "robot", "password": f.password})
		mustHold(t, f.render(t, one), "from-dependency")
		mustHold(t, f.render(t, ranged), "from-dependency")
		f.clean(t)
		server.Close()
		mustHold(t, f.render(t, one), "from-dependency")
	})
}

func TestLocalDependencies(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	tree := harness.Tree{
		"lib/Chart.yaml":        "apiVersion: v2\nname: common\nversion: 1.2.3\n",
		"lib/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-dependency}\n",
	}
	for name, text := range dependent("file://../lib", chartVersion) {
		tree["app/"+name] = text
	}
	mustHold(t, f.render(t, app(t, tree, "app")), "from-dependency")
	for _, path := range []string{"file://../../../etc", "file:///etc"} {
		bad := harness.Tree{}
		for name, text := range dependent(path, chartVersion) {
			bad["app/"+name] = text
		}
		f.refused(t, app(t, bad, "app"), "dependency common")
	}
}

func TestOutdatedLockIsRefused(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	var c counter
	server := chartServer(t, &c, "")
	tree := locked(t, dependent(server.URL, "^1.0.0"), "", server.URL, "x")
	f.refused(t, app(t, tree.With(dependent(server.URL, "^1.1.0")), ""), "out of sync")
}

// While helm waits for a server that does not answer, its processes show no password.
func TestProcessesShowNoPassword(t *testing.T) {
	f := newFixture(t)
	f.start(t)
	gate := make(chan struct{})
	asked := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-gate
	}))
	t.Cleanup(server.Close)
	f.mountCharts(t, "charts", server.URL, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Generate(background(t), app(t, dependent(server.URL, chartVersion), ""))
	}()
	select {
	case <-asked:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody asked")
	}
	if len(harness.Descendants(f.server.Pid)) == 0 {
		t.Error("no child to look at")
	}
	for _, where := range f.needles().Processes(f.server.Pid) {
		t.Errorf("the %s shows the password", where)
	}
	for _, file := range f.needles().Files(f.place.Root) {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is readable for others", file)
		}
		if !strings.HasPrefix(file, f.secrets) && !strings.HasPrefix(file, f.place.Work) {
			t.Errorf("%s holds the password", file)
		}
	}
	close(gate)
	<-done
	f.clean(t)
}
