package kustomize_test

import (
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

const patchOfSecret = "apiVersion: v1\nkind: Secret\nmetadata:\n    name: s\nstringData:\n    more: " + canary + "\n"

// A file may be encrypted wherever kustomize reads one: the result is that of the plain tree.
func TestEveryFileThatKustomizeReadsMayBeEncrypted(t *testing.T) {
	f := newFixture(t)
	base := harness.Tree{"s.yaml": secret, "m.yaml": configMap}
	kustomization := func(text string, files harness.Tree) harness.Tree {
		return base.With(harness.Tree{"kustomization.yaml": text}).With(files)
	}
	dotenv := "# a comment\nPASSWORD=" + canary + "\nQUOTED=\"in quotes\"\nSINGLE='x'\nSPACES= around \nEMPTY=\nEQUALS=a=b==\nESCAPED=a\\nb\n\nexport_like=$HOME\n"
	cases := map[string]struct {
		tree      harness.Tree
		encrypted []string
	}{
		"resource":      {kustomization("resources: [s.yaml]\n", nil), []string{"s.yaml"}},
		"JSON resource": {kustomization("resources: [s.json]\n", harness.Tree{"s.json": `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"}, "stringData": {"p": "` + canary + `"}}`}), []string{"s.json"}},
		"many objects":  {kustomization("resources: [two.yaml]\n", harness.Tree{"two.yaml": secret + "---\n" + configMap}), []string{"two.yaml"}},
		"base": {kustomization("resources: [base]\n", harness.Tree{
			"base/kustomization.yaml": "resources: [s.yaml]\nnamePrefix: b-\n", "base/s.yaml": secret,
		}), []string{"base/s.yaml"}},
		"bases":     {kustomization("bases: [base]\n", harness.Tree{"base/kustomization.yaml": "resources: [s.yaml]\n", "base/s.yaml": secret}), []string{"base/s.yaml"}},
		"component": {kustomization("resources: [m.yaml]\ncomponents: [c]\n", harness.Tree{"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [s.yaml]\n", "c/s.yaml": secret}), []string{"c/s.yaml"}},
		"patch":     {kustomization("resources: [s.yaml]\npatches: [{path: p.yaml}]\n", harness.Tree{"p.yaml": patchOfSecret}), []string{"s.yaml", "p.yaml"}},
		// A list is nothing that sops encrypts as YAML: as bytes it does.
		"JSON patch":            {kustomization("resources: [s.yaml]\npatches: [{path: ops.patch, target: {kind: Secret}}]\n", harness.Tree{"ops.patch": `[{"op": "add", "path": "/stringData/x", "value": "` + canary + `"}]`}), []string{"ops.patch"}},
		"patchesStrategicMerge": {kustomization("resources: [s.yaml]\npatchesStrategicMerge: [p.yaml]\n", harness.Tree{"p.yaml": patchOfSecret}), []string{"p.yaml"}},
		"patchesJson6902":       {kustomization("resources: [s.yaml]\npatchesJson6902: [{path: ops.patch, target: {version: v1, kind: Secret, name: s}}]\n", harness.Tree{"ops.patch": "- op: add\n  path: /stringData/x\n  value: " + canary + "\n"}), []string{"ops.patch"}},
		"kustomization":         {kustomization("resources: [m.yaml]\npatches:\n    - patch: |-\n        apiVersion: v1\n        kind: ConfigMap\n        metadata: {name: m}\n        data: {x: "+canary+"}\nsecretGenerator:\n    - name: l\n      literals: [p="+canary+"]\n", nil), []string{"kustomization.yaml"}},
		"base's kustomization":  {kustomization("resources: [base]\n", harness.Tree{"base/kustomization.yaml": "secretGenerator:\n    - name: l\n      literals:\n        - p=" + canary + "\n"}), []string{"base/kustomization.yaml"}},
		"generator files": {kustomization("secretGenerator: [{name: x, files: [a.txt, b=c.yaml, c.yaml, d.json, e.ini]}]\nconfigMapGenerator: [{name: other, files: [a.txt]}]\n", harness.Tree{
			"a.txt": "line\n" + canary, "c.yaml": "a: " + canary + "\n", "d.json": "{\n\t\"a\": \"" + canary + "\"\n}\n", "e.ini": "[s]\nk = " + canary + "\n",
		}), []string{"a.txt", "c.yaml", "d.json", "e.ini"}},
		"generator envs": {kustomization("secretGenerator: [{name: x, envs: [a.env, b.env]}, {name: other, env: a.env}]\nconfigMapGenerator: [{name: z, envs: [b.env]}]\ngeneratorOptions: {disableNameSuffixHash: true, immutable: true}\n", harness.Tree{
			"a.env": dotenv, "b.env": "OTHER=" + canary + "\n",
		}), []string{"a.env", "b.env"}},
		"replacements":       {kustomization("resources: [s.yaml, m.yaml]\nreplacements: [{path: r.yaml}]\n", harness.Tree{"r.yaml": "source:\n    kind: Secret\n    fieldPath: stringData.password\ntargets:\n    - select:\n        kind: ConfigMap\n      fieldPaths:\n        - data.a\n"}), []string{"s.yaml", "r.yaml"}},
		"configurations":     {kustomization("resources: [m.yaml]\nnamePrefix: p-\nconfigurations: [c.yaml]\n", harness.Tree{"c.yaml": "namePrefix:\n    - path: data/a\n"}), []string{"c.yaml"}},
		"crds":               {kustomization("resources: [m.yaml]\ncrds: [c.json]\n", harness.Tree{"c.json": `{"github.com/x.Bee": {"Schema": {"description": "` + canary + `", "properties": {"spec": {"type": "object"}}}}}`}), []string{"c.json"}},
		"openapi":            {kustomization("resources: [m.yaml]\nopenapi: {path: o.json}\n", harness.Tree{"o.json": `{"definitions": {"v1.X": {"properties": {"a": {"type": "string"}}, "type": "object", "x-kubernetes-group-version-kind": [{"group": "e.org", "kind": "X", "version": "v1"}]}}}`}), []string{"o.json"}},
		"transformer":        {kustomization("resources: [m.yaml]\ntransformers: [t.yaml]\n", harness.Tree{"t.yaml": "apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata:\n    name: t\nannotations:\n    secret: " + canary + "\nfieldSpecs:\n    - path: metadata/annotations\n      create: true\n"}), []string{"t.yaml"}},
		"transformer's file": {kustomization("resources: [m.yaml]\ntransformers: [t.yaml]\n", harness.Tree{"t.yaml": "apiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: v}\nvalue: x\ntargetFilePath: v.yaml\n", "v.yaml": "targets:\n    - fieldPath: data/a\n      selector:\n        kind: ConfigMap\n"}), []string{"v.yaml"}},
		"patch transformer":  {kustomization("resources: [s.yaml]\ntransformers: [t.yaml]\n", harness.Tree{"t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: p.yaml\ntarget: {kind: Secret}\n---\napiVersion: builtin\nkind: PatchStrategicMergeTransformer\nmetadata: {name: t2}\npaths: [p.yaml]\n", "p.yaml": patchOfSecret}), []string{"p.yaml"}},
		"generator":          {kustomization("generators: [g.yaml]\n", harness.Tree{"g.yaml": "apiVersion: builtin\nkind: SecretGenerator\nmetadata:\n    name: g\nfiles:\n    - f.txt\nliterals:\n    - p=" + canary + "\n", "f.txt": canary}), []string{"g.yaml", "f.txt"}},
		"validator":          {kustomization("resources: [m.yaml]\nvalidators: [v.yaml]\n", harness.Tree{"v.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata:\n    name: v\n"}), []string{"v.yaml"}},
		"generator of a base": {kustomization("resources: [base]\n", harness.Tree{
			"base/kustomization.yaml": "generators: [g.yaml]\n", "base/g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nfiles: [f.txt]\n", "base/f.txt": canary,
		}), []string{"base/f.txt"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f.sameAsNative(t, c.tree, "", source{}, "", c.encrypted...)
		})
	}
	t.Run("parameters on an encrypted kustomization", func(t *testing.T) {
		c := cases["kustomization"]
		f.sameAsNative(t, c.tree, "", source{NamePrefix: "x-", Patches: v1alpha1.KustomizePatches{{Patch: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {z: z}\n"}}}, "", c.encrypted...)
	})
	t.Run("a patch of the Application in an encrypted file", func(t *testing.T) {
		f.sameAsNative(t, kustomization("resources: [s.yaml]\n", harness.Tree{"p.yaml": patchOfSecret}), "", source{Patches: v1alpha1.KustomizePatches{{Path: "p.yaml"}}}, "", "s.yaml", "p.yaml")
	})
}

// What only others can open is no concern of an application that doesn't reach it.
func TestOnlyReachedFilesAreDecrypted(t *testing.T) {
	f := newFixture(t)
	stranger := harness.NewKey(t).Encrypt(t, "s.yaml", secret)
	tree := harness.Tree{"kustomization.yaml": "resources: [m.yaml]\n", "m.yaml": configMap, "s.yaml": stranger, "charts/c/values.yaml": stranger}
	f.render(t, tree, "", nil)
	f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": "resources: [m.yaml, s.yaml]\n"}), nil, "s.yaml")
	f.refuses(t, tree.With(harness.Tree{"kustomization.yaml": "secretGenerator: [{name: x, files: [s.yaml]}]\n"}), nil, "s.yaml")
}

const ksopsHead = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ksops}\n"

// One file by two ways, and generators beside everything else.
func TestKsopsBesideOtherEncryptedFiles(t *testing.T) {
	f := newFixture(t)
	tree := harness.Tree{
		"kustomization.yaml": "resources: [s.yaml]\ngenerators: [g.yaml]\nsecretGenerator: [{name: x, files: [k.yaml]}]\npatches: [{path: p.yaml}]\nhelmCharts: [{name: web, releaseName: r}]\n",
		"s.yaml":             secret, "k.yaml": strings.Replace(secret, "name: s", "name: k", 1), "p.yaml": patchOfSecret,
		"g.yaml": ksopsHead + "files: [k.yaml]\n", "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
		"charts/web/templates/m.yaml": configMap, "charts/web/values.yaml": "{}\n",
	}
	objects := f.render(t, f.key.EncryptFiles(t, tree, "s.yaml", "k.yaml", "p.yaml"), "", v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", "--enable-alpha-plugins --enable-exec")})
	plain := tree.With(harness.Tree{"kustomization.yaml": "resources: [s.yaml, k.yaml]\nsecretGenerator: [{name: x, files: [k.yaml]}]\npatches: [{path: p.yaml}]\nhelmCharts: [{name: web, releaseName: r}]\n"})
	want, err := native(t, plain, "", &source{}, "--enable-helm")
	harness.Check(t, err)
	harness.SameObjects(t, want, objects)
}
