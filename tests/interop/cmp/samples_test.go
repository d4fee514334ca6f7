package cmp_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

// The four kinds of application that people have, encrypted by the real sops. What has to come out
// is what the real tools make of the same tree before its encryption.

func TestDirectoryIsDecrypted(t *testing.T) {
	f := newFixture(t)
	plain := f.mark(directory)
	tree := f.key.EncryptFiles(t, plain, "app/many.yml", "app/config.json", "other/ignored.yaml")
	tree["app/secret.yaml"] = f.key.Encrypt(t, "secret.yaml", plain["app/secret.yaml"], "--encrypted-regex", "^(data|stringData)$")

	got := f.render(t, repo(t, tree, "app"))

	want := harness.Objects(t, plain["app/deployment.yaml"], plain["app/secret.yaml"], plain["app/many.yml"], plain["app/config.json"])
	harness.SameObjects(t, want, harness.Objects(t, got...))
	f.clean(t)
}

func TestDirectoryRecursesWhenAsked(t *testing.T) {
	f := newFixture(t)
	plain := f.mark(directory)
	tree := f.key.EncryptFiles(t, plain, "app/deep/er/secret.yaml")
	app := repo(t, tree, "app")
	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.String("recurse", "true")}

	got := f.render(t, app)

	want := harness.Objects(t, plain["app/deployment.yaml"], plain["app/secret.yaml"], plain["app/many.yml"], plain["app/config.json"], plain["app/deep/er/secret.yaml"])
	harness.SameObjects(t, want, harness.Objects(t, got...))
}

// kustomizeBuild is the real tool's answer for a plain tree.
func kustomizeBuild(t *testing.T, tree harness.Tree, path string) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.MustRun(t, harness.Command{
		Path: harness.Kustomize(t), Args: []string{"build", filepath.Join(dir, path)}, Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"},
	})
}

func TestKustomizeResourcesAreDecryptedInPlace(t *testing.T) {
	f := newFixture(t)
	plain := f.mark(kustomize)
	tree := f.key.EncryptFiles(t, plain, "base/secret.yaml", "overlay/token.yaml", "overlay/more.json")

	got := f.render(t, repo(t, tree, "overlay"))

	harness.SameObjects(t, harness.Objects(t, kustomizeBuild(t, plain, "overlay")), harness.Objects(t, got...))
	f.clean(t)
}

func TestKsopsGeneratorsWorkUnchanged(t *testing.T) {
	f := newFixture(t)
	plain := f.mark(ksopsApp)
	tree := f.key.EncryptFiles(t, plain, "secret-a.yaml", "secret-b.yaml")

	got := f.render(t, repo(t, tree, ""))

	// The same kustomization with the generated objects written out.
	written := plain.With(ksopsWrittenOut)
	harness.SameObjects(t, harness.Objects(t, kustomizeBuild(t, written, "")), harness.Objects(t, got...))
	f.clean(t)
}

func TestKsopsSecretFromIsAssembled(t *testing.T) {
	f := newFixture(t)
	plain := f.mark(ksopsSecretFrom)
	tree := f.key.EncryptFiles(t, plain, "files/app.yaml", "files/raw.json")

	got := f.render(t, repo(t, tree, ""))

	raw := base64.StdEncoding.EncodeToString([]byte(plain["files/raw.json"]))
	secrets := f.mark(harness.Tree{"list": strings.ReplaceAll(ksopsSecretFromWrittenOut, "RAW", raw)})["list"]
	harness.SameObjects(t, harness.Objects(t, printedByGenerator(t, secrets)), harness.Objects(t, got...))
	f.clean(t)
}

// printedByGenerator is what the real kustomize makes of objects that an exec function prints: it
// adds the hash that an annotation asks for.
func printedByGenerator(t *testing.T, objects string) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	items := ""
	for _, object := range strings.Split(objects, "---\n") {
		items += "- " + strings.TrimSpace(strings.ReplaceAll(object, "\n", "\n  ")) + "\n"
	}
	harness.Tree{
		"kustomization.yaml": "generators:\n  - generator.yaml\n",
		"generator.yaml": "apiVersion: example.org/v1\nkind: Printer\nmetadata:\n  name: p\n  annotations:\n" +
			"    config.kubernetes.io/function: |\n      exec:\n        path: ./print.sh\n",
		"print.sh":  "#!/bin/sh\ncat >/dev/null\ncat list.yaml\n",
		"list.yaml": "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + items,
	}.Write(t, dir)
	harness.Check(t, os.Chmod(filepath.Join(dir, "print.sh"), 0o755))
	return harness.MustRun(t, harness.Command{
		Path: harness.Kustomize(t), Args: []string{"build", dir, "--enable-alpha-plugins", "--enable-exec"},
		Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"},
	})
}

// helmTemplate is the real tool's answer, asked as Argo CD asks it.
func helmTemplate(t *testing.T, tree harness.Tree, release string, files ...string) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	args := []string{"template", ".", "--name-template", release, "--namespace", harness.Namespace, "--kube-version", harness.KubeVersion, "--include-crds"}
	for _, version := range strings.Split(harness.APIVersions, ",") {
		args = append(args, "--api-versions", version)
	}
	for _, file := range files {
		args = append(args, "--values", file)
	}
	return harness.MustRun(t, harness.Command{
		Path: harness.Helm(t), Args: args, Dir: filepath.Join(dir, "chart"), Env: []string{"HOME=" + dir, "PATH=/usr/bin:/bin"},
	})
}

// helmApp is the chart with encrypted values in each of the forms that people use.
func (f *fixture) helmApp(t *testing.T) (harness.App, harness.Tree) {
	t.Helper()
	other := harness.NewKey(t)
	keyFile := filepath.Join(f.place.Keys, "team", "keys.txt")
	harness.Check(t, os.MkdirAll(filepath.Dir(keyFile), 0o700))
	harness.Check(t, os.WriteFile(keyFile, []byte(readFile(t, other.File)), 0o600))

	plain := f.mark(chart)
	tree := f.key.EncryptFiles(t, plain, "chart/secrets.yaml", "chart/env/more.yaml")
	tree["chart/imported.yaml"] = other.Encrypt(t, "imported.yaml", plain["chart/imported.yaml"])
	app := repo(t, tree, "chart")
	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{
		harness.Array("valueFiles", "values-prod.yaml", "secrets.yaml", "secrets://env/more.yaml", "secrets+age-import://"+keyFile+"?imported.yaml"),
	}
	return app, plain
}

var helmValueFiles = []string{"values-prod.yaml", "secrets.yaml", "env/more.yaml", "imported.yaml"}

func TestHelmValuesAreDecrypted(t *testing.T) {
	f := newFixture(t)
	app, plain := f.helmApp(t)

	got := f.render(t, app)

	harness.SameObjects(t, harness.Objects(t, helmTemplate(t, plain, "sample", helmValueFiles...)), harness.Objects(t, got...))
	f.clean(t)
}

func TestHelmReleaseNameDropsTheNamespaceOfTheApplication(t *testing.T) {
	f := newFixture(t)
	app, plain := f.helmApp(t)
	app.Name = "teams_sample"

	got := f.render(t, app)

	harness.SameObjects(t, harness.Objects(t, helmTemplate(t, plain, "sample", helmValueFiles...)), harness.Objects(t, got...))
}

func TestSameRequestGivesTheSameBytes(t *testing.T) {
	f := newFixture(t)
	tree := f.key.EncryptFiles(t, f.mark(kustomize), "base/secret.yaml", "overlay/token.yaml", "overlay/more.json")
	app := repo(t, tree, "overlay")
	first := strings.Join(f.render(t, app), "\x00")
	for range 5 {
		if again := strings.Join(f.render(t, app), "\x00"); again != first {
			t.Fatal("a second render of the same application differs")
		}
	}
}
