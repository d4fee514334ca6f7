// Package ksops_test runs the binary by the name ksops, as kustomize and people on laptops do.
package ksops_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// folder is a kustomization's folder with a `ksops` on its PATH and a key in the environment.
type folder struct {
	key      harness.Key
	dir, bin string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{key: harness.NewKey(t), dir: t.TempDir(), bin: t.TempDir()}
	harness.Check(t, os.Symlink(harness.Binary(t), filepath.Join(f.bin, "ksops")))
	return f
}

func (f *folder) environment() []string {
	return []string{"SOPS_AGE_KEY_FILE=" + f.key.File, "HOME=/nonexistent", "PATH=" + f.bin + ":/usr/bin:/bin"}
}

func (f *folder) ksops(t *testing.T, stdin string, args ...string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: filepath.Join(f.bin, "ksops"), Args: args, Env: f.environment(), Dir: f.dir, Stdin: stdin})
}

func (f *folder) write(t *testing.T, tree harness.Tree) {
	t.Helper()
	tree.Write(t, f.dir)
}

// encrypted has its names in clear, so that they can be tampered with.
func (f *folder) encrypted(t *testing.T, name string) string {
	t.Helper()
	return f.key.Encrypt(t, name+".yaml", secret(name), "--encrypted-regex", "^stringData$")
}

func secret(name string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n    name: " + name + "\nstringData:\n    password: plaintext-of-" + name + "\n"
}

const generatorHead = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: generator\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\n"

// refused checks a failure: exit 1, a reason, nothing secret and no partial result.
func refused(t *testing.T, o harness.Outcome, says ...string) {
	t.Helper()
	if o.Code != 1 || len(o.Out) > 0 {
		t.Errorf("exit %d, %d bytes of output: %s", o.Code, len(o.Out), o.Err)
	}
	for _, word := range says {
		if !strings.Contains(o.Err, word) {
			t.Errorf("the error does not say %q: %s", word, o.Err)
		}
	}
	if strings.Contains(o.Err, "plaintext-of-") {
		t.Errorf("the error holds plaintext: %s", o.Err)
	}
}

func TestArgumentNamesTheGenerator(t *testing.T) {
	f := newFolder(t)
	f.write(t, harness.Tree{
		"generator.yaml": generatorHead + "files:\n  - a.yaml\n  - ./deep/b.yaml\n",
		"a.yaml":         f.key.Encrypt(t, "a.yaml", secret("a")),
		"deep/b.yaml":    f.key.Encrypt(t, "b.yaml", secret("b")+"---\n"+secret("c")),
	})
	o := f.ksops(t, "", "generator.yaml")
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	sameDocuments(t, secret("a")+"---\n"+secret("b")+"---\n"+secret("c"), string(o.Out))
}

func TestJSONFilesArePrintedAsJSON(t *testing.T) {
	f := newFolder(t)
	plain := "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\n\t\t\"name\": \"j\"\n\t}\n}\n"
	f.write(t, harness.Tree{"generator.yaml": generatorHead + "files: [j.json]\n", "j.json": f.key.Encrypt(t, "j.json", plain)})
	if o := f.ksops(t, "", "generator.yaml"); o.Code != 0 || string(o.Out) != plain {
		t.Errorf("exit %d: %s\n%s", o.Code, o.Err, o.Out)
	}
}

func TestSecretFromBuildsSecrets(t *testing.T) {
	f := newFolder(t)
	f.write(t, harness.Tree{
		"generator.yaml": generatorHead + `secretFrom:
- metadata:
    name: made
    namespace: there
    labels: {l: x}
    annotations: {kustomize.config.k8s.io/needs-hash: "true"}
  type: Opaque
  files: [b.yaml, zzz=a.json]
  binaryFiles: [raw=a.json]
- files: [a.json]
`,
		"b.yaml": f.key.Encrypt(t, "b.yaml", "x: plaintext-of-b\n"),
		"a.json": f.key.Encrypt(t, "a.json", "{\"y\": \"plaintext-of-a\"}"),
	})
	o := f.ksops(t, "", "generator.yaml")
	want := `apiVersion: v1
data:
  raw: ewoJInkiOiAicGxhaW50ZXh0LW9mLWEiCn0K
kind: Secret
metadata:
  annotations: {kustomize.config.k8s.io/needs-hash: "true"}
  labels: {l: x}
  name: made
  namespace: there
stringData:
  b.yaml: |
    x: plaintext-of-b
  zzz: "{\n\t\"y\": \"plaintext-of-a\"\n}\n"
type: Opaque
---
apiVersion: v1
kind: Secret
metadata: {}
stringData:
  a.json: "{\n\t\"y\": \"plaintext-of-a\"\n}\n"
`
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	sameDocuments(t, want, string(o.Out))
}

func sameDocuments(t *testing.T, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "---\n"), strings.Split(got, "---\n")
	if len(w) != len(g) {
		t.Fatalf("%d documents instead of %d:\n%s", len(g), len(w), got)
	}
	for i := range w {
		wj, err := yaml.YAMLToJSON([]byte(w[i]))
		harness.Check(t, err)
		gj, err := yaml.YAMLToJSON([]byte(g[i]))
		harness.Check(t, err)
		if string(wj) != string(gj) {
			t.Errorf("document %d:\nwant %s\ngot  %s", i, wj, gj)
		}
	}
}

func TestBadGeneratorsAreRefused(t *testing.T) {
	f := newFolder(t)
	good := f.encrypted(t, "a")
	f.write(t, harness.Tree{
		"a.yaml":        good,
		"tampered.yaml": strings.Replace(good, "name: a", "name: b", 1),
		"plain.yaml":    secret("plain"),
		"other.yaml":    harness.NewKey(t).Encrypt(t, "a.yaml", secret("a")),
	})
	cases := map[string]struct {
		generator string
		says      []string
	}{
		"NoFilesAtAll":  {generatorHead, []string{"files", "secretFrom"}},
		"MissingFile":   {generatorHead + "files: [a.yaml, nowhere.yaml]\n", []string{"nowhere.yaml"}},
		"Tampered":      {generatorHead + "files: [a.yaml, tampered.yaml]\n", []string{"tampered.yaml"}},
		"NotEncrypted":  {generatorHead + "files: [plain.yaml]\n", []string{"plain.yaml"}},
		"OtherKey":      {generatorHead + "files: [other.yaml]\n", []string{"other.yaml"}},
		"TwoEqualSigns": {generatorHead + "secretFrom:\n- files: [a=b=a.yaml]\n", []string{"a=b=a.yaml"}},
		"NotYAML":       {"files: [\n", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f.write(t, harness.Tree{"generator.yaml": c.generator})
			refused(t, f.ksops(t, "", "generator.yaml"), c.says...)
		})
	}
	t.Run("NoSuchGenerator", func(t *testing.T) { refused(t, f.ksops(t, "", "missing.yaml"), "missing.yaml") })
}

func resourceList(items ...string) string {
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig:\n  apiVersion: viaduct.ai/v1\n  kind: ksops\n  metadata:\n    name: ignored\n  files: [nowhere.yaml]\nitems:\n"
	for _, item := range items {
		list += "- " + strings.ReplaceAll(strings.TrimSpace(item), "\n", "\n  ") + "\n"
	}
	return list
}

type list struct {
	APIVersion     string
	Kind           string
	FunctionConfig map[string]any
	Items          []map[string]any
	Results        []map[string]any
}

func readList(t *testing.T, text []byte) list {
	t.Helper()
	var l list
	if err := yaml.Unmarshal(text, &l); err != nil {
		t.Fatalf("not a ResourceList: %v\n%s", err, text)
	}
	return l
}

func TestResourceListIsEvaluated(t *testing.T) {
	f := newFolder(t)
	f.write(t, harness.Tree{
		"z.yaml": f.key.Encrypt(t, "z.yaml", secret("z")+"---\n"+secret("m")),
		"a.yaml": f.key.Encrypt(t, "a.yaml", secret("a")),
	})
	o := f.ksops(t, resourceList(generatorHead+"files: [z.yaml]\n", generatorHead+"files: [a.yaml]\n"))
	if o.Code != 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	l := readList(t, o.Out)
	if l.Kind != "ResourceList" || l.FunctionConfig["kind"] != "ksops" {
		t.Errorf("kind %s, functionConfig %v", l.Kind, l.FunctionConfig)
	}
	names := ""
	for _, item := range l.Items {
		names += fmt.Sprint(item["metadata"].(map[string]any)["name"], " ")
	}
	if names != "a m z " {
		t.Errorf("items %s", names)
	}
}

func TestResourceListErrorIsAResult(t *testing.T) {
	f := newFolder(t)
	good := f.encrypted(t, "a")
	f.write(t, harness.Tree{"a.yaml": good, "bad.yaml": strings.Replace(good, "name: a", "name: b", 1)})
	o := f.ksops(t, resourceList(generatorHead+"files: [a.yaml]\n", generatorHead+"files: [bad.yaml]\n"))
	if o.Code != 1 || strings.Contains(string(o.Out)+o.Err, "plaintext-of-") {
		t.Errorf("exit %d: %s\n%s", o.Code, o.Err, o.Out)
	}
	l := readList(t, o.Out)
	if len(l.Results) == 0 || l.Results[0]["severity"] != "error" || !strings.Contains(fmt.Sprint(l.Results[0]["message"]), "bad.yaml") {
		t.Errorf("results %v", l.Results)
	}
}

// On a laptop: the real kustomize, no server, the key where sops looks for it.
func TestRealKustomizeRunsTheGenerator(t *testing.T) {
	f := newFolder(t)
	f.write(t, harness.Tree{
		"kustomization.yaml": "namePrefix: p-\ngenerators: [generator.yaml]\n",
		"generator.yaml":     generatorHead + "files: [a.yaml]\n",
		"a.yaml":             f.encrypted(t, "a"),
	})
	build := harness.Command{
		Path: harness.Kustomize(t), Args: []string{"build", ".", "--enable-alpha-plugins", "--enable-exec"}, Env: f.environment(), Dir: f.dir,
	}
	harness.SameObjects(t, harness.Objects(t, strings.Replace(secret("a"), "name: a", "name: p-a", 1)), harness.Objects(t, harness.MustRun(t, build)))

	f.write(t, harness.Tree{"a.yaml": strings.Replace(readFile(t, f.dir, "a.yaml"), "name: a", "name: b", 1)})
	refused(t, harness.Run(t, build), "a.yaml")
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	harness.Check(t, err)
	return string(text)
}
