package ksops_test

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/harness"
)

// The results of generators may be listed as resources, so that kustomize starts no process. Whatever stands
// beside them, that has to give what kustomize makes of a generator that it runs: here a shell script, which
// prints the files before their encryption.

const plugin = "#!/bin/sh\nfirst=yes\nsed -n 's/^- //p' \"$1\" | while read -r file; do\n  [ -n \"$first\" ] || echo ---\n  first=\n  cat \"$file\" || exit 1\ndone\n"

type reference struct {
	home, kustomize string
}

func newReference(t *testing.T) reference {
	home := harness.Tmpfs(t)
	path := filepath.Join(home, "kustomize/plugin/viaduct.ai/v1/ksops/ksops")
	harness.Check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	harness.Check(t, os.WriteFile(path, []byte(plugin), 0o700))
	return reference{home: home, kustomize: harness.Kustomize(t)}
}

func (r reference) build(t *testing.T, tree harness.Tree, path string) harness.Outcome {
	dir := harness.Tmpfs(t)
	tree.Write(t, dir)
	return harness.Run(t, harness.Command{
		Path: r.kustomize, Args: []string{"build", path, "--enable-alpha-plugins", "--enable-exec"}, Dir: dir,
		Env: []string{"XDG_CONFIG_HOME=" + r.home, "HOME=" + r.home, "PATH=/usr/bin:/bin"},
	})
}

func oldKind(name string, files ...string) string {
	return fmt.Sprintf("apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: %s\nfiles:\n- %s\n", name, strings.Join(files, "\n- "))
}

func object(kind, name, more string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n%s", kind, name, more)
}

const data = "stringData:\n  password: canary-cmVzb3VyY2Vz\n"

// What a generator may yield.
var yields = map[string]string{
	"a secret":             object("Secret", "one", data),
	"two":                  object("Secret", "two", data) + "---\n" + object("ConfigMap", "three", "data:\n  a: b\n"),
	"a name of another":    object("Secret", "base", data),
	"a list":               "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSuffix(object("Secret", "in-list", data), "\n"), "\n", "\n  ") + "\n",
	"no annotations":       object("Secret", "empty", "  annotations: {}\n  labels: {}\n"+data),
	"other annotations":    object("Secret", "other", "  annotations:\n    a: b\n    kustomize.toolkit.fluxcd.io/ssa: merge\n"+data),
	"a hash":               object("Secret", "hash", "  annotations:\n    kustomize.config.k8s.io/needs-hash: \"true\"\n"+data),
	"a hash in a list":     "apiVersion: v1\nkind: SecretList\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: in\n    annotations: {\"kustomize.config.k8s.io/needs-hash\": \"true\"}\n",
	"a behavior":           object("Secret", "base", "  annotations:\n    kustomize.config.k8s.io/behavior: merge\n"+data),
	"an escaped hash":      object("Secret", "esc", "  annotations: {\"kustomize.config.k8s.io\\u002fneeds-hash\": \"true\"}\n"+data),
	"a namespace":          object("Secret", "there", "  namespace: elsewhere\n"+data),
	"local configuration":  object("ConfigMap", "local", "  annotations:\n    config.kubernetes.io/local-config: \"true\"\n"+"data:\n  a: b\n") + "---\n" + object("Secret", "beside", data),
	"no name":              "apiVersion: v1\nkind: Secret\nmetadata: {}\n" + data,
	"a deployment":         "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n        image: nginx\n        env:\n        - {name: A, valueFrom: {secretKeyRef: {name: base, key: a}}}\n",
	"anchors":              "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: anchors\ndata:\n  a: &a text\n  b: *a\n",
	"nothing but comments": object("Secret", "comments", data) + "---\n# nothing\n",
}

// What may stand beside the list of generators.
var besides = []string{
	"",
	"resources: [base.yaml]\n",
	"resources:\n# first\n- base.yaml # it\n- nested\n",
	"resources: [base.yaml]\nnamePrefix: p-\nnameSuffix: -s\nnamespace: ns\n",
	"resources: [nested]\nbuildMetadata: [originAnnotations]\n",
	"resources: [base.yaml]\nsortOptions: {order: fifo}\n",
	"resources: [nested]\nsortOptions: {order: fifo}\nlabels:\n- pairs: {app: \"1\"}\n  includeSelectors: true\ncommonAnnotations: {when: \"2026-01-01\", n: \"012\"}\n",
	"configMapGenerator:\n- name: c\n  literals: [a=b]\nsortOptions: {order: fifo}\n",
	"secretGenerator:\n- name: c\n  literals: [a=b]\n  behavior: create\nresources: [base.yaml]\n",
	"secretGenerator:\n- name: base\n  behavior: merge\n  literals: [more=x]\nresources: [nested]\n",
	"components: [component]\nresources: [base.yaml]\n",
	"patches:\n- target: {kind: Secret}\n  patch: |-\n    - op: add\n      path: /metadata/labels\n      value: {patched: \"yes\"}\n",
	"resources: [base.yaml]\nreplacements:\n- source: {kind: Secret, name: base, fieldPath: metadata.name}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.a]\n    options: {create: true}\n",
	"generatorOptions: {disableNameSuffixHash: true}\nimages:\n- name: nginx\n  newTag: \"1.10\"\nreplicas:\n- {name: d, count: 3}\n",
	"Resources: [base.yaml]\n",
	"resources: null\n",
	"resources: []\n",
	"resources: [missing.yaml]\n",
	"namePrefix: !!str 1-\n",
	"x: &x {a: b}\ncommonLabels: *x\n",
	"kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [base.yaml]\n",
	"openapi: {}\nmetadata: {name: k}\nresources: [base.yaml]\n",
	"commonLabels: {on: \"yes\", number: \"1_000\", \"quoted\\tkey\": 'it''s'}\n",
}

func sameInOrder(t *testing.T, want, got []*unstructured.Unstructured) {
	t.Helper()
	harness.SameObjects(t, want, got)
	for i, o := range want {
		if o.GetName() != got[i].GetName() {
			t.Fatalf("at %d: %s, not %s", i, got[i].GetName(), o.GetName())
		}
	}
}

func yieldsTree() (tree harness.Tree, names []string) {
	tree = harness.Tree{}
	for name, text := range yields {
		file := strings.ReplaceAll(name, " ", "-") + ".enc.yaml"
		tree[file] = text
		names = append(names, file)
	}
	return tree, names
}

func TestResultsAreWhatAGeneratorGives(t *testing.T) {
	place := harness.NewPlace(t)
	key := harness.NewKey(t)
	place.AddKey(t, key)
	server := harness.StartServer(t, place)
	client := server.Connect(t)
	real := newReference(t)
	plain, names := yieldsTree()
	encrypted := harness.Tree{}
	for name, text := range plain {
		encrypted[name] = key.Encrypt(t, name, text, "--encrypted-regex", "^(password)$")
	}
	common := harness.Tree{
		"base.yaml":                    object("Secret", "base", "data:\n  a: Yg==\n"),
		"nested/kustomization.yaml":    "resources: [n.yaml]\ngenerators: [g.yaml]\n",
		"nested/n.yaml":                object("Secret", "base", "data:\n  a: Yg==\n"),
		"nested/g.yaml":                oldKind("nested", "nested.enc.yaml"),
		"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ngenerators: [g.yaml]\n",
		"component/g.yaml":             oldKind("component", "component.enc.yaml"),
	}
	for _, dir := range []string{"nested", "component"} {
		name := dir + "/" + dir + ".enc.yaml"
		plain[name] = object("Secret", "of-"+dir, data)
		encrypted[name] = key.Encrypt(t, name, plain[name])
	}
	check := func(t *testing.T, files harness.Tree) {
		t.Helper()
		want := real.build(t, plain.With(common).With(files), ".")
		app := harness.App{Root: harness.Tmpfs(t)}
		encrypted.With(common).With(files).Write(t, app.Root)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		manifests, err := client.Generate(ctx, app)
		switch {
		case want.Code != 0 && err == nil:
			t.Errorf("only kustomize refuses: %s\n%v", want.Err, files)
		case want.Code == 0 && err != nil && strings.Contains(err.Error(), "guard"):
			// Not for kustomize to say: an object that Argo CD would not take.
		case want.Code == 0 && err != nil:
			t.Errorf("only kustomize takes it: %v\n%v", err, files)
		case want.Code == 0:
			sameInOrder(t, harness.Objects(t, string(want.Out)), harness.Objects(t, manifests...))
		case strings.Contains(err.Error(), "canary"):
			t.Errorf("the error holds a secret: %v", err)
		}
	}
	for i, beside := range besides {
		t.Run(fmt.Sprint("Beside", i), func(t *testing.T) {
			for _, file := range names {
				list := "generators: [g.yaml]\n"
				if strings.Contains(file, "two") {
					list = "generators:\n- |\n  " + strings.ReplaceAll(oldKind("inline", file), "\n", "\n  ") + "\n- g2.yaml\n"
				}
				check(t, harness.Tree{
					"kustomization.yaml": beside + list, "g.yaml": oldKind("g", "./"+file), "g2.yaml": oldKind("g2", "a-secret.enc.yaml"),
				})
			}
		})
	}
	t.Run("Mixed", func(t *testing.T) {
		random := rand.New(rand.NewSource(1))
		for range 60 {
			files := harness.Tree{}
			list := "generators:\n"
			for g := range 1 + random.Intn(3) {
				var of []string
				for range 1 + random.Intn(2) {
					of = append(of, names[random.Intn(len(names))])
				}
				file := fmt.Sprintf("g%d.yaml", g)
				files[file] = oldKind(fmt.Sprint("g", g%(2+random.Intn(2))), of...)
				list += "- " + file + "\n"
			}
			files["kustomization.yaml"] = list + besides[random.Intn(len(besides))]
			check(t, files)
		}
	})
	harness.WaitFor(t, 5*time.Second, server.CheckIdle)
	if log := server.Log(); strings.Contains(log, "canary") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}
