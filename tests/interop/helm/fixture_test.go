// Package helm_test renders charts through the plugin and through helm-downloader, beside what Argo CD's own
// code and the real helm 3 and 4 make of them.
package helm_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/harness"
)

// A chart after the sample of helm-secrets: annotations and a password from values, and a file.
var chart = harness.Tree{
	"Chart.yaml":  "apiVersion: v2\nname: sample\nversion: 0.1.0\n",
	"values.yaml": "password: none\nconfig: ''\npodAnnotations: {}\n",
	"templates/secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  annotations: {{- toYaml .Values.podAnnotations | nindent 4 }}
stringData:
  password: {{ .Values.password | quote }}
  config: {{ .Values.config | quote }}
`,
}

type fixture struct {
	harness.Client
	place   harness.Place
	server  *harness.Server
	key     harness.Key // what the server has
	own     harness.Key // what only Applications name
	pgp     pgpKey
	imports string // folder with own's and pgp's files
	secrets string // --key-secrets-dir
	canary  string
}

type pgpKey struct{ fingerprint, file, armored string }

func newFixture(t *testing.T, args ...string) *fixture {
	t.Helper()
	random := make([]byte, 12)
	_, err := rand.Read(random)
	harness.Check(t, err)
	f := &fixture{
		place: harness.NewPlace(t), key: harness.NewKey(t), own: harness.NewKey(t), pgp: newPGP(t),
		canary: "canary" + hex.EncodeToString(random),
	}
	f.imports = filepath.Join(f.place.Root, "helm-secrets-private-keys")
	f.secrets = filepath.Join(f.place.Root, "key-secrets")
	f.place.AddKey(t, f.key)
	age, err := os.ReadFile(f.own.File)
	harness.Check(t, err)
	keys := harness.Tree{"key.txt": string(age), "key.asc": f.pgp.armored}
	keys.Write(t, f.imports)
	keys.Write(t, filepath.Join(f.secrets, "argocd", "helm-secrets-private-keys"))
	keys.Write(t, filepath.Join(f.secrets, "own-namespace"))
	if args == nil {
		args = []string{}
	}
	f.server = harness.StartServer(t, f.place, append(args, "--key-import-dirs", f.imports, "--key-secrets-dir", f.secrets)...)
	f.Client = f.server.Connect(t)
	return f
}

// newPGP makes a key with the real gpg; its agent ends with the test.
func newPGP(t *testing.T) pgpKey {
	t.Helper()
	home := harness.Tmpfs(t)
	t.Cleanup(func() { exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	gpg := func(args ...string) string {
		all := append([]string{"--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)
		return harness.MustRun(t, harness.Command{Path: look(t, "gpg"), Args: all, Env: []string{"PATH=" + os.Getenv("PATH")}})
	}
	gpg("--quick-gen-key", "tester", "ed25519", "sign", "never")
	var key pgpKey
	for _, line := range strings.Split(gpg("--with-colons", "--list-keys"), "\n") {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && key.fingerprint == "" {
			key.fingerprint = fields[9]
		}
	}
	gpg("--quick-add-key", key.fingerprint, "cv25519", "encr", "never")
	key.armored = gpg("--armor", "--export-secret-keys", key.fingerprint)
	key.file = filepath.Join(home, "exported.asc")
	harness.Check(t, os.WriteFile(key.file, []byte(key.armored), 0o600))
	// sops asks this keyring for the public half.
	key.file = home
	return key
}

func look(t *testing.T, name string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not on the PATH; install it", name)
	}
	return found
}

// encryptPGP runs the real sops with the real gpg.
func (f *fixture) encryptPGP(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(harness.TempDir(t, ""), name)
	harness.Check(t, os.WriteFile(file, []byte(text), 0o600))
	return harness.MustRun(t, harness.Command{
		Path: harness.Sops(t), Args: []string{"--pgp", f.pgp.fingerprint, "-e", file},
		Env: []string{"GNUPGHOME=" + f.pgp.file, "HOME=/nonexistent", "PATH=" + os.Getenv("PATH")},
	})
}

// needles are what must never turn up outside of an answer.
func (f *fixture) needles() harness.Needles {
	lines := strings.Split(f.pgp.armored, "\n")
	return harness.NewNeedles(f.canary, f.key.Secret, f.own.Secret, lines[3])
}

// values are encrypted values with the canary as the password.
func (f *fixture) values(t *testing.T, key harness.Key, name string) string {
	t.Helper()
	if strings.HasSuffix(name, ".json") {
		return key.Encrypt(t, name, `{"password": "`+f.canary+`"}`)
	}
	return key.Encrypt(t, name, "password: "+f.canary+"\npodAnnotations:\n    secret: value\n")
}

// tree is the chart, in a folder of its own, with every kind of encrypted file.
func (f *fixture) tree(t *testing.T) harness.Tree {
	t.Helper()
	tree := harness.Tree{}
	for name, content := range chart {
		tree["chart/"+name] = content
	}
	return tree.With(harness.Tree{
		"chart/secrets.yaml":          f.values(t, f.key, "secrets.yaml"),
		"chart/secrets.json":          f.values(t, f.key, "secrets.json"),
		"chart/own.yaml":              f.values(t, f.own, "own.yaml"),
		"chart/pgp.yaml":              f.encryptPGP(t, "pgp.yaml", "password: "+f.canary+"\n"),
		"chart/file.properties":       f.key.Encrypt(t, "file.properties", "password="+f.canary+"\n"),
		"chart/plain.yaml":            "password: plain-text\n",
		"environments/x/secrets.yaml": f.values(t, f.key, "secrets.yaml"),
		".git/HEAD":                   "ref: refs/heads/main\n",
	})
}

func repo(t *testing.T, tree harness.Tree, path string, parameters ...v1alpha1.ApplicationSourcePluginParameter) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Root: dir, Path: path, Parameters: parameters}
}

func mapping(name string, values map[string]string) v1alpha1.ApplicationSourcePluginParameter {
	return v1alpha1.ApplicationSourcePluginParameter{Name: name, OptionalMap: &v1alpha1.OptionalMap{Map: values}}
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func (f *fixture) render(t *testing.T, app harness.App) []*unstructured.Unstructured {
	t.Helper()
	manifests, err := f.Generate(background(t), app)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.server.Log())
	}
	return harness.Objects(t, manifests...)
}

// secret is a field of the chart's Secret.
func secret(t *testing.T, objects []*unstructured.Unstructured, field string) string {
	t.Helper()
	for _, object := range objects {
		if object.GetKind() == "Secret" {
			text, _, err := unstructured.NestedString(object.Object, "stringData", field)
			harness.Check(t, err)
			return text
		}
	}
	t.Fatal("no Secret in the output")
	return ""
}
