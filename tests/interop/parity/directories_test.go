package parity_test

import (
	"unicode/utf16"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

func folder(name string, files harness.Tree, encrypt ...string) *application {
	return &application{name: name, kind: "directory", path: "app", tree: files, encrypt: encrypt}
}

func jsonnetLibs(d *directorySource) { d.Jsonnet.Libs = []string{"vendor", "lib/more"} }

func directories() []*application {
	flat := folder("Flat", harness.Tree{
		"app/web.yaml": webDeployment, "app/secret.yaml": loginSecret, "app/a.json": `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"x": "y"}}` + "\n",
		"app/b.yml": settings, "app/README.md": "no manifest\n", "app/deep/er/secret.yaml": loginSecretNamed("deep"), "app/deep/config.yaml": settingsNamed("deep"),
		"app/about.yaml": settingsNamed("about"),
	}, "app/secret.yaml", "app/a.json", "app/deep/er/secret.yaml")
	flat.alone = true
	many := folder("ManyDocuments", harness.Tree{
		"app/many.yaml":  "# first\n---\n" + loginSecretNamed("one") + "---\n" + loginSecretNamed("two") + "---\n" + settingsNamed("three"),
		"app/plain.yaml": "---\n---\n" + settings + "...\n---\n# last\n",
	}, "app/many.yaml")
	listed := folder("Lists", harness.Tree{
		"app/list.yaml":  "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata:\n      name: l1\n    stringData:\n      a: b\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: l2\n",
		"app/typed.json": `{"apiVersion": "v1", "kind": "SecretList", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "t"}}]}` + "\n",
		"app/null.yaml":  "apiVersion: v1\nkind: ConfigMapList\nitems: null\nmetadata: {name: x}\n",
	}, "app/list.yaml")
	encodings := folder("Encodings", harness.Tree{
		"app/bom.yaml": "\ufeff" + settingsNamed("bom"), "app/utf16.yaml": toUTF16(settingsNamed("wide")), "app/crlf.yaml": "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: crlf}\r\ndata: {a: \"x\"}\r\n",
		"app/unicode.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: unicode\nstringData:\n  text: \"ü \\U0001F600 \\u2028\"\n",
	}, "app/unicode.yaml")
	skipped := folder("Skipped", harness.Tree{
		"app/skip.yaml": "# +argocd:skip-file-rendering\nthis: [is not\n", "app/values.yaml": "replicas: 1\nname: x\n", "app/garbage.yaml": "{{ not: yaml\n", "app/good.yaml": loginSecret,
		"app/empty.yaml": "", "app/comment.yaml": "# nothing\n",
	}, "app/good.yaml")
	scalars := folder("Scalars", harness.Tree{
		"app/widget.yaml": "apiVersion: example.org/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  octal: 0777\n  hex: 0x1F\n  yes: yes\n  off: off\n  n: n\n  big: 12345678901234567890\n  float: 1.50\n  exp: 1e3\n  date: 2024-01-01\n  nothing: ~\n  base60: 1:20\n  merged: &m {a: 1}\n  merge: {<<: *m, b: 2}\n  underscore: 1_000\n",
		"app/secret.yaml": "apiVersion: example.org/v1\nkind: Widget\nmetadata:\n  name: s\nspec:\n  int: 42\n  float: 1.5\n  bool: true\n  none: null\n  text: \"yes\"\n  number: \"0777\"\n  list:\n    - 1\n    - x: y\n",
	}, "app/secret.yaml")
	linkedFolder := folder("Symlinks", harness.Tree{
		"app/real.yaml": settings, "shared/linked.yaml": loginSecret, "shared/deep/other.yaml": settingsNamed("other"),
	}, "shared/linked.yaml")
	linkedFolder.links = map[string]string{"app/link.yaml": "../shared/linked.yaml", "app/folder": "../shared/deep", "app/dangling.yaml": "nowhere.yaml"}
	root := folder("FolderAtTheRoot", harness.Tree{"app/web.yaml": webDeployment, "app/secret.yaml": loginSecret, "app/deep/secret.yaml": loginSecretNamed("deep"), "app/.hidden/x.yaml": settings, "app/.hidden.yaml": settingsNamed("hidden")}, "app/secret.yaml", "app/deep/secret.yaml").movedTo(".")
	root.options = []option{{"include", []setting{
		include("*.yaml"),
		include("deep/*/secret.yaml").and(recurse).differing("Argo CD's glob library takes one slash for both of those around a star: deep/secret.yaml matches"),
	}}}
	badJSON := folder("TwoObjectsInJson", harness.Tree{"app/two.json": `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}`, "app/s.yaml": loginSecret}, "app/s.yaml")
	broken := folder("BrokenManifest", harness.Tree{"app/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n", "app/s.yaml": loginSecret}, "app/s.yaml")
	untyped := folder("NoKind", harness.Tree{"app/x.yaml": settings + "---\napiVersion: v1\nmetadata: {name: nokind}\n", "app/s.yaml": loginSecret}, "app/s.yaml")
	badJSON.mayFail, broken.mayFail, untyped.mayFail = true, true, true
	unfiltered := folder("WithoutSuffix", harness.Tree{"app/one.txt": loginSecret, "app/two.yaml": settings, "app/three": settingsNamed("three")}, "app/two.yaml")
	unfiltered.native = harness.Tree{"app/one.yaml": loginSecret, "app/three.yaml": settingsNamed("three"), "app/one.txt": "-\n", "app/three": "-\n"}
	unfiltered.only = true
	unfiltered.feature = "directory: disableExtensionFilter"
	// 3.5.7 has no such field yet: the files natively have a suffix.
	unfiltered.always = []setting{{name: "disableExtensionFilter", plugin: v1alpha1.ApplicationSourcePluginParameters{harness.String("disableExtensionFilter", "true")}}}
	return append([]*application{flat, many, listed, encodings, skipped, scalars, linkedFolder, root, badJSON, broken, untyped, unfiltered}, jsonnets()...)
}

func jsonnets() []*application {
	simple := folder("Jsonnet", harness.Tree{
		"app/one.jsonnet":   "local s = import 'lib.libsonnet'; [s.config('one'), {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'two'}, stringData: {p: importstr 'p.txt'}}]\n",
		"app/obj.jsonnet":   "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'obj'}, data: {n: '%05.2f' % 3.14159, s: std.manifestJsonEx({a: [1, 2]}, '  ')}}\n",
		"app/lib.libsonnet": "{config(name):: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: name}}}\n", "app/p.txt": "pass\n", "app/s.yaml": loginSecret,
	}, "app/s.yaml")
	tlas := func(d *directorySource) *[]v1alpha1.JsonnetVar { return &d.Jsonnet.TLAs }
	extVars := func(d *directorySource) *[]v1alpha1.JsonnetVar { return &d.Jsonnet.ExtVars }
	configured := folder("JsonnetWithVariables", harness.Tree{
		"app/x.jsonnet":        "local l = import 'l.libsonnet'; function(name='none', count=1) [{apiVersion: 'v1', kind: 'Secret', metadata: {name: name + '-' + i}, stringData: l + {env: std.extVar('env'), n: std.toString(std.extVar('n'))}} for i in std.range(1, count)]\n",
		"vendor/l.libsonnet":   "{vendored: 'yes', more: import 'm.libsonnet'}\n",
		"lib/more/m.libsonnet": "'more'\n",
		"app/secret.yaml":      loginSecret,
	}, "app/secret.yaml")
	configured.always = []setting{
		directory(harness.Array("libs", "vendor", "lib/more"), jsonnetLibs),
		jsonnetVars("extVars", map[string]string{"env": "$ARGOCD_APP_NAME"}, false, extVars),
		jsonnetVars("codeExtVars", map[string]string{"n": "1 + 1"}, true, extVars),
	}
	configured.options = []option{
		one(jsonnetVars("tlas", map[string]string{"name": "$ARGOCD_APP_PROJECT_NAME-x"}, false, tlas)),
		one(jsonnetVars("codeTlas", map[string]string{"count": "2"}, true, tlas)),
	}
	for _, a := range []*application{simple, configured} {
		a.feature = "directory: jsonnet"
	}
	return []*application{simple, configured}
}

func toUTF16(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}
