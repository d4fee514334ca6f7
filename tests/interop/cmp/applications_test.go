package cmp_test

import "argocd-decrypt/tests/interop/harness"

var directory = harness.Tree{
	"app/README.md": "Not a manifest.\n",
	"app/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: example.org/web:1.0
`,
	"app/secret.yaml": `# The database.
apiVersion: v1
kind: Secret
metadata:
  name: database
  annotations:
    example.org/date: "2024-01-01"
type: Opaque
stringData:
  # as the operator set it
  password: CANARY-database
  port: "5432"
  "on": "yes"
  octal: "0777"
  empty: ""
  certificate: |
    -----BEGIN CERTIFICATE-----
    CANARY
    -----END CERTIFICATE-----
data:
  raw: AAECAw==
`,
	"app/many.yml": `apiVersion: v1
kind: Secret
metadata:
  name: first
stringData:
  token: CANARY-first
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: second
data:
  ratio: "0.5"
  text: "CANARY \U0001F600 ü"
---
apiVersion: example.org/v1
kind: Widget
metadata:
  name: third
spec:
  size: 3
  ratio: 1.5e+06
  enabled: true
  none: null
  list: [1, two, 3.5, {a: b}]
`,
	"app/config.json": `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}, "data": {"key": "CANARY <b>&"}}
`,
	"app/deep/er/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: deep\nstringData:\n  password: CANARY-deep\n",
	"other/ignored.yaml":      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ignored\nstringData:\n  password: CANARY-ignored\n",
}

var kustomize = harness.Tree{
	"base/kustomization.yaml": "resources:\n  - deployment.yaml\n  - secret.yaml\n",
	"base/deployment.yaml":    directory["app/deployment.yaml"],
	"base/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: base\nstringData:\n  password: CANARY-base\n  count: \"1e3\"\n",
	"overlay/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: prod
namePrefix: prod-
labels:
  - pairs: {env: prod}
resources:
  - ../base
  - token.yaml
  - more.json
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 5
`,
	"overlay/token.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: token
stringData:
  token: CANARY-token
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  motd: CANARY-settings
`,
	"overlay/more.json": `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "more"}, "stringData": {"x": "CANARY-more"}}
`,
}

const asExec = "    config.kubernetes.io/function: |\n      exec:\n        path: ksops\n"

var ksopsApp = harness.Tree{
	"kustomization.yaml": "namePrefix: k-\nresources:\n  - config.yaml\ngenerators:\n  - generator.yaml\n",
	"config.yaml":        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  a: b\n",
	"generator.yaml": `apiVersion: viaduct.ai/v1
kind: ksops
metadata:
  name: generator
  annotations:
` + asExec + `files:
  - ./secret-a.yaml
  - ./secret-b.yaml
`,
	"secret-a.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: CANARY-a\n",
	"secret-b.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: b\nstringData:\n  password: CANARY-b\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: c\nstringData:\n  password: CANARY-c\n",
}

var ksopsWrittenOut = harness.Tree{
	"kustomization.yaml": "namePrefix: k-\nresources:\n  - config.yaml\n  - secret-a.yaml\n  - secret-b.yaml\n",
}

// KSOPS builds these Secrets itself; files ending .yaml or .json it prints as sops does.
var ksopsSecretFrom = harness.Tree{
	"kustomization.yaml": "generators:\n  - generator.yaml\n",
	"generator.yaml": `apiVersion: viaduct.ai/v1
kind: ksops
metadata:
  name: generator
  annotations:
` + asExec + `secretFrom:
  - metadata:
      name: assembled
      labels: {made: here}
    type: Opaque
    files:
      - ./files/app.yaml
      - renamed.yaml=./files/app.yaml
    binaryFiles:
      - ./files/raw.json
  - metadata:
      name: hashed
      annotations:
        kustomize.config.k8s.io/needs-hash: "true"
    files:
      - ./files/app.yaml
`,
	"files/app.yaml": "user: admin\npassword: CANARY-file\n",
	"files/raw.json": "{\n\t\"token\": \"CANARY-raw\"\n}\n",
}

const ksopsSecretFromWrittenOut = `apiVersion: v1
kind: Secret
metadata:
  name: assembled
  labels: {made: here}
type: Opaque
stringData:
  app.yaml: "user: admin\npassword: CANARY-file\n"
  renamed.yaml: "user: admin\npassword: CANARY-file\n"
data:
  raw.json: RAW
---
apiVersion: v1
kind: Secret
metadata:
  name: hashed
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
stringData:
  app.yaml: "user: admin\npassword: CANARY-file\n"
`

var chart = harness.Tree{
	"chart/Chart.yaml":       "apiVersion: v2\nname: sample\nversion: 1.2.3\n",
	"chart/values.yaml":      "replicas: 1\nimage: example.org/web:1.0\npassword: unset\nlist: [a]\nnested: {keep: me, change: me}\n",
	"chart/values-prod.yaml": "replicas: 3\nnested: {change: prod}\n",
	"chart/secrets.yaml":     "password: CANARY-values\nnested:\n  secret: CANARY-nested\nport: \"0777\"\n",
	"chart/env/more.yaml":    "token: CANARY-token\nlist: [x, CANARY-list]\n",
	"chart/imported.yaml":    "imported: CANARY-imported\n",
	"chart/crds/widget.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.org
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: []
`,
	"chart/templates/secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-secret
  namespace: {{ .Release.Namespace }}
  labels:
    kube: {{ .Capabilities.KubeVersion.Version | quote }}
    chart: {{ .Chart.Name }}-{{ .Chart.Version }}
stringData:
  password: {{ .Values.password | quote }}
  nested: {{ .Values.nested.secret }}
  keep: {{ .Values.nested.keep }}-{{ .Values.nested.change }}
  port: {{ .Values.port | quote }}
  token: {{ .Values.token }}
  imported: {{ .Values.imported }}
  list: {{ join "," .Values.list | quote }}
`,
	"chart/templates/deployment.yaml": `{{- if .Capabilities.APIVersions.Has "apps/v1/Deployment" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
{{- end }}
---
{{- if .Capabilities.APIVersions.Has "example.org/v1/Widget" }}
apiVersion: example.org/v1
kind: Widget
metadata:
  name: {{ .Release.Name }}
{{- end }}
`,
	"chart/templates/NOTES.txt": "Thank you.\n",
}
