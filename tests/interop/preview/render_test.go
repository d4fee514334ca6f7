package preview_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: example.org/web:1.0
          envFrom:
            - secretRef: {name: database}
`

const secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\nstringData:\n  password: CANARY-plain\n  user: app\n"

var directory = harness.Tree{"app/deployment.yaml": deployment, "app/secret.yaml": secret, "README.md": "x\n"}

var kustomized = harness.Tree{
	"base/kustomization.yaml": "resources: [deployment.yaml]\n",
	"base/deployment.yaml":    deployment,
	"app/kustomization.yaml": "resources: [../base]\nnamespace: shop\n" +
		"generators: [ksops.yaml]\n" +
		"secretGenerator:\n- name: plain\n  literals: [key=CANARY-literal]\n",
	"app/ksops.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: x\n  annotations:\n" +
		"    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles: [secret.yaml]\n",
	"app/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\n  annotations:\n" +
		"    kustomize.config.k8s.io/needs-hash: \"true\"\nstringData:\n  password: CANARY-ksops\n",
}

var chart = harness.Tree{
	"app/Chart.yaml":  "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
	"app/values.yaml": "fromSecret: x\n",
	"app/secrets.yaml": `password: CANARY"p<a>ss'word&
plain: CANARY-simple
pin: 12345678
lines: |
  first line CANARY
  second line CANARY
short: xyz
flag: true
`,
	"app/templates/all.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: database
data:
  password: {{ .Values.password | b64enc }}
  generated: {{ randAlphaNum 16 | b64enc }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: config
  annotations:
    checksum/secret: {{ .Values.plain | sha256sum }}
data:
  url: "postgres://app:{{ .Values.plain }}@db:5432/shop"
  escaped: "postgres://app:{{ .Values.password | urlquery }}@db:5432/shop"
  header: "Basic {{ printf "app:%s" .Values.plain | b64enc }}"
  base64: {{ .Values.password | b64enc }}
  twice: {{ .Values.plain | b64enc | b64enc }}
  json: {{ .Values | toJson | quote }}
  quoted: {{ .Values.password | quote | quote }}
  single: {{ printf "password: '%s'" (.Values.password | replace "'" "''") | quote }}
  html: {{ .Values.password | html | quote }}
  pin: "pin={{ .Values.pin }}"
  short: {{ .Values.short }}
  shorter: "a {{ .Values.short }} b"
  flag: "{{ .Values.flag }}"
  yaml: |
    {{- .Values | toYaml | nindent 4 }}
  file: |
    [section]
{{ .Values.lines | indent 6 }}
  {{ .Values.plain }}: key
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{{ .Values.plain }}
spec:
  selector: {}
  template:
    spec:
      containers:
        - name: web
          args: ["--password={{ .Values.plain }}", {{ .Values.pin }}]
`,
}

// --reveal gives what a sidecar gives, byte for byte.
func TestRevealIsWhatGenerateGives(t *testing.T) {
	l := newLaptop(t)
	for name, c := range map[string]struct {
		tree      harness.Tree
		encrypted string
		args      []string
		parameter string
	}{
		"directory": {directory, "app/secret.yaml", nil, "null"},
		"kustomize": {kustomized, "app/secret.yaml", []string{"--param", "namePrefix=pre-"}, `[{"name":"namePrefix","string":"pre-"}]`},
		"helm":      {chart.With(harness.Tree{"app/templates/all.yaml": strings.ReplaceAll(chart["app/templates/all.yaml"], "randAlphaNum 16", `"fixed"`)}), "app/secrets.yaml", []string{"--param", "valueFiles=secrets.yaml"}, `[{"name":"valueFiles","array":["secrets.yaml"]}]`},
	} {
		dir := l.repository(t, l.mark(t, c.tree, c.encrypted))
		args := append([]string{"render", "app", "--reveal", "--name", "shop", "--namespace", "shop"}, c.args...)
		revealed := l.runRevealing(t, 0, dir, args...)
		generate := l.command(t, dir+"/app", "generate")
		generate.Env = append(generate.Env, "ARGOCD_APP_NAME=shop", "ARGOCD_APP_NAMESPACE=shop", "ARGOCD_APP_PROJECT_NAME=default",
			"ARGOCD_APP_SOURCE_PATH=app", "KUBE_VERSION=1.34.0", "ARGOCD_APP_PARAMETERS="+c.parameter)
		if generated := harness.MustRun(t, generate); generated != string(revealed.Out) {
			t.Errorf("%s: render --reveal gives\n%s\nand generate\n%s", name, revealed.Out, generated)
		}
		has(t, revealed.Out, l.canary)
		has(t, []byte(revealed.Err), name+": ", " decrypted; receive ")
	}
}

// Whatever a template makes of a value, but for what the documentation lists, is masked, and masked values stay comparable.
func TestAChartsFormsAreMasked(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, chart, "app/secrets.yaml"))
	o := l.run(t, 0, dir, "render", "app", "--namespace", "shop", "--param", "valueFiles=secrets.yaml")
	hasNot(t, o.Out, "12345678", "1.2345678e+07", "second line", "ss'word", l.canary[6:])
	has(t, o.Out, "url: postgres://app:hmac:", "@db:5432/shop", "Basic hmac:", "pin=hmac:", "short: hmac:", "shorter: a xyz b", `flag: "true"`)
	objects := harness.Objects(t, string(o.Out))
	if len(objects) != 3 {
		t.Fatalf("Argo CD reads %d objects", len(objects))
	}
	config := map[string]string{}
	for key, value := range objects[1].Object["data"].(map[string]any) {
		config[key] = value.(string)
	}
	password := objects[0].Object["data"].(map[string]any)["password"].(string)
	if !strings.HasPrefix(password, "hmac:") || config["base64"] != password || !strings.Contains(config["json"], password) ||
		!strings.Contains(config["escaped"], password) || !strings.Contains(config["single"], password) || !strings.Contains(config["html"], password) {
		t.Errorf("the password has not one hash everywhere:\n%s", o.Out)
	}
	plain, _, _ := strings.Cut(strings.TrimPrefix(config["url"], "postgres://app:"), "@")
	if objects[2].GetName() != "web-"+plain || config[plain] != "key" {
		t.Errorf("names and keys:\n%s", o.Out)
	}

	again := l.run(t, 0, dir, "render", "app", "--namespace", "shop", "--param", "valueFiles=secrets.yaml")
	same := func(text []byte) string {
		var kept []string
		for _, line := range strings.Split(string(text), "\n") {
			if !strings.Contains(line, "generated: hmac:") {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\n")
	}
	if same(again.Out) != same(o.Out) {
		t.Errorf("two renders differ:\n%s\n%s", o.Out, again.Out)
	}
}

func TestHashesBelongToTheirKey(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, directory, "app/secret.yaml"))
	first := l.run(t, 0, dir, "render", "app")
	keyFile := filepath.Join(l.place.Home, ".config/argocd-decrypt/hash-key")
	info, err := os.Stat(keyFile)
	harness.Check(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("%s has mode %v", keyFile, info.Mode())
	}
	harness.Check(t, os.Rename(keyFile, keyFile+".old"))
	other := l.run(t, 0, dir, "render", "app")
	named := l.run(t, 0, dir, "render", "app", "--hash-key-file", keyFile+".old")
	if string(first.Out) == string(other.Out) || string(first.Out) != string(named.Out) {
		t.Errorf("hashes do not follow the key:\n%s\n%s\n%s", first.Out, other.Out, named.Out)
	}
	command := l.command(t, dir, "render", "app")
	command.Env = append(command.Env, "HOME=/dev/null")
	o := harness.Run(t, command)
	if o.Code != 0 || !strings.Contains(o.Err, "within this run only") || l.needles().In(o.Out) {
		t.Errorf("without a home: exit %d: %s\n%s", o.Code, o.Err, o.Out)
	}
}

func TestKustomizeSuffixesAreMasked(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, kustomized, "app/secret.yaml"))
	revealed := l.runRevealing(t, 0, dir, "render", "app", "--reveal")
	o := l.run(t, 0, dir, "render", "app")
	has(t, o.Out, "name: database-hmac:", "name: plain-hmac:")
	suffixes := 0
	for _, object := range harness.Objects(t, string(revealed.Out)) {
		if object.GetKind() == "Secret" {
			name := object.GetName()
			hasNot(t, o.Out, name[len(name)-10:])
			suffixes++
		}
	}
	if suffixes != 2 {
		t.Errorf("%d Secrets in:\n%s", suffixes, revealed.Out)
	}
}

func TestErrorsAreMasked(t *testing.T) {
	l := newLaptop(t)
	for name, template := range map[string]string{
		"fail":        "{{ fail .Values.plain }}",
		"name":        "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Values.plain }}}\ndata: {a: '*'}\n",
		"key":         "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {{ dict .Values.plain \"*\" | toJson }}\n",
		"broken YAML": "a: {{ .Values.plain }}: b\n",
	} {
		dir := l.repository(t, l.mark(t, chart.With(harness.Tree{"app/templates/all.yaml": template}), "app/secrets.yaml"))
		o := l.run(t, 1, dir, "render", "app", "--param", "valueFiles=secrets.yaml")
		if len(o.Out) > 0 {
			t.Errorf("%s: output in spite of an error: %s", name, o.Out)
		}
		hasNot(t, []byte(o.Err), l.canary)
	}
}

// While the tools work, no process shows a secret.
func TestProcessesShowNoSecret(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, chart, "app/secrets.yaml"))
	l.sampled(t, l.command(t, dir, "render", "app", "--param", "valueFiles=secrets.yaml", "--reveal"))
	l.sampled(t, l.command(t, dir, "diff", "app", "--param", "valueFiles=secrets.yaml"))
	l.clean(t)
}

func TestOutputFileIsItsOwnersOnly(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, directory, "app/secret.yaml"))
	file := filepath.Join(harness.TempDir(t, ""), "out.yaml")
	for range 2 {
		o := l.runRevealing(t, 0, dir, "render", "app", "--reveal", "-q", "-o", file)
		if len(o.Out) > 0 || o.Err != "" {
			t.Errorf("with -o and -q: %q %q", o.Out, o.Err)
		}
		info, err := os.Stat(file)
		harness.Check(t, err)
		if info.Mode() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		text, err := os.ReadFile(file)
		harness.Check(t, err)
		has(t, text, l.canary)
		harness.Check(t, os.Chmod(file, 0o644))
	}
}

// An Application's manifest says what Argo CD would.
func TestApplicationFile(t *testing.T) {
	l := newLaptop(t)
	const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: team
  destination: {server: "https://kubernetes.default.svc", namespace: target}
  source:
    repoURL: https://git.example.org/repo.git
    targetRevision: main
    path: app
    plugin:
      name: argocd-decrypt
      parameters:
        - name: valueFiles
          array: [secrets.yaml, "values-$ARGOCD_ENV_STAGE.yaml"]
        - name: parameters
          map: {who: "$ARGOCD_APP_NAME"}
      env:
        - {name: STAGE, value: "test-$ARGOCD_APP_NAME"}
`
	tree := harness.Tree{
		"app/Chart.yaml":           "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		"app/secrets.yaml":         "plain: CANARY-x\n",
		"app/templates/all.yaml":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata: {who: {{ .Values.who }}, p: {{ .Values.plain }}}\n",
		"argocd/application.yaml":  application,
		"argocd/native.yaml":       strings.Replace(application, "plugin:\n      name: argocd-decrypt", "helm:\n      version: v3", 1),
		"argocd/generated.yaml":    strings.Replace(application, "kind: Application\n", "kind: ApplicationSet\n", 1),
		"argocd/multi.yaml":        strings.Replace(strings.Replace(application, "  source:\n    repoURL", "  sources:\n  - ref: x\n    repoURL: y\n  - repoURL", 1), "", "", 1),
		"parameters.yaml":          "valueFiles: [secrets.yaml]\nvaluesObject: {who: nobody}\n",
		"other/parameters.json":    `[{"name": "valueFiles", "array": ["secrets.yaml"]}, {"name": "parameters", "map": {"who": "list"}}]`,
		"other/bad.yaml":           "valueFile: x\n",
		"other/not-a-mapping.yaml": "5\n",
		"other/mistyped.yaml":      "- {name: valueFiles, arrays: [secrets.yaml]}\n",
	}
	tree["argocd/application.yaml"] = strings.Replace(application, `, "values-$ARGOCD_ENV_STAGE.yaml"`, "", 1)
	dir := l.repository(t, l.mark(t, tree, "app/secrets.yaml"))
	for _, where := range []string{dir, dir + "/argocd"} {
		o := l.run(t, 0, where, "render", "--app", dir+"/argocd/application.yaml")
		has(t, o.Out, "name: shop\n", "namespace: target\n", "who: shop\n", "p: hmac:")
	}
	o := l.run(t, 0, dir, "render", "--app", "argocd/application.yaml", "--name", "other", "--param", "parameters=who=me")
	has(t, o.Out, "name: other\n", "who: me\n")
	o = l.run(t, 1, dir, "render", "--app", "argocd/multi.yaml", "--source", "1")
	has(t, []byte(o.Err), "has a ref and no path")
	o = l.run(t, 0, dir, "render", "app", "--params-file", "parameters.yaml")
	has(t, o.Out, "name: app\n", "who: nobody\n", "namespace: default\n")
	o = l.run(t, 0, dir, "render", "app", "--params-file", "other/parameters.json")
	has(t, o.Out, "who: list\n")
	for file, words := range map[string]string{
		"argocd/native.yaml":       "Argo CD renders this source itself",
		"argocd/generated.yaml":    "holds an ApplicationSet",
		"app/Chart.yaml":           "holds no Application",
		"argocd/missing.yaml":      "missing.yaml",
		"argocd/application.yaml ": "application.yaml ",
	} {
		o := l.run(t, 1, dir, "render", "--app", file)
		has(t, []byte(o.Err), words)
	}
	for file, words := range map[string]string{"other/bad.yaml": "valueFile: no such parameter", "other/not-a-mapping.yaml": "must be a list or a map", "other/mistyped.yaml": "parameter valueFiles: arrays: unknown field"} {
		o := l.run(t, 1, dir, "render", "app", "--params-file", file)
		has(t, []byte(o.Err), words)
	}
}

// References to the rest of the repository work as in the sidecar; out of it they are refused.
func TestTheRepositorysRootIsFound(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, kustomized, "app/secret.yaml"))
	for _, args := range [][]string{{"render", "app"}, {"render", "--root", dir, dir + "/app"}} {
		l.run(t, 0, dir, args...)
	}
	l.run(t, 0, dir+"/app", "render")
	o := l.run(t, 1, dir, "render", "app", "--root", "app")
	has(t, []byte(o.Err), "base")
	o = l.run(t, 1, dir, "render", "app", "--root", "base")
	has(t, []byte(o.Err), "is not below the root")
	o = l.run(t, 1, dir, "render", "none")
	has(t, []byte(o.Err), "none: no such folder")
}

func TestWarnings(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, harness.Tree{
		"app/a.yaml": "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a, labels: {on: x}}\n",
		"app/b.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\ndata: {a: eA==}\nstringData: {a: CANARY, CANARY-key: x}\n" +
			"---\napiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: default}\n",
	}, "app/b.yaml"))
	o := l.run(t, 0, dir, "render", "app", "--kube-version", "1.30.1")
	has(t, []byte(o.Err), "warning: PodDisruptionBudget.policy default/a: apiVersion policy/v1beta1 was removed in Kubernetes 1.25\n",
		"metadata.labels.on: `on` is the boolean true", "Secret default/b: data.a is replaced by stringData.a\n", "Secret default/b: is there 2 times",
		"2 objects name no namespace and get the destination's, which is taken to be `default`")
	if quiet := l.run(t, 0, dir, "render", "app", "-q"); quiet.Err != "" {
		t.Errorf("-q: %s", quiet.Err)
	}
}
