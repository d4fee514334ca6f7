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

// both renders trees by a server and by a reference, and compares.
type both struct {
	reference
	key    harness.Key
	server *harness.Server
	client harness.Client
}

func newBoth(t *testing.T) both {
	place := harness.NewPlace(t)
	b := both{reference: newReference(t), key: harness.NewKey(t)}
	place.AddKey(t, b.key)
	b.server = harness.StartServer(t, place)
	b.client = b.server.Connect(t)
	return b
}

func (b both) check(t *testing.T, plain, encrypted harness.Tree) {
	t.Helper()
	want := b.build(t, plain, ".")
	app := harness.App{Root: harness.Tmpfs(t)}
	encrypted.Write(t, app.Root)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	manifests, err := b.client.Generate(ctx, app)
	switch {
	case want.Code != 0 && err == nil:
		t.Errorf("only kustomize refuses: %s\n%v", want.Err, encrypted["kustomization.yaml"])
	case want.Code == 0 && err != nil && strings.Contains(err.Error(), "guard"):
		// Not for kustomize to say: an object that Argo CD would not take.
	case want.Code == 0 && err != nil:
		t.Errorf("only kustomize takes it: %v\n%v", err, encrypted["kustomization.yaml"])
	case want.Code == 0:
		sameInOrder(t, harness.Objects(t, string(want.Out)), harness.Objects(t, manifests...))
	case strings.Contains(err.Error(), "canary"):
		t.Errorf("the error holds a secret: %v", err)
	}
}

func (b both) finish(t *testing.T) {
	t.Helper()
	harness.WaitFor(t, 5*time.Second, b.server.CheckIdle)
	if log := b.server.Log(); strings.Contains(log, "canary") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}

func TestResultsAreWhatAGeneratorGives(t *testing.T) {
	b := newBoth(t)
	key := b.key
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
		b.check(t, plain.With(common).With(files), encrypted.With(common).With(files))
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
	b.finish(t)
}

// What a generator says is what kustomize makes of it: here KSOPS itself is the plugin.
func TestGeneratorsAreReadAsKustomizeShowsThem(t *testing.T) {
	b := newBoth(t)
	ksops := fmt.Sprintf("#!/bin/sh\nSOPS_AGE_KEY_FILE=%s exec %s ksops \"$@\"\n", b.key.File, harness.Binary(t))
	harness.Check(t, os.WriteFile(filepath.Join(b.home, "kustomize/plugin/viaduct.ai/v1/ksops/ksops"), []byte(ksops), 0o700))
	head := "apiVersion: viaduct.ai/v1\nkind: ksops\n"
	named := head + "metadata: {name: g}\n"
	list := "sortOptions: {order: fifo}\ngenerators: [g.yaml]\n"
	encrypted := harness.Tree{
		"a.enc.yaml": b.key.Encrypt(t, "a.enc.yaml", object("Secret", "a", data)),
		"b.enc.yaml": b.key.Encrypt(t, "b.enc.yaml", object("Secret", "b", data)),
		"a.enc.env":  b.key.Encrypt(t, "a.enc.env", "A=canary-ZW52\n"),
	}
	from := func(metadata string) string { return "secretFrom: [{metadata: " + metadata + ", envs: [a.enc.env]}]\n" }
	for name, files := range map[string]harness.Tree{
		"merge key in a list":    {"g.yaml": named + "secretFrom: [&c {type: T, metadata: {name: one}, envs: [a.enc.env]}, {<<: *c, metadata: {name: two}}]\n"},
		"merge key at the top":   {"g.yaml": named + "<<: {" + strings.TrimSpace(from("{name: one}")) + "}\nfiles: [a.enc.yaml]\n"},
		"yes":                    {"g.yaml": named + from("{name: one, labels: {inject: yes}}")},
		"a day":                  {"g.yaml": named + from("{name: one, annotations: {day: 2026-01-01}}")},
		"a number":               {"g.yaml": named + from("{name: one, annotations: {n: 012, f: 1e3, h: 0x1F, o: 0o17}}")},
		"y as a name":            {"g.yaml": named + from("{name: y}")},
		"keys y and n":           {"g.yaml": named + from("{name: one, labels: {y: a, n: b}}")},
		"a tag":                  {"g.yaml": named + from("{name: !!str 1}")},
		"files twice":            {"g.yaml": named + "files: [a.enc.yaml]\nfiles: [b.enc.yaml]\n"},
		"files in two cases":     {"g.yaml": named + "files: [a.enc.yaml]\nFiles: [b.enc.yaml]\n"},
		"a name twice":           {"g.yaml": named + from("{name: one, name: two}")},
		"infinity":               {"g.yaml": named + "x: .inf\nfiles: [a.enc.yaml]\n"},
		"a list as a key":        {"g.yaml": named + "? [x]\n: y\nfiles: [a.enc.yaml]\n"},
		"no name":                {"g.yaml": head + "metadata: {name: null}\nfiles: [a.enc.yaml]\n"},
		"labels without a value": {"g.yaml": named + "secretFrom:\n- metadata:\n    name: one\n    labels:\n    annotations: null\n  envs: [a.enc.env]\n"},
		"written out last":       {"g.yaml": named + "files: [a.enc.yaml]\n", "kustomization.yaml": "sortOptions: {order: fifo}\ngenerators:\n- g.yaml\n- |\n  " + strings.ReplaceAll(strings.Replace(named, "name: g", "name: i", 1)+"files: [b.enc.yaml]", "\n", "\n  ") + "\n"},
		"a long name":            {strings.Repeat("g", 240) + ".yaml": named + "files: [a.enc.yaml]\n", "kustomization.yaml": "generators: [" + strings.Repeat("g", 240) + ".yaml]\n"},
		"an odd name":            {"g '\x01\".yaml": named + "files: [a.enc.yaml]\n", "kustomization.yaml": "generators: [\"g '\\x01\\\".yaml\"]\n"},
		"read for its text":      {"sub/kustomization.yaml": "generators: [g.yaml]\n", "sub/g.yaml": named + "files: [a.enc.yaml]\n", "sub/a.enc.yaml": encrypted["a.enc.yaml"], "kustomization.yaml": "resources: [sub]\nconfigMapGenerator: [{name: c, files: [sub/kustomization.yaml]}]\n"},
		"a resource itself":      {"sub/kustomization.yaml": "generators: [g.yaml]\nmetadata: {name: k}\nkind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n", "sub/g.yaml": named + "files: [a.enc.yaml]\n", "sub/a.enc.yaml": encrypted["a.enc.yaml"], "kustomization.yaml": "resources: [sub, sub/kustomization.yaml]\n"},
		"the default namespace":  {"g.yaml": named + "files: [a.enc.yaml]\n", "h.yaml": head + "metadata: {name: g, namespace: default}\nfiles: [b.enc.yaml]\n", "kustomization.yaml": "generators: [g.yaml, h.yaml]\n"},
		"the same name":          {"g.yaml": named + "files: [a.enc.yaml]\n", "h.yaml": named + "files: [b.enc.yaml]\n", "kustomization.yaml": "generators: [g.yaml, h.yaml]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := encrypted.With(harness.Tree{"kustomization.yaml": list}).With(files)
			b.check(t, tree, tree)
		})
	}
	t.Run("a kustomization of any name", func(t *testing.T) {
		app := harness.App{Root: harness.Tmpfs(t)}
		harness.Tree{
			"top/kustomization.yaml": "resources: [../sub]\n", "sub/k.yaml": "generators: [g.yaml]\n",
			"sub/g.yaml": named + "files: [a.enc.yaml]\n", "sub/a.enc.yaml": encrypted["a.enc.yaml"],
		}.Write(t, app.Root)
		harness.Check(t, os.Symlink("k.yaml", filepath.Join(app.Root, "sub/kustomization.yaml")))
		app.Path = "top"
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		manifests, err := b.client.Generate(ctx, app)
		harness.Check(t, err)
		harness.SameObjects(t, harness.Objects(t, object("Secret", "a", data)), harness.Objects(t, manifests...))
	})
	b.finish(t)
}

// A list of generators is short, and what it yields may be large: memory that nobody asked for.
func TestResultsTakeNoMoreMemoryThanTheyMay(t *testing.T) {
	b := newBoth(t)
	text := object("Secret", "large", "stringData:\n  canary: "+strings.Repeat("canary-bGFyZ2U", 60_000)+"\n")
	app := harness.App{Root: harness.Tmpfs(t)}
	list := "generators:\n"
	for i := range 100 {
		list += "- |\n  " + strings.ReplaceAll(oldKind(fmt.Sprint("g", i), "large.enc.yaml"), "\n", "\n  ") + "\n"
	}
	harness.Tree{"kustomization.yaml": list, "large.enc.yaml": b.key.Encrypt(t, "large.enc.yaml", text)}.Write(t, app.Root)
	done := make(chan int64)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		most := int64(0)
		for ctx.Err() == nil {
			sum := int64(0)
			filepath.Walk(b.server.Work, func(_ string, info os.FileInfo, err error) error {
				if err == nil && info.Mode().IsRegular() {
					sum += info.Size()
				}
				return nil
			})
			most = max(most, sum)
		}
		done <- most
	}()
	_, err := b.client.Generate(ctx, app)
	cancel()
	if err == nil {
		t.Error("it took the same object a hundred times")
	}
	if most := <-done; most > 24<<20 {
		t.Errorf("%d MiB in the work folder", most>>20)
	}
	b.finish(t)
}
