package leaks_test

import (
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

func secret(name string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\nstringData:\n  password: CANARY-" + name + "\n"
}

// applications is one of each way in which something is decrypted.
func applications(t *testing.T, key harness.Key, canary string) []harness.App {
	t.Helper()
	make := func(name string, parameters v1alpha1.ApplicationSourcePluginParameters, tree harness.Tree, encrypt ...string) harness.App {
		marked := harness.Tree{}
		for file, text := range tree {
			marked[file] = strings.ReplaceAll(text, "CANARY", canary)
		}
		dir := harness.TempDir(t, "")
		key.EncryptFiles(t, marked, encrypt...).Write(t, dir)
		return harness.App{Name: name, Root: dir, Path: "app", Parameters: parameters}
	}
	return []harness.App{
		make("directory", v1alpha1.ApplicationSourcePluginParameters{harness.String("recurse", "true")}, harness.Tree{
			"app/a.yaml": secret("a"), "app/deep/b.json": `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}, "stringData": {"x": "CANARY-b"}}`,
		}, "app/a.yaml", "app/deep/b.json"),
		make("kustomize", v1alpha1.ApplicationSourcePluginParameters{harness.String("namePrefix", "k-"), harness.Array("components", "../component")}, harness.Tree{
			"app/kustomization.yaml":       "resources: [../base, more.yaml]\npatches: [{path: patch.yaml}]\nsecretGenerator:\n  - {name: generated, envs: [secret.env], files: [blob.bin, key.pem]}\n",
			"app/more.yaml":                secret("more"),
			"app/patch.yaml":               "apiVersion: v1\nkind: Secret\nmetadata:\n  name: base\nstringData:\n  patched: CANARY-patch\n",
			"app/secret.env":               "TOKEN=CANARY-env\n",
			"app/blob.bin":                 "\x00CANARY-blob\xff",
			"app/key.pem":                  "-----BEGIN-----\nCANARY\n-----END-----\n",
			"base/kustomization.yaml":      "resources: [secret.yaml]\n",
			"base/secret.yaml":             secret("base"),
			"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [secret.yaml]\n",
			"component/secret.yaml":        secret("component"),
		}, "app/more.yaml", "app/patch.yaml", "app/secret.env", "app/blob.bin", "app/key.pem", "base/secret.yaml", "component/secret.yaml"),
		// The hash makes kustomize run one generator; the base's result is listed as a resource.
		make("ksops", nil, harness.Tree{
			"app/kustomization.yaml":  "generators: [generator.yaml]\nresources: [plain.yaml, ../base]\n",
			"base/kustomization.yaml": "generators: [generator.yaml]\n",
			"base/generator.yaml":     "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\nfiles: [four.yaml]\n",
			"base/four.yaml":          secret("four"),
			"app/plain.yaml":          secret("plain"),
			"app/generator.yaml":      "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles: [one.yaml]\nsecretFrom:\n  - metadata:\n      name: made\n      annotations: {kustomize.config.k8s.io/needs-hash: \"true\"}\n    files: [two.yaml]\n    binaryFiles: [three.bin]\n",
			"app/one.yaml":            secret("one"), "app/two.yaml": "password: CANARY-two\n", "app/three.bin": "CANARY-three\n",
		}, "app/plain.yaml", "app/one.yaml", "app/two.yaml", "app/three.bin", "base/four.yaml"),
		make("helm", v1alpha1.ApplicationSourcePluginParameters{
			harness.Array("valueFiles", "secrets.yaml", "secrets://env/more.yaml"),
			{Name: "fileParameters", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"file": "file.txt"}}},
			harness.String("values", "inline: text\n"),
		}, harness.Tree{
			"app/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "app/values.yaml": "default: CANARY-default\n", "app/secrets.yaml": "password: CANARY-password\n",
			"app/env/more.yaml": "token: CANARY-token\n", "app/file.txt": "CANARY-file\n",
			"app/templates/all.yaml":    "apiVersion: v1\nkind: Secret\nmetadata: {name: all}\nstringData:\n  all: {{ .Values | toJson | quote }}\ndata:\n  encoded: {{ .Values.password | b64enc }}\n",
			"app/templates/secret.yaml": secret("in-the-chart"),
		}, "app/values.yaml", "app/secrets.yaml", "app/env/more.yaml", "app/file.txt", "app/templates/secret.yaml"),
	}
}
