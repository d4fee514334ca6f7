package ksops_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// example is one of those that KSOPS's documentation shows, and what kustomize makes of it with KSOPS 4.5.
type example struct {
	files    harness.Tree // encrypted where the name says so
	generate string       // the generator without its head
	other    string       // the rest of the kustomization
	want     string
}

const (
	credentials = "username: admin\npassword: 1f2d1e2e67df\n"
	asYAML      = "    username: admin\n    password: 1f2d1e2e67df\n"
	dotenv      = "username=admin\npassword=1f2d1e2e67df\n"
)

func documented(name, annotations string) string {
	text := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\n"
	if annotations != "" {
		text += "  annotations:\n    " + annotations + "\n"
	}
	return text + "type: Opaque\ndata:\n  username: YWRtaW4=\n  password: MWYyZDFlMmU2N2Rm\nstringData:\n  application: kustomize-sops\n"
}

var examples = map[string]example{
	"Single": {
		files:    harness.Tree{"secret.enc.yaml": documented("mysecret", "")},
		generate: "files:\n  - ./secret.enc.yaml\n",
		want:     documented("mysecret", ""),
	},
	"Multiple": {
		files: harness.Tree{
			"a.enc.yaml": documented("mysecret-A", ""), "b.enc.yaml": documented("mysecret-B", ""), "c.enc.yaml": documented("mysecret-C", ""),
		},
		generate: "files:\n  - ./a.enc.yaml\n  - ./b.enc.yaml\n  - ./c.enc.yaml\n",
		want:     documented("mysecret-A", "") + "---\n" + documented("mysecret-B", "") + "---\n" + documented("mysecret-C", ""),
	},
	// The suffix is the one that KSOPS's own expectation has.
	"NeedsHash": {
		files:    harness.Tree{"secret.enc.yaml": documented("mysecret-hash", `kustomize.config.k8s.io/needs-hash: "true"`)},
		generate: "files:\n  - ./secret.enc.yaml\n",
		want:     documented("mysecret-hash-h55dbmfg7b", ""),
	},
	"BehaviorReplace": {
		files: harness.Tree{
			"secret.enc.yaml":         documented("my-base-secret", "kustomize.config.k8s.io/behavior: replace"),
			"base/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-base-secret\nstringData:\n  old: value\n",
			"base/kustomization.yaml": "resources:\n  - secret.yaml\n",
		},
		other:    "resources:\n  - ./base\n",
		generate: "files:\n  - ./secret.enc.yaml\n",
		want:     documented("my-base-secret", ""),
	},
	"BehaviorMerge": {
		files: harness.Tree{
			"secret.enc.yaml":         "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    kustomize.config.k8s.io/behavior: merge\ndata:\n  new: bmV3\n",
			"base/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  old: b2xk\n",
			"base/kustomization.yaml": "resources:\n  - secret.yaml\n",
		},
		other:    "resources:\n  - ./base\n",
		generate: "files:\n  - ./secret.enc.yaml\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  old: b2xk\n  new: bmV3\n",
	},
	"File": {
		files:    harness.Tree{"secret.enc.yaml": credentials},
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n  type: Opaque\n  files:\n  - ./secret.enc.yaml\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: mysecret\ntype: Opaque\nstringData:\n  secret.enc.yaml: |\n" + asYAML,
	},
	"OverrideTheKey": {
		files:    harness.Tree{"secret.enc.yaml": credentials},
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n  type: Opaque\n  files:\n  - secret.yaml=secret.enc.yaml\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: mysecret\ntype: Opaque\nstringData:\n  secret.yaml: |\n" + asYAML,
	},
	"BinaryFile": {
		files:    harness.Tree{"secret.enc.yaml": credentials},
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n  type: Opaque\n  binaryFiles:\n  - ./secret.enc.yaml\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: mysecret\ntype: Opaque\ndata:\n  secret.enc.yaml: dXNlcm5hbWU6IGFkbWluCnBhc3N3b3JkOiAxZjJkMWUyZTY3ZGYK\n",
	},
	"Envs": {
		files:    harness.Tree{"secret.enc.env": dotenv},
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n  envs:\n  - ./secret.enc.env\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: mysecret\nstringData:\n  username: admin\n  password: 1f2d1e2e67df\n",
	},
	"Metadata": {
		files:    harness.Tree{"secret.enc.env": dotenv},
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n    namespace: test\n    labels:\n      foo: bar\n    annotations:\n      abc: xyz\n  envs:\n  - ./secret.enc.env\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: mysecret\n  namespace: test\n  labels:\n    foo: bar\n  annotations:\n    abc: xyz\nstringData:\n  username: admin\n  password: 1f2d1e2e67df\n",
	},
	// The hash is over what is generated: kustomize's own.
	"GeneratedSecretWithHash": {
		files:    harness.Tree{"secret.enc.env": dotenv},
		other:    "namePrefix: p-\n",
		generate: "secretFrom:\n- metadata:\n    name: mysecret\n    annotations:\n      kustomize.config.k8s.io/needs-hash: \"true\"\n  envs:\n  - ./secret.enc.env\n",
		want:     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: p-mysecret-92fg655d74\nstringData:\n  username: admin\n  password: 1f2d1e2e67df\n",
	},
}

const pluginHead = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: generator\n"

// tree is the example with its files encrypted and a generator that begins with `head`.
func (e example) tree(t *testing.T, key harness.Key, head string) harness.Tree {
	tree := harness.Tree{
		"kustomization.yaml":      e.other + "generators:\n  - ./generate-resources.yaml\n",
		"generate-resources.yaml": head + e.generate,
	}
	for name, text := range e.files {
		if strings.Contains(name, ".enc.") {
			options := []string{"--encrypted-regex", "^(data|stringData)$"}
			if !strings.HasPrefix(text, "apiVersion") {
				options = nil
			}
			text = key.Encrypt(t, name, text, options...)
		}
		tree[name] = text
	}
	return tree
}

func TestDocumentedExamplesThroughThePlugin(t *testing.T) {
	place := harness.NewPlace(t)
	key := harness.NewKey(t)
	place.AddKey(t, key)
	client := harness.StartServer(t, place).Connect(t)
	for name, e := range examples {
		for kind, head := range map[string]string{"Function": generatorHead, "OldKind": pluginHead, "OtherVersion": strings.Replace(generatorHead, "/v1\n", "/v2\n", 1)} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				app := harness.App{Root: harness.Tmpfs(t), Path: "app"}
				e.tree(t, key, head).Write(t, filepath.Join(app.Root, app.Path))
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				manifests, err := client.Generate(ctx, app)
				harness.Check(t, err)
				harness.SameObjects(t, harness.Objects(t, e.want), harness.Objects(t, manifests...))
			})
		}
	}
}

func TestDocumentedExamplesOnALaptop(t *testing.T) {
	for name, e := range examples {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write(t, e.tree(t, f.key, generatorHead))
			build := harness.Command{
				Path: harness.Kustomize(t), Args: []string{"build", ".", "--enable-alpha-plugins", "--enable-exec"}, Env: f.environment(), Dir: f.dir,
			}
			harness.SameObjects(t, harness.Objects(t, e.want), harness.Objects(t, harness.MustRun(t, build)))
		})
	}
}

// Paths start from the folder of the kustomization that lists the generator, however it was reached.
func TestGeneratorsOfNestedKustomizations(t *testing.T) {
	place := harness.NewPlace(t)
	key := harness.NewKey(t)
	place.AddKey(t, key)
	client := harness.StartServer(t, place).Connect(t)
	app := harness.App{Root: harness.Tmpfs(t), Path: "overlay"}
	harness.Tree{
		"overlay/kustomization.yaml":        "resources: [../base]\ncomponents: [../part]\ngenerators: [shared]\n",
		"overlay/shared/kustomization.yaml": "resources: [generator.yaml]\n",
		"overlay/shared/generator.yaml":     strings.Replace(generatorHead, "name: generator", "name: shared", 1) + "files: [of-overlay.yaml]\n",
		"overlay/of-overlay.yaml":           key.Encrypt(t, "x.yaml", secret("of-overlay")),
		"base/kustomization.yaml":           "generators: [generator.yaml]\n",
		"base/generator.yaml":               generatorHead + "files: [of-base.yaml]\n",
		"base/of-base.yaml":                 key.Encrypt(t, "x.yaml", secret("of-base")),
		"part/kustomization.yaml":           "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ngenerators: [generator.yaml]\n",
		"part/generator.yaml":               generatorHead + "files: [of-part.yaml]\n",
		"part/of-part.yaml":                 key.Encrypt(t, "x.yaml", secret("of-part")),
	}.Write(t, app.Root)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	manifests, err := client.Generate(ctx, app)
	harness.Check(t, err)
	harness.SameObjects(t, harness.Objects(t, secret("of-base")+"---\n"+secret("of-part")+"---\n"+secret("of-overlay")), harness.Objects(t, manifests...))
}
