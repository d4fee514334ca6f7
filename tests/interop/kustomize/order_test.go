package kustomize_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/harness"
)

// aSecret is a Secret with a value of its own, as sops writes it and encrypted.
func aSecret(t *testing.T, f *fixture, name string) (plain, encrypted string) {
	t.Helper()
	plain = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata:\n    name: %[1]s\nstringData:\n    value: %[2]s-%[1]s\n", name, canary)
	return plain, f.key.Encrypt(t, "secret.yaml", plain, "--encrypted-regex", "^stringData$")
}

// Of many resources, kustomize reads the first while the last are still encrypted: it must meet no
// ciphertext, wherever else it reads them, and however fast it is.
func TestFilesAreDecryptedInTheOrderInWhichTheyAreRead(t *testing.T) {
	f := newFixture(t)
	const count = 110
	tree, plainTree := harness.Tree{}, harness.Tree{}
	var names []string
	add := func(path, name string) {
		plain, encrypted := aSecret(t, f, name)
		plainTree[path], tree[path] = plain, encrypted
	}
	for i := range count {
		// Against the order of their names.
		names = append(names, fmt.Sprintf("s-%03d.yaml", (i*37)%count))
		add(names[i], fmt.Sprintf("s-%03d", (i*37)%count))
	}
	add("base/b.yaml", "in-base")
	add("other/o.yaml", "in-other")
	for path, text := range map[string]string{"base/kustomization.yaml": "resources: [b.yaml]\n", "other/kustomization.yaml": "resources: [o.yaml, ../s-001.yaml]\n"} {
		tree[path], plainTree[path] = text, text
	}
	list := func(entries ...string) string { return "resources:\n- " + strings.Join(entries, "\n- ") + "\n" }
	middle := append(append(append([]string{}, names[:60]...), "base"), names[60:]...)
	without := []string{}
	for _, name := range names {
		if name != "s-001.yaml" {
			without = append(without, name)
		}
	}
	for name, kustomization := range map[string]string{
		"Files":           list(names...),
		"ABaseBetween":    list(middle...),
		"ABaseReadsOne":   list(append(append([]string{}, without[:20]...), append([]string{"other"}, without[20:]...)...)...),
		"APatchIsOne":     list(names...) + "patches:\n- path: s-100.yaml\n  target: {name: s-100}\n",
		"AGeneratorIsOne": list(names...) + "secretGenerator:\n- name: g\n  files: [s-109.yaml]\n",
		"TwoLists":        list(names...) + "bases: [base]\n",
		"ASpelledList":    "Resources: [" + strings.Join(names, ", ") + "]\n",
	} {
		t.Run(name, func(t *testing.T) {
			const loose = "--load-restrictor LoadRestrictionsNone" // a base reads a file above it
			parameters := v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", loose)}
			got := f.render(t, tree.With(harness.Tree{"kustomization.yaml": kustomization}), ".", parameters)
			dir := harness.TempDir(t, "")
			plainTree.With(harness.Tree{"kustomization.yaml": kustomization}).Write(t, dir)
			want := harness.Objects(t, harness.MustRun(t, harness.Command{Path: harness.Kustomize(t), Args: append([]string{"build", dir}, strings.Fields(loose)...)}))
			if len(got) != len(want) {
				t.Fatalf("%d objects, not %d", len(got), len(want))
			}
			for i := range got {
				if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
					t.Errorf("%v, not %v", got[i], want[i])
				}
			}
		})
	}
}

// A tool that reads faster than kustomize does, in the same order, waits for each file.
func TestAFasterToolMeetsNoCiphertext(t *testing.T) {
	f := newFixture(t)
	tree := harness.Tree{}
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("s-%03d.yaml", i))
		_, tree[names[i]] = aSecret(t, f, fmt.Sprintf("s-%03d", i))
	}
	tree["kustomization.yaml"] = "resources: [" + strings.Join(names, ", ") + "]\n"
	seen := filepath.Join(harness.Tmpfs(t), "seen")
	script := "#!/bin/sh\ncd \"$2\" && /bin/cat kustomization.yaml " + strings.Join(names, " ") + " >" + seen + "\n" +
		"for f in " + strings.Join(names, " ") + "; do echo ---; /bin/cat $f; done\n"
	path := filepath.Join(f.server.Bin, "kustomize")
	harness.Check(t, os.Remove(path))
	harness.Check(t, os.WriteFile(path, []byte(script), 0o755))
	for range 5 {
		if objects := f.render(t, tree, ".", nil); len(objects) != len(names) {
			t.Fatalf("%d objects", len(objects))
		}
		text, err := os.ReadFile(seen)
		harness.Check(t, err)
		if strings.Contains(string(text), "ENC[") || strings.Count(string(text), canary) != len(names) {
			t.Error("ciphertext was read")
		}
	}
	harness.Check(t, os.Remove(seen))
}

// Helm, when kustomize runs it, reads all that is in a chart's folder.
func TestChartsReadListedFilesDecrypted(t *testing.T) {
	f := newFixture(t)
	const count = 80
	tree := harness.Tree{
		"base/kustomization.yaml":           "helmCharts: [{name: c, releaseName: r}]\n",
		"base/charts/c/values.yaml":         "{}\n",
		"base/charts/c/Chart.yaml":          "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"base/charts/c/templates/sums.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sums}\ndata:\n{{- range $path, $_ := .Files.Glob \"files/*\" }}\n  {{ base $path }}: {{ $.Files.Get $path | sha256sum }}\n{{- end }}\n",
	}
	list := "resources:\n- base\n"
	want := map[string]string{}
	for i := count - 1; i >= 0; i-- {
		name := fmt.Sprintf("s-%03d", i)
		plain, encrypted := aSecret(t, f, name)
		tree["base/charts/c/files/"+name] = encrypted
		want[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(plain)))
		list += "- base/charts/c/files/" + name + "\n"
	}
	tree["kustomization.yaml"] = list
	for range 2 {
		for _, object := range f.render(t, tree, ".", helmOn) {
			if object.GetKind() != "ConfigMap" {
				continue
			}
			got, _, err := unstructured.NestedStringMap(object.Object, "data")
			harness.Check(t, err)
			if !maps.Equal(got, want) {
				t.Error("a chart has read ciphertext")
			}
		}
	}
}
