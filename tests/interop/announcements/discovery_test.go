package announcements

import (
	"testing"

	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden}\n"

type sample struct {
	path string
	want bool
}

// discoverable is one repository with applications that hold something encrypted, and others.
func discoverable(t *testing.T, key harness.Key) (harness.Tree, []sample) {
	t.Helper()
	encrypted := key.Encrypt(t, "secret.yaml", secret, "--encrypted-regex", "^stringData$")
	values := key.Encrypt(t, "secrets.yaml", "password: hidden\n")
	tree := harness.Tree{
		"directory/secret.yaml":        encrypted,
		"json/secret.json":             key.Encrypt(t, "secret.json", `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"a":"b"}}`),
		"plain/configmap.yaml":         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
		"nested/sub/secret.yaml":       encrypted,
		"values-only/secrets.yaml":     values,
		"base/kustomization.yaml":      "resources: [secret.yaml]\n",
		"base/secret.yaml":             encrypted,
		"overlay/kustomization.yaml":   "resources: [../base]\n",
		"unreached/kustomization.yaml": "resources: [configmap.yaml]\n",
		"unreached/configmap.yaml":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
		"unreached/secret.yaml":        encrypted,
		"ksops/kustomization.yaml":     "generators: [generator.yaml]\n",
		"ksops/generator.yaml":         "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: k}\nfiles: [./secret.enc.yaml]\n",
		"ksops/secret.enc.yaml":        encrypted,
		"env/kustomization.yaml":       "secretGenerator: [{name: x, envs: [app.env]}]\n",
		"env/app.env":                  key.Encrypt(t, "app.env", "A=b\n"),
		"chart/Chart.yaml":             "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"chart/env/prod.yaml":          values,
		"plain-chart/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"plain-chart/values.yaml":      "a: 1\n",
	}
	return tree, []sample{
		{"directory", true}, {"json", true}, {"plain", false}, {"nested", false}, {"values-only", false}, {"base", true},
		{"overlay", true}, {"unreached", false}, {"ksops", true}, {"env", true}, {"chart", true}, {"plain-chart", false}, {"", false},
	}
}

func TestDiscoveryByContent(t *testing.T) {
	f := start(t, false, "--discover-encrypted")
	configuration, err := f.CheckPluginConfiguration(background(t), &emptypb.Empty{})
	harness.Check(t, err)
	if !configuration.IsDiscoveryConfigured {
		t.Errorf("%v", configuration)
	}
	tree, samples := discoverable(t, f.key)
	for _, s := range samples {
		app := repo(t, tree, s.path)
		// No variable may matter: Argo CD sends none of them when it lists applications.
		for _, env := range [][]string{nil, question(t, app), {"ARGOCD_APP_PARAMETERS=[{", "ARGOCD_APP_SOURCE_PATH=elsewhere"}} {
			match := f.match(t, app, env)
			if match.IsSupported != s.want || !match.IsDiscoveryEnabled {
				t.Errorf("%s: %v", s.path, match)
			}
		}
	}
	harness.WaitFor(t, 5e9, f.server.CheckIdle)
}

func TestWithoutDiscoveryNothingMatches(t *testing.T) {
	f := start(t, false)
	tree, _ := discoverable(t, f.key)
	if match := f.match(t, repo(t, tree, "directory"), nil); match.IsSupported || match.IsDiscoveryEnabled {
		t.Errorf("%v", match)
	}
}
