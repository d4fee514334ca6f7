package helm_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

const component = "../../../manifests/components/helm-downloader"

// pluginFolder makes the folder that the component gives to the repo-server: the program with its loader and
// libraries, and the plugin.yaml of both helms. It gives HELM_PLUGINS by helm.
func pluginFolder(t *testing.T) map[string]string {
	t.Helper()
	root := harness.TempDir(t, "")
	script, err := os.ReadFile(filepath.Join(component, "repo-server.yaml"))
	harness.Check(t, err)
	found := regexp.MustCompile(`(?s)args:\n +- \|\n(.*?)\n +securityContext:`).FindSubmatch(script)
	if found == nil {
		t.Fatal("the component's script is not where it was")
	}
	text := strings.NewReplacer("/usr/local/bin/argocd-decrypt", harness.Binary(t), "/to/", root+"/bin/").Replace(string(found[1]))
	harness.MustRun(t, harness.Command{Path: "/bin/sh", Args: []string{"-euc", text}, Env: []string{"PATH=/usr/bin:/bin"}})
	plugins := map[string]string{}
	for _, helm := range []string{"helm3", "helm4"} {
		yaml, err := os.ReadFile(filepath.Join(component, helm+".yaml"))
		harness.Check(t, err)
		plugins[helm] = filepath.Join(root, helm)
		harness.Tree{"argocd-decrypt/plugin.yaml": strings.ReplaceAll(string(yaml), "/helm-plugins", root)}.Write(t, plugins[helm])
	}
	return plugins
}

func (f *fixture) helmCommand(t *testing.T, helm, plugins, dir string, args ...string) harness.Command {
	t.Helper()
	home := harness.TempDir(t, "")
	return harness.Command{
		Path: helm, Args: append([]string{"template", ".", "--name-template", "sample"}, args...), Dir: dir,
		Env: []string{
			"HELM_PLUGINS=" + plugins, "HOME=" + home, "PATH=" + f.place.Bin + ":/usr/bin:/bin", "ARGOCD_DECRYPT_WORKDIR=" + f.place.Work,
			"ARGOCD_DECRYPT_KEY_DIR=" + f.place.Keys, "ARGOCD_DECRYPT_KEY_IMPORT_DIRS=" + f.imports, "ARGOCD_DECRYPT_KEY_SECRETS_DIR=" + f.secrets,
		},
	}
}

// The plugin as the component installs it, with the real helm 3 and 4.
func TestDownloaderPlugin(t *testing.T) {
	f := newFixture(t)
	tree := f.tree(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/secrets.yaml" {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(tree["chart/secrets.yaml"]))
	}))
	defer web.Close()
	plugins := pluginFolder(t)
	app := repo(t, tree, "chart")
	dir := filepath.Join(app.Root, "chart")
	for version, helm := range helms(t) {
		for entry, want := range map[string]string{
			"secrets://secrets.yaml":                                                            f.canary,
			"secrets://sops!../environments/x/secrets.yaml":                                     f.canary,
			"secrets:///chart/secrets.yaml":                                                     f.canary,
			"secrets://" + dir + "/secrets.json":                                                f.canary,
			"secrets://plain.yaml":                                                              "plain-text",
			"secrets://?missing.yaml":                                                           "none",
			"secrets://" + web.URL + "/secrets.yaml":                                            f.canary,
			"secrets://?" + web.URL + "/missing.yaml":                                           "none",
			"secrets+age-import://" + f.imports + "/key.txt?own.yaml":                           f.canary,
			"secrets+gpg-import://" + f.imports + "/key.asc?pgp.yaml":                           f.canary,
			"secrets+age-import-kubernetes://argocd/helm-secrets-private-keys#key.txt?own.yaml": f.canary,
			"secrets+gpg-import-kubernetes://argocd/helm-secrets-private-keys#key.asc?pgp.yaml": f.canary,
		} {
			o := harness.Run(t, f.helmCommand(t, helm, plugins[version], dir, "--values", entry))
			if o.Code != 0 {
				t.Errorf("%s: %s: exit %d: %s", version, entry, o.Code, o.Err)
			} else if got := secret(t, harness.Objects(t, string(o.Out)), "password"); got != want {
				t.Errorf("%s: %s: password %q", version, entry, got)
			}
		}
		o := harness.Run(t, f.helmCommand(t, helm, plugins[version], dir, "--set-file", "config=secrets://file.properties", "--set-file", "password=secrets+literal://text"))
		objects := harness.Objects(t, string(o.Out))
		if got := secret(t, objects, "config") + secret(t, objects, "password"); got != "password="+f.canary+"\ntext" {
			t.Errorf("%s: --set-file: %q, %s", version, got, o.Err)
		}
		for entry, want := range map[string]string{
			"secrets://missing.yaml":                         "[argocd-decrypt] File does not exist: missing.yaml",
			"secrets://own.yaml":                             "[argocd-decrypt] decrypt: chart/own.yaml: ",
			"secrets://../../../../etc/passwd":               "leaves the repository",
			"secrets:///etc/passwd":                          "File does not exist",
			"secrets+age-import:///etc/passwd?own.yaml":      "not inside the key folders",
			"secrets+age-import://" + f.imports + "/key.txt": "Invalid syntax",
			"secrets://vals!x":                               "secret backend 'vals' not allowed",
			"secrets+literal://ref+vault://a":                "references of vals",
		} {
			o := harness.Run(t, f.helmCommand(t, helm, plugins[version], dir, "--values", entry))
			if o.Code != 1 || len(o.Out) != 0 || !strings.Contains(o.Err, want) || f.needles().In([]byte(o.Err)) {
				t.Errorf("%s: %s: exit %d: %s", version, entry, o.Code, o.Err)
			}
		}
		hardened := f.helmCommand(t, helm, plugins[version], dir, "--values", "secrets://../environments/x/secrets.yaml")
		hardened.Env = append(hardened.Env, "HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL=false")
		if o := harness.Run(t, hardened); o.Code != 1 || !strings.Contains(o.Err, "Path traversal is not allowed") {
			t.Errorf("%s: exit %d: %s", version, o.Code, o.Err)
		}
	}
	for _, file := range f.needles().Files(f.place.Work) {
		t.Errorf("%s holds a secret", file)
	}
}

// The same through Argo CD's own code for a Helm source, as the repo-server runs it.
func TestDownloaderInArgoCDsHelmSource(t *testing.T) {
	f := newFixture(t)
	plugins := pluginFolder(t)
	app := repo(t, f.tree(t), "chart")
	for version, helm := range helms(t) {
		t.Run(version, func(t *testing.T) {
			useHelm(t, helm)
			for _, variable := range f.helmCommand(t, helm, plugins[version], "").Env {
				if name, value, _ := strings.Cut(variable, "="); name != "PATH" {
					t.Setenv(name, value)
				}
			}
			objects, err := native(t, app.Root, app.Path, helmSource("secrets://secrets.yaml", "secrets+age-import://"+f.imports+"/key.txt?own.yaml"))
			harness.Check(t, err)
			if got := secret(t, objects, "password"); got != f.canary {
				t.Errorf("password %q", got)
			}
			_, err = native(t, app.Root, app.Path, helmSource("secrets://own.yaml"))
			if err == nil || !strings.Contains(err.Error(), "[argocd-decrypt] decrypt: chart/own.yaml") || f.needles().In([]byte(err.Error())) {
				t.Errorf("%v", err)
			}
		})
	}
}
