package cmp_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

const ciphertext = "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]"

// Applications that must give an error and not manifests. Each is rendered between two good requests.
func TestBadApplicationsAreRefused(t *testing.T) {
	f := newFixture(t)
	good := f.goodApp(t)
	secret := f.key.Encrypt(t, "secret.yaml", f.goodSecret(), "--encrypted-regex", "^stringData$")
	plain := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: " + f.canary + "}\n"
	stranger := harness.NewKey(t)

	cases := []struct {
		name       string
		tree       harness.Tree
		path       string
		parameters v1alpha1.ApplicationSourcePluginParameters
		says       []string // besides the application and its project
	}{
		{name: "TamperedMAC", tree: harness.Tree{"secret.yaml": swapMAC(t, secret)}, says: []string{"secret.yaml", "MAC"}},
		{name: "EditedPlainValue", tree: harness.Tree{"secret.yaml": strings.Replace(secret, "name: good", "name: evil", 1)}, says: []string{"secret.yaml", "MAC"}},
		{name: "TamperedValue", tree: harness.Tree{"secret.yaml": strings.Replace(secret, ",tag:", ",tag:AAAA", 1)}, says: []string{"secret.yaml"}},
		{name: "TamperedMACInKustomize", tree: harness.Tree{"kustomization.yaml": "resources: [secret.yaml]\n", "secret.yaml": swapMAC(t, secret)}, says: []string{"secret.yaml", "MAC"}},
		{name: "SomebodyElsesKey", tree: harness.Tree{"secret.yaml": stranger.Encrypt(t, "secret.yaml", f.goodSecret())}, says: []string{"secret.yaml", stranger.Recipient, f.key.Recipient}},
		{name: "LeftoverCiphertext", tree: harness.Tree{"config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left}\ndata:\n  token: " + ciphertext + "\n"}, says: []string{"ConfigMap", "left", "token"}},
		{name: "LeftoverCiphertextInBase64", tree: harness.Tree{"s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: left}\ndata:\n  token: RU5DW0FFUzI1Nl9HQ00sZGF0YTpmNlNkSk9JPSxpdjpJQ0VpSXlRbEppY29LU29yTEMwdUx6QXhNak0wTlRZM09EazZPenc5UGo4PSx0YWc6QWV2N1BOekY5aWZrMG9NNFUrTUdsZz09LHR5cGU6c3RyXQ==\n"}, says: []string{"Secret", "left", "token"}},
		{name: "LeftoverMetadata", tree: harness.Tree{"config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left}\nsops: {mac: x}\n"}},
		{name: "LeftoverFromHelm", tree: harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left}\ndata:\n  token: {{ .Values.token | quote }}\n", "values.yaml": "token: " + ciphertext + "\n"}, says: []string{"left", "token"}},
		{name: "EmptyRender", tree: harness.Tree{"README.md": "nothing\n", "empty.yaml": "# only a comment\n---\n"}},
		{name: "EmptyKustomization", tree: harness.Tree{"kustomization.yaml": "resources: []\n"}},
		{name: "NoKindAmongObjects", tree: harness.Tree{"x.yaml": plain + "---\napiVersion: v1\nmetadata: {name: nokind}\ndata: {a: " + f.canary + "}\n"}, says: []string{"kind"}},
		{name: "NoKindFromHelm", tree: harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": "apiVersion: v1\nmetadata: {name: nokind}\ndata: {a: " + f.canary + "}\n"}, says: []string{"kind"}},
		{name: "NoApiVersion", tree: harness.Tree{"y.yaml": "kind: ConfigMap\nmetadata: {name: noversion}\ndata: {a: " + f.canary + "}\n"}, says: []string{"apiVersion"}},
		{name: "SecretDataNotBase64", tree: harness.Tree{"y.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\ndata: {password: \"" + f.canary + "!\"}\n"}, says: []string{"Secret", "bad", "password"}},
		{name: "SecretStringDataNumber", tree: harness.Tree{"y.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\nstringData: {port: 5432, x: " + f.canary + "}\n"}, says: []string{"Secret", "bad", "port"}},
		{name: "YamlThatArgoReadsAsBoolean", tree: harness.Tree{"y.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\nstringData: {answer: yes, x: " + f.canary + "}\n"}, says: []string{"Secret", "bad", "answer"}},
		{name: "KustomizeFails", tree: harness.Tree{"kustomization.yaml": "resources: [missing.yaml]\n"}, says: []string{"kustomize", "missing.yaml"}},
		{name: "HelmFails", tree: harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": "{{ fail \"boom\" }}\n"}, says: []string{"helm", "boom"}},
		{name: "MissingValueFile", tree: harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": plain}, parameters: v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", "secrets://missing.yaml")}, says: []string{"missing.yaml"}},
		{name: "ValueFileOutside", tree: harness.Tree{"app/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "app/templates/c.yaml": plain}, path: "app", parameters: v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", "secrets://../../../../../../../../../../etc/hostname")}},
		{name: "KeyOutsideTheKeyFolder", tree: harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": plain, "v.yaml": stranger.Encrypt(t, "v.yaml", "a: b\n")}, parameters: v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", "secrets+age-import://"+stranger.File+"?v.yaml")}},
		{name: "UnknownParameter", tree: harness.Tree{"x.yaml": plain}, parameters: v1alpha1.ApplicationSourcePluginParameters{harness.String("rendrer", "helm")}, says: []string{"rendrer"}},
		{name: "KsopsTampered", tree: f.ksopsWith(t, swapMAC(t, secret)), says: []string{"secret-a.yaml"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			app := repo(t, c.tree, c.path)
			app.Parameters = c.parameters
			f.refused(t, append(c.says, "sample", harness.Project), func(ctx context.Context) ([]string, error) { return f.Generate(ctx, app) })
			f.stillGood(t, good)
		})
	}
	f.clean(t)
}

// swapMAC puts another valid ciphertext of the file, with the same key, in the MAC's place.
func swapMAC(t *testing.T, encrypted string) string {
	t.Helper()
	value := regexp.MustCompile(`ENC\[AES256_GCM[^\]]*\]`).FindString(encrypted)
	mac := regexp.MustCompile(`(mac: ).*`)
	if value == "" || !mac.MatchString(encrypted) {
		t.Fatal("this is not an encrypted file")
	}
	return mac.ReplaceAllString(encrypted, "${1}"+value)
}

func (f *fixture) ksopsWith(t *testing.T, secretA string) harness.Tree {
	t.Helper()
	tree := f.key.EncryptFiles(t, f.mark(ksopsApp), "secret-b.yaml")
	return tree.With(harness.Tree{"secret-a.yaml": secretA})
}

func TestEmptyRenderIsAllowedWhenAsked(t *testing.T) {
	f := newFixture(t)
	app := repo(t, harness.Tree{"kustomization.yaml": "resources: []\n"}, "")
	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.String("allowEmpty", "true")}
	if manifests := f.render(t, app); len(manifests) != 0 {
		t.Errorf("%d manifests out of nothing", len(manifests))
	}
}

func TestMissingKeyNamesTheRecipients(t *testing.T) {
	f := newPlace(t)
	f.start(t)
	app := f.goodApp(t)
	f.refused(t, []string{"secret.yaml", f.key.Recipient}, func(ctx context.Context) ([]string, error) { return f.Generate(ctx, app) })

	// The keys in use are those that are mounted now.
	f.place.AddKey(t, f.key)
	f.stillGood(t, app)
}

// The source hydrator commits what it gets to git: plaintext must not get there.
func TestHydratorGetsNoPlaintext(t *testing.T) {
	f := newFixture(t)
	chartApp, _ := f.helmApp(t)
	apps := map[string]harness.App{
		"Directory": f.goodApp(t),
		"Kustomize": repo(t, f.key.EncryptFiles(t, f.mark(kustomize), "base/secret.yaml", "overlay/token.yaml", "overlay/more.json"), "overlay"),
		"Ksops":     repo(t, f.key.EncryptFiles(t, f.mark(ksopsApp), "secret-a.yaml", "secret-b.yaml"), ""),
		"Helm":      chartApp,
	}
	for name, app := range apps {
		t.Run(name, func(t *testing.T) {
			app.Hydrator = true
			f.refused(t, []string{"KUBE_VERSION"}, func(ctx context.Context) ([]string, error) { return f.Generate(ctx, app) })
		})
	}
	t.Run("PlainFilesAreRendered", func(t *testing.T) {
		config := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  a: b\n"
		app := repo(t, harness.Tree{"config.yaml": config}, "")
		app.Hydrator = true
		harness.SameObjects(t, harness.Objects(t, config), harness.Objects(t, f.render(t, app)...))
	})
	f.clean(t)
}
