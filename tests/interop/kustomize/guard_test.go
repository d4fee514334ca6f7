package kustomize_test

import (
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

// gitServer serves a repository at /org/repo.git over HTTP.
func gitServer(t *testing.T, tree harness.Tree) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	work := filepath.Join(dir, "org/repo.git")
	tree.Write(t, work)
	env := []string{"HOME=" + dir, "PATH=/usr/bin:/bin", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b"}
	git := func(args ...string) {
		harness.MustRun(t, harness.Command{Path: "/usr/bin/git", Args: args, Env: env, Dir: work})
	}
	git("init", "-q", "-b", "main")
	git("add", "-A")
	git("commit", "-q", "-m", "x")
	git("config", "http.receivepack", "false")
	execPath := strings.TrimSpace(harness.MustRun(t, harness.Command{Path: "/usr/bin/git", Args: []string{"--exec-path"}, Env: env}))
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(execPath, "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + dir, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	})
	t.Cleanup(server.Close)
	return server.URL + "/org/repo.git"
}

func marker(t *testing.T) string { t.Helper(); return filepath.Join(harness.TempDir(t, ""), "ran") }

func TestRemoteBasesComeThroughTheGuard(t *testing.T) {
	f := newFixture(t)
	url := gitServer(t, harness.Tree{"base/kustomization.yaml": "resources: [m.yaml]\n", "base/m.yaml": configMap})
	for _, ref := range []string{"", "?ref=main", "?ref=main&timeout=20s&submodules=false"} {
		f.sameAsNative(t, harness.Tree{"kustomization.yaml": "resources: ['" + url + "//base" + ref + "', s.yaml]\nnamePrefix: p-\n", "s.yaml": secret}, "", source{}, "", "s.yaml")
	}
	component := gitServer(t, harness.Tree{"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n"})
	f.sameAsNative(t, harness.Tree{"kustomization.yaml": "resources: [s.yaml]\n", "s.yaml": secret}, "", source{Components: []string{component + "//c?ref=main"}}, "", "s.yaml")
}

// GHSA-9v9p-x54c-58gc: a ref that is an option of git's, in the repository and in a remote base.
func TestNoRefIsAnOptionOfGit(t *testing.T) {
	f := newFixture(t)
	ran := marker(t)
	url := gitServer(t, harness.Tree{"m.yaml": configMap})
	evil := url + "//x?ref=--upload-pack=touch%20" + ran
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + evil + "']\n"}, nil, "not allowed as a remote reference")
	escaped := strings.Replace(evil, "ref=--", "ref=%2D%2D", 1)
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + escaped + "']\n"}, nil, "git guard: git ref --upload-pack")
	outer := gitServer(t, harness.Tree{"base/kustomization.yaml": "resources: ['" + evil + "']\n"})
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + outer + "//base?ref=main']\n"}, nil, "git guard: git ref --upload-pack")
	if touched(ran) {
		t.Error("a program was run")
	}
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + outer + "//base?ref=main']\ngenerators: [g.yaml]\n", "g.yaml": ksopsHead + "files: []\n"}, nil, "a remote base cannot be combined with KSOPS generators")
}

// Nobody looks at a remote base first: with LoadRestrictionsNone it could read whatever the server can.
func TestNoRemoteBaseReadsTheServersFiles(t *testing.T) {
	f := newFixture(t)
	reading := "configMapGenerator: [{name: x, files: [x=/etc/passwd]}]\n"
	remote := gitServer(t, harness.Tree{"base/kustomization.yaml": reading})
	tree := harness.Tree{"kustomization.yaml": "resources: ['" + remote + "//base?ref=main']\n"}
	f.refuses(t, tree, nil, "is not in or below")
	anywhere := v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--load-restrictor LoadRestrictionsNone")}
	f.refuses(t, tree, anywhere, "a remote base cannot be combined with LoadRestrictionsNone")
	f.refuses(t, harness.Tree{"kustomization.yaml": reading}, anywhere, "an absolute path")
}

// A plugin of helm's in a folder that the repository names: GHSA-fw5c-w8rc-j7fx.
func TestNoPluginOfHelmIsLoaded(t *testing.T) {
	ran := marker(t)
	plugin := "name: evil\nversion: 1.0.0\nusage: x\ndescription: x\ncommand: touch " + ran + "\ndownloaders: [{command: evil.sh, protocols: [evil]}]\n"
	tree := chart("charts/web").With(harness.Tree{
		"home/.data/plugins/evil/plugin.yaml": plugin, "home/plugins/evil/plugin.yaml": plugin,
		"home/.data/plugins/evil/evil.sh": "#!/bin/sh\n: >" + ran + "\n",
	})
	for _, helm := range []string{harness.Helm(t), harness.Helm4(t)} {
		f := newFixture(t, "--helm", helm)
		f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": "helmGlobals: {configHome: home}\nhelmCharts: [{name: a/x, repo: 'evil://h'}]\n"}), helmOn, "helm guard: chart repository: must be an https, http or oci address")
		got := f.render(t, tree.With(harness.Tree{"kustomization.yaml": "helmGlobals: {configHome: home}\nhelmCharts: [{name: web, releaseName: r}]\n"}), "", helmOn)
		if len(got) != 2 {
			t.Errorf("%d objects", len(got))
		}
		if touched(ran) {
			t.Fatal("a plugin was run")
		}
	}
}

func TestNothingInAKustomizationIsAnOptionOfHelm(t *testing.T) {
	f := newFixture(t)
	ran := marker(t)
	script := harness.Tree{"evil.sh": "#!/bin/sh\n: >" + ran + "\n", "charts/x,/etc/v.yaml": "a: b\n"}
	tree := chart("charts/web").With(script)
	for chart, says := range map[string]string{
		"{name: web, releaseName: '--post-renderer=./evil.sh'}":                              "helm guard: releaseName",
		"{name: web, releaseName: r, namespace: '--post-renderer=./evil.sh'}":                "",
		"{name: web, releaseName: r, apiVersions: ['--post-renderer=./evil.sh']}":            "",
		"{name: web, releaseName: r, additionalValuesFiles: ['charts/x,/etc/v.yaml']}":       "helm guard: value file: has a comma",
		"{name: '../../../../../etc', releaseName: r}":                                       "leaves the repository",
		"{name: web, releaseName: r, valuesFile: ../../../../etc/passwd}":                    "leaves the repository",
		"{name: none, repo: 'file:///etc', releaseName: r}":                                  "not a chart repository's address",
		"{name: a/none, repo: 'file:///etc', releaseName: r}":                                "must be an https, http or oci address",
		"{name: none, repo: 'https://127.0.0.1:1', releaseName: r, version: '../../../x'}":   "",
		"{name: '--ca-file=x', repo: 'https://127.0.0.1:1', releaseName: r}":                 "helm guard: chart: begins with a hyphen",
		"{name: web, name: none, releaseName: r}":                                            "given twice",
		"{name: web, releaseName: r, valuesFile: v.yaml, ValuesFile: ../../../etc/passwd}":   "given twice",
		"{name: none, repo: 'https://127.0.0.1:1', version: 1.0.0, releaseName: $(touch x)}": "",
	} {
		options := "--enable-helm --load-restrictor LoadRestrictionsNone"
		if strings.Contains(chart, "repo:") {
			options = "--enable-helm"
		}
		parameters := v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", options)}
		manifests, err := f.generate(t, tree.With(harness.Tree{"kustomization.yaml": "helmCharts: [" + chart + "]\n"}), "", parameters)
		if says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: the error does not say %q: %v %v", chart, says, err, manifests)
		}
		if touched(ran) {
			t.Fatalf("%s: a program was run", chart)
		}
	}
	home := "helmGlobals: {chartHome: ../../../../../tmp/x}\nhelmCharts: [{name: web, repo: 'https://127.0.0.1:1'}]\n"
	f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": home}), helmOn, "leaves the repository")
	absolute := "helmGlobals: {chartHome: /etc}\nhelmCharts: [{name: web}]\n"
	f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": absolute}), helmOn, "an absolute path")
}

// Of a remote base nobody has looked at the charts before kustomize starts: the guard does.
func TestChartsOfRemoteBasesStayInside(t *testing.T) {
	f := newFixture(t)
	good := gitServer(t, chart("base/charts/web").With(harness.Tree{"base/kustomization.yaml": "helmCharts: [{name: web, releaseName: r}]\n"}))
	f.sameAsNative(t, harness.Tree{"kustomization.yaml": "resources: ['" + good + "//base?ref=main']\n"}, "", source{}, "--enable-helm")
	outside := harness.TempDir(t, "")
	chart("web").Write(t, outside)
	evil := gitServer(t, harness.Tree{"base/kustomization.yaml": "helmGlobals: {chartHome: '" + outside + "'}\nhelmCharts: [{name: web, releaseName: r, valuesInline: {a: b}, valuesMerge: replace}]\n"})
	f.refuses(t, harness.Tree{"kustomization.yaml": "resources: ['" + evil + "//base?ref=main']\n"}, helmOn, "helm guard: chart: leaves the repository")
}

// Each program but ksops, by each of kustomize's ways to name one.
func TestNoOtherProgramRuns(t *testing.T) {
	f := newFixture(t)
	ran := marker(t)
	function := func(spec string) string {
		return "apiVersion: x/v1\nkind: Y\nmetadata:\n  name: t\n  annotations:\n    config.kubernetes.io/function: |\n      " + spec + "\n"
	}
	script := "#!/bin/sh\n: >" + ran + "\n"
	all := v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--enable-alpha-plugins --enable-exec --enable-helm")}
	for name, plugin := range map[string]string{
		"exec":           function("exec: {path: ./evil.sh}"),
		"exec, system":   function("exec: {path: /usr/bin/touch}"),
		"container":      function("container: {image: evil}"),
		"starlark":       function("starlark: {path: evil.star, name: x}"),
		"legacy exec":    "apiVersion: evil/v1\nkind: Evil\nmetadata: {name: t}\n",
		"legacy Go":      "apiVersion: someteam.example.com/v1\nkind: DatePrefixer\nmetadata: {name: t}\n",
		"ksops and more": function("{exec: {path: ksops}, network: true}"),
	} {
		for _, field := range []string{"generators", "transformers", "validators", "generatorſ"} {
			tree := harness.Tree{"kustomization.yaml": field + ": [p.yaml]\nresources: [m.yaml]\n", "p.yaml": plugin, "m.yaml": configMap, "evil.sh": script, "evil.star": "x",
				"plugins/evil/v1/evil/Evil": script, "plugins/someteam.example.com/v1/dateprefixer/DatePrefixer.so": "x"}
			t.Run(name+" "+field, func(t *testing.T) { f.refuses(t, tree, all, "not allowed") })
		}
	}
	for _, options := range []string{"--helm-command ./evil.sh", "--enable-helm --helm-command=/bin/sh", "--output /tmp/x", "-o /tmp/x", "--mount type=bind,src=/,dst=/", "--network", "--env SOPS_AGE_KEY", "-e X", "--helm-debug", "--as-current-user"} {
		f.refuses(t, harness.Tree{"kustomization.yaml": "resources: [m.yaml]\n", "m.yaml": configMap}, v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", options)}, "parameter buildOptions: ")
	}
	if touched(ran) {
		t.Error("a program was run")
	}
}

// A failing chart's error has no secret, even where the kustomization asks for debug output.
func TestErrorsOfChartsHoldNoSecret(t *testing.T) {
	f := newFixture(t)
	tree := withChart("charts/web", "helmCharts: [{name: web, releaseName: r, debug: true}]\n", harness.Tree{
		"charts/web/templates/broken.yaml": "apiVersion: v1\nkind: X\nmetadata: {name: x}\nv: {{ .Values.password | b64enc }}\n  bad: [\n",
	})
	_, err := f.generate(t, f.key.EncryptFiles(t, tree, "charts/web/values.yaml"), "", helmOn)
	if err == nil {
		t.Fatal("was rendered")
	}
	if harness.NewNeedles(canary).In([]byte(err.Error())) {
		t.Errorf("the error holds a secret: %v", err)
	}
	if found := temporary.FindString(err.Error()); found != "" {
		t.Errorf("the error names a temporary file: %v", err)
	}
}

// The programs by their guarded names do nothing when somebody else calls them.
func TestGuardIsForKustomizeOnly(t *testing.T) {
	for _, name := range []string{"git", "helm"} {
		link := filepath.Join(harness.TempDir(t, ""), name)
		harness.Check(t, os.Symlink(harness.Binary(t), link))
		o := harness.Run(t, harness.Command{Path: link, Args: []string{"version"}})
		if o.Code != 1 || !strings.Contains(o.Err, "for kustomize only") {
			t.Errorf("%s: exit %d: %s", name, o.Code, o.Err)
		}
	}
}
