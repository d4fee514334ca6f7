package parity_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"slices"

	"argocd-decrypt/tests/interop/harness"
)

func applications() []*application {
	return slices.Concat(charts(), moreCharts(), kustomizations(), moreKustomizations(), directories())
}

// Each chart shows in a ConfigMap all that reaches a template.
const dump = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name | trunc 40 }}-dump
  namespace: {{ .Release.Namespace }}
data:
  values: {{ omit .Values "global" | toJson | quote }}
  global: {{ .Values.global | toJson | quote }}
  release: {{ .Release | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  widget: {{ .Capabilities.APIVersions.Has "example.org/v1/Widget" | quote }}
  monitor: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" | quote }}
`

const chartYAML = "apiVersion: v2\nname: sample\nversion: 1.2.3\nappVersion: \"4.5\"\n"

// chartFiles are what every chart's application has beside its chart.
var chartFiles = harness.Tree{
	"app/Chart.yaml":          chartYAML,
	"app/values.yaml":         "replicas: 1\nimage:\n  repository: example.org/web\n  tag: \"1.0\"\npassword: unset\nextra: {}\n",
	"app/values-prod.yaml":    "replicas: 3\nextra:\n  env: prod\n  list: [p]\n",
	"app/secrets.yaml":        "password: 's3cret, \"quoted\" {and} #more'\nextra:\n  secret: |\n    two\n    lines\n  octal: \"0777\"\n  number: 12345678901\n  # a comment\n  ratio: 1.50\n",
	"app/sample.yaml":         "extra: {named: after-the-application}\n",
	"app/team-a_sample.yaml":  "extra: {named: after-the-application-and-its-namespace}\n",
	"app/file.txt":            "first line, with comma\n\"second\" {line}\n",
	"app/templates/dump.yaml": dump,
	"shared/a.yaml":           "extra: {shared: a, a: 1}\n",
	"shared/b.yaml":           "extra: {shared: b, password: from-b}\n",
	"shared/note.txt":         "shared note\n",
}

// chart puts a chart's own files beside the common ones; of both, these come encrypted to the plugin.
func chart(name string, files harness.Tree, encrypt ...string) *application {
	encrypt = append(encrypt, "app/secrets.yaml", "shared/b.yaml", "app/file.txt")
	return &application{name: name, kind: "helm", path: "app", tree: chartFiles.With(files), encrypt: encrypt}
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "sample.fullname" . }}
  labels: {{- include "sample.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations:
        checksum/secret: {{ include (print $.Template.BasePath "/secret.yaml") . | sha256sum }}
    spec:
      containers:
        - name: web
          image: "{{ (.Values.image).repository }}:{{ (.Values.image).tag | default .Chart.AppVersion }}"
          {{- with .Values.extra }}
          env:
            {{- range $k, $v := . }}
            - {name: {{ $k | quote }}, value: {{ $v | toJson | quote }}}
            {{- end }}
          {{- end }}
`

const helpers = `{{- define "sample.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "sample.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
`

const secretTemplate = `apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-secret}
type: Opaque
stringData:
  password: {{ .Values.password | quote }}
data:
  encoded: {{ .Values.password | b64enc }}
`

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.org
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, description: "as {{ written }}"}}}
`

func hook(name, kind string) string {
	return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {{ .Release.Name }}-" + name + "\n  annotations:\n    helm.sh/hook: " + kind +
		"\n    helm.sh/hook-weight: \"-5\"\nspec:\n  template:\n    spec: {restartPolicy: Never, containers: [{name: x, image: example.org/hook}]}\n"
}

func charts() []*application {
	web := chart("ChartWeb", harness.Tree{
		"app/templates/_helpers.tpl":               helpers,
		"app/templates/deployment.yaml":            deployment,
		"app/templates/secret.yaml":                secretTemplate,
		"app/templates/hooks/install.yaml":         hook("install", "pre-install,pre-upgrade"),
		"app/templates/hooks/delete.yaml":          hook("delete", "post-delete"),
		"app/templates/tests/connection.yaml":      hook("test", "test"),
		"app/templates/NOTES.txt":                  "Thank you for {{ .Release.Name }}.\n",
		"app/crds/widgets.yaml":                    crd,
		"app/templates/empty.yaml":                 "{{- if false }}\nkind: Nothing\n{{- end }}\n",
		"app/README.md":                            "A chart.\n",
		"app/ci/test-values.yaml":                  "replicas: 100\n",
		"app/templates/configmaps/nested/one.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nested}\n",
	})
	web.alone = true
	schema := chart("ChartWithSchema", harness.Tree{
		"app/values.schema.json": `{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["password"], "properties": {"replicas": {"type": "integer", "maximum": 7}, "password": {"type": "string"}}}`,
	})
	schema.mayFail = true
	subcharts := chart("ChartWithSubcharts", harness.Tree{
		"app/Chart.yaml": chartYAML + `dependencies:
  - {name: db, version: ">=1.0.0", alias: primary, condition: primary.enabled, import-values: [{child: exported, parent: imported}]}
  - {name: db, version: "1.x", alias: replica, tags: [replicas]}
  - {name: cache, version: 0.1.0, condition: cache.enabled}
`,
		"app/values.yaml":                    "replicas: 1\npassword: unset\nimage: {tag: a}\nextra: {}\nglobal: {domain: example.org}\nprimary: {enabled: true, size: 5}\ncache: {enabled: false}\ntags: {replicas: true}\n",
		"app/secrets.yaml":                   "global: {token: global-token}\nprimary: {password: primary-password}\nreplica: {password: replica-password}\ncache: {enabled: true}\n",
		"app/charts/db/Chart.yaml":           "apiVersion: v2\nname: db\nversion: 1.4.0\n",
		"app/charts/db/values.yaml":          "size: 1\npassword: from-the-subchart\nexported: {port: 5432}\n",
		"app/charts/db/templates/db.yaml":    "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}\nstringData:\n  all: {{ .Values | toJson | quote }}\n",
		"app/charts/db/crds/x.yaml":          crd,
		"app/charts/cache/Chart.yaml":        "apiVersion: v2\nname: cache\nversion: 0.1.0\n",
		"app/charts/cache/templates/c.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cache}\ndata: {domain: {{ .Values.global.domain }}, token: {{ .Values.global.token | quote }}}\n",
		"app/charts/cache/templates/t.yaml":  hook("cache-test", "test-success"),
		"app/charts/_ignored/not-a-chart.md": "x\n",
	}, "app/charts/db/values.yaml")
	library := chart("ChartWithLibrary", harness.Tree{
		"app/Chart.yaml":                     chartYAML + "dependencies:\n  - {name: common, version: 2.x.x, repository: \"file://../common\"}\n",
		"app/charts/common/Chart.yaml":       "apiVersion: v2\nname: common\nversion: 2.0.1\ntype: library\n",
		"app/charts/common/values.yaml":      "common: default\n",
		"app/charts/common/templates/_x.tpl": "{{- define \"common.secret\" -}}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-lib\nstringData: {{ toYaml (dict \"p\" .Values.password) | nindent 2 }}\n{{- end -}}\n",
		"app/templates/secret.yaml":          "{{ include \"common.secret\" . }}\n",
	})
	packed := chart("ChartWithPackedSubchart", harness.Tree{
		"app/Chart.yaml": chartYAML + "dependencies:\n  - {name: packed, version: 0.3.0}\n",
		"app/charts/packed-0.3.0.tgz": tgz(harness.Tree{
			"packed/Chart.yaml":            "apiVersion: v2\nname: packed\nversion: 0.3.0\n",
			"packed/values.yaml":           "password: packed\n",
			"packed/templates/secret.yaml": secretTemplate,
			"packed/crds/c.yaml":           crd,
		}),
		"app/secrets.yaml": "password: outer\npacked: {password: inner}\n",
	})
	files := chart("ChartWithFiles", harness.Tree{
		"app/config/app.yaml":      "debug: true\nname: {{ .Release.Name }}\n",
		"app/config/nginx.conf":    "server {\n  listen 80; # {{ .Values.replicas }}\n}\n",
		"app/config/empty":         "",
		"app/templates/files.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata:\n{{ (.Files.Glob \"config/*\").AsConfig | indent 2 }}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: files}\ndata:\n{{ (.Files.Glob \"config/*.conf\").AsSecrets | indent 2 }}\n",
		"app/templates/tpl.yaml":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tpl}\ndata:\n  app: {{ tpl (.Files.Get \"config/app.yaml\") . | quote }}\n  lines: {{ .Files.Lines \"config/nginx.conf\" | toJson | quote }}\n  none: {{ .Files.Get \"config/none\" | quote }}\n",
	})
	capabilities := chart("ChartWithCapabilities", harness.Tree{
		"app/templates/ingress.yaml": `{{- if semverCompare ">=1.31-0" .Capabilities.KubeVersion.GitVersion }}
apiVersion: networking.k8s.io/v1
{{- else }}
apiVersion: networking.k8s.io/v1beta1
{{- end }}
kind: Ingress
metadata: {name: {{ .Release.Name }}, labels: {minor: {{ .Capabilities.KubeVersion.Minor | quote }}}}
`,
		"app/templates/monitor.yaml":  "{{- if .Capabilities.APIVersions.Has \"monitoring.coreos.com/v1/ServiceMonitor\" }}\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n{{- end }}\n",
		"app/templates/versions.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: versions}\ndata:\n  deployments: {{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" | quote }}\n  widgets: {{ .Capabilities.APIVersions.Has \"example.org/v1\" | quote }}\n",
	})
	capabilities.options = []option{
		{"kubeVersion", []setting{
			helmKubeVersion("1.31").named("kubeVersion,short"), helmKubeVersion("v1.30.14-eks-1234").named("kubeVersion,suffix"),
			helmKubeVersion("nonsense").named("kubeVersion,nonsense").failing(),
		}},
	}
	encrypted := chart("ChartWithEncryptedParts", harness.Tree{
		"app/templates/plain-secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: in-the-chart\nstringData:\n  password: in-the-chart\n",
		"app/templates/templated.yaml":    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: '{{ .Release.Name }}-templated'\nstringData:\n  password: '{{ .Values.password }}-x'\n",
		"app/crds/widget.yaml":            "apiVersion: example.org/v1\nkind: Widget\nmetadata:\n  name: hidden\nspec:\n  token: in-a-crd-folder\n",
	}, "app/values.yaml", "app/templates/plain-secret.yaml", "app/templates/templated.yaml", "app/crds/widget.yaml")
	return []*application{web, schema, subcharts, library, packed, files, capabilities, encrypted}
}

// tgz packs a chart as `helm package` does.
func tgz(tree harness.Tree) string {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(tree[name])), Typeflag: tar.TypeReg})
		archive.Write([]byte(tree[name]))
	}
	archive.Close()
	zip.Close()
	return out.String()
}
