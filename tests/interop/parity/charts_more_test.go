package parity_test

import "argocd-decrypt/tests/interop/harness"

func moreCharts() []*application {
	old := chart("ChartOfVersion1", harness.Tree{
		"app/Chart.yaml":                      "name: old\nversion: 0.9.0\ndescription: without apiVersion v2\napiVersion: v1\n",
		"app/requirements.yaml":               "dependencies:\n  - {name: sub, version: 0.0.1, condition: sub.enabled}\n",
		"app/charts/sub/Chart.yaml":           "apiVersion: v1\nname: sub\nversion: 0.0.1\n",
		"app/charts/sub/templates/s.yaml":     secretTemplate,
		"app/charts/sub/values.yaml":          "enabled: true\npassword: sub\n",
		"app/templates/crd-in-templates.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org, annotations: {helm.sh/hook: crd-install}}\nspec: {group: example.org}\n",
	})
	lookup := chart("ChartWithLookup", harness.Tree{
		"app/templates/secret.yaml": `{{- $old := lookup "v1" "Secret" .Release.Namespace "x" }}
apiVersion: v1
kind: Secret
metadata: {name: x}
stringData:
  password: {{ dig "data" "password" .Values.password $old | quote }}
  upgrade: {{ .Release.IsUpgrade | quote }}
  service: {{ .Release.Service }}
`,
	})
	lists := chart("ChartWithLists", harness.Tree{
		"app/templates/list.yaml": "apiVersion: v1\nkind: List\nitems:\n{{- range $i, $n := until (int .Values.replicas) }}\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: item-{{ $i }}}\n{{- end }}\n",
		"app/templates/many.yaml": "# nothing\n---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\n# only a comment\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: two}\nstringData: {p: {{ .Values.password | quote }}}\n...\n---\nnull\n",
		"app/templates/a.json":    "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"json-{{ .Release.Name }}\"}}\n",
		"app/templates/b.yml":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yml}\ndata: {octal: \"0777\", yes: \"yes\", n: \"1e3\"}\n",
		"app/templates/c.txt":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text}\n",
	})
	scalars := chart("ChartWithScalars", harness.Tree{
		"app/values.yaml":         "replicas: 1\npassword: unset\nimage: {tag: x}\nextra: {}\nbig: 9007199254740993\nfloat: 1e6\nratio: 0.10\ndate: 2024-01-01\nnothing: ~\nyes: yes\nanchor: &a {k: v}\nalias: *a\nmerged: {<<: *a, l: w}\nmultiline: |-\n  a\n   b\nfolded: >\n  c\n  d\n",
		"app/secrets.yaml":        "big: 9007199254740993\nfloat: 1000000.0\ntext: \"1e6\"\nnegative: -0.5\nbool: false\nempty: \"\"\nunicode: \"\\u00fc\\U0001F600\"\nlist: [1, two, true, null, [x]]\nlong: \"" + longText + "\"\n",
		"app/templates/each.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: each}\ndata:\n{{- range $k, $v := .Values }}\n  {{ $k }}: {{ $v | toString | quote }}\n  {{ $k }}-kind: {{ kindOf $v }}\n{{- end }}\n",
	})
	ignored := chart("ChartWithHelmignore", harness.Tree{
		"app/.helmignore":             "*.bak\nci/\ntemplates/skipped*\nsecret-files/\n",
		"app/templates/skipped.yaml":  "this: {{ fail \"not to be read\" }}\n",
		"app/templates/x.yaml.bak":    "{{ broken",
		"app/templates/_partial.yaml": "{{- define \"p\" }}{{ .Values.password }}{{ end -}}\n",
		"app/templates/uses.yaml":     "apiVersion: v1\nkind: Secret\nmetadata: {name: uses}\nstringData: {p: {{ include \"p\" . | quote }}, files: {{ .Files.Get \"secret-files/x\" | quote }}}\n",
		"app/secret-files/x":          "ignored\n",
		"app/templates/.hidden.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hidden}\n",
		"app/templates/sub/_more.tpl": "{{- define \"more\" }}more{{ end -}}\n",
		"app/templates/sub/more.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ include \"more\" . }}}\n",
	})
	linked := chart("ChartWithSymlinks", harness.Tree{
		"shared/templates/linked.yaml": secretTemplate,
		"shared/values/linked.yaml":    "extra: {linked: from-elsewhere}\npassword: linked\n",
		"lib/sub/Chart.yaml":           "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
		"lib/sub/templates/s.yaml":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linked-subchart}\ndata: {v: {{ .Values | toJson | quote }}}\n",
		"lib/sub/values.yaml":          "sub: value\n",
	}, "shared/values/linked.yaml", "lib/sub/values.yaml")
	linked.links = map[string]string{
		"app/templates/linked.yaml": "../../shared/templates/linked.yaml", "app/linked-values.yaml": "../shared/values/linked.yaml", "app/charts/sub": "../../lib/sub",
	}
	linked.options = []option{{"valueFiles", []setting{valueFiles("linked-values.yaml", "secrets.yaml"), valueFiles("*.yaml").named("valueFiles,glob")}}}
	constrained := chart("ChartWithConstraint", harness.Tree{"app/Chart.yaml": chartYAML + "kubeVersion: \">=1.32.0-0\"\ndeprecated: true\n"})
	required := chart("ChartThatRequires", harness.Tree{
		"app/templates/needs.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: needs}\nstringData: {p: {{ required \"password is needed\" (.Values.extra).secret | quote }}}\n",
	})
	dependency := chart("ChartThatLacksADependency", harness.Tree{"app/Chart.yaml": chartYAML + "dependencies:\n  - {name: nowhere, version: 1.0.0}\n"})
	dependency.only = true
	constrained.mayFail, required.mayFail, dependency.mayFail = true, true, true
	globs := chart("ChartWithValueFiles", harness.Tree{
		"app/env/10-base.yaml": "extra: {order: base, base: 1}\n", "app/env/20-secret.yaml": "extra: {order: secret, token: t0ken}\n",
		"app/env/deep/30.yaml": "extra: {order: deep}\n", "app/env/x.json": "{\"extra\": {\"json\": [1, 2]}, \"password\": \"from-json\"}\n", "app/env/note.txt": "no: values\n",
		"app/values/secrets.dec.yaml": "extra: {dec: never}\n",
	}, "app/env/20-secret.yaml", "app/env/x.json")
	globs.options = []option{{"valueFiles", []setting{
		valueFiles("env/*.yaml").named("valueFiles,star"), valueFiles("env/**/*.yaml", "env/10-base.yaml").named("valueFiles,deep"),
		valueFiles("env/[12]0-*.yaml", "env/x.json").named("valueFiles,class"), valueFiles("env/nothing-*.yaml").named("valueFiles,none").failing(),
		valueFiles("/app/env/20-secret.yaml", "env/../env/20-secret.yaml", "./values-prod.yaml").named("valueFiles,same"),
		valueFiles("../../outside.yaml").named("valueFiles,outside").failing(), valueFiles("env").named("valueFiles,folder").failing(),
		valueFiles("ftp://example.org/x.yaml").named("valueFiles,scheme").failing(), valueFiles("").named("valueFiles,empty").differing("a row of the user interface that nobody filled in is none; Argo CD hands helm the folder"),
		valueFiles("env/1?-base.yaml", "secrets.yaml", "env/{10,20}-*.yaml").named("valueFiles,braces"),
	}}}
	crds := chart("ChartOfCRDs", harness.Tree{
		"app/crds/a.yaml": crd + "---\n" + crd, "app/crds/nested/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n", "app/crds/README.md": "no CRD\n",
		"app/crds/c.json": "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"c\"}}\n",
	})
	root := chart("ChartAtTheRoot", harness.Tree{"app/templates/_helpers.tpl": helpers, "app/templates/deployment.yaml": deployment, "app/templates/secret.yaml": secretTemplate}).movedTo(".")
	root.options = []option{{"valueFiles", []setting{valueFiles("values-prod.yaml", "secrets://secrets.yaml"),
		valueFiles("/shared/**/*.yaml", "secrets.yaml").named("valueFiles,all"),
		valueFiles("/shared/**").named("valueFiles,folders").differing("Argo CD takes folders for value files too, and helm then fails to read them"),
	}}}
	root.tree["shared/note.txt"] = "note: not a value\n"
	spaced := chart("ChartInAFolderWithBlanks", harness.Tree{"app/templates/secret.yaml": secretTemplate}).movedTo("my apps/the 'app' (ü)")
	spaced.options = []option{{"valueFiles", []setting{valueFiles("values-prod.yaml", "secrets.yaml"), valueFiles("/shared/*.yaml", "*.yaml").named("valueFiles,all")}}}
	return []*application{root, spaced, old, lookup, lists, scalars, ignored, linked, constrained, required, dependency, globs, crds}
}

var longText = func() string {
	text := ""
	for range 40 {
		text += "a long line which a YAML printer would fold "
	}
	return text
}()
