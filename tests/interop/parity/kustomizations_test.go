package parity_test

import "argocd-decrypt/tests/interop/harness"

const webDeployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
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
          envFrom:
            - secretRef: {name: login}
            - configMapRef: {name: settings}
        - name: sidecar
          image: example.org/sidecar:1
`

const (
	loginSecret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\ntype: Opaque\nstringData:\n  user: admin\n  # why\n  password: \"0777\"\n  text: |\n    two\n    lines\n"
	settings    = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  annotations: {kept: here}\ndata:\n  color: blue\n  ratio: \"0.5\"\n"
	service     = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
)

// kustomizationFiles are what the options need: a component and a patch beside each application.
var kustomizationFiles = harness.Tree{
	"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\npatches:\n  - path: patch.yaml\n    target: {kind: Deployment}\n",
	"component/extra.yaml":         "apiVersion: v1\nkind: Secret\nmetadata:\n  name: component\nstringData:\n  token: from-a-component\n",
	"component/patch.yaml":         "- op: add\n  path: /spec/template/metadata/annotations\n  value: {component: hidden}\n",
	"app/added-patch.yaml":         "apiVersion: v1\nkind: Secret\nmetadata:\n  name: any\n  labels: {patched: by-file}\nstringData:\n  added: by-the-patch\n",
	"base/kustomization.yaml":      "resources:\n  - deployment.yaml\n  - login.yaml\n  - settings.yaml\n",
	"base/deployment.yaml":         webDeployment,
	"base/login.yaml":              loginSecret,
	"base/settings.yaml":           settings,
}

func kustomization(name, text string, files harness.Tree, encrypt ...string) *application {
	encrypt = append(encrypt, "component/extra.yaml", "app/added-patch.yaml", "base/login.yaml")
	return &application{
		name: name, kind: "kustomize", path: "app", encrypt: encrypt,
		tree: kustomizationFiles.With(harness.Tree{"app/kustomization.yaml": text}).With(files),
	}
}

func kustomizations() []*application {
	overlay := kustomization("Overlay", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: prod\nnamePrefix: prod-\nlabels:\n  - pairs: {env: prod}\n    includeSelectors: true\nresources:\n  - ../base\n  - token.yaml\n  - more.json\nimages:\n  - {name: example.org/web, newTag: \"2.0\"}\nreplicas:\n  - {name: web, count: 3}\n", harness.Tree{
		"app/token.yaml": loginSecretNamed("token") + "---\n" + settingsNamed("motd"),
		"app/more.json":  `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "more"}, "stringData": {"x": "more"}}` + "\n",
	}, "app/token.yaml", "app/more.json")
	overlay.alone = true
	plain := kustomization("Resources", "resources: [deployment.yaml, login.yaml, settings.yaml]\n", harness.Tree{
		"app/deployment.yaml": webDeployment, "app/login.yaml": loginSecret, "app/settings.yaml": settings,
	}, "app/login.yaml", "app/settings.yaml")
	withComponents := kustomization("Components", "resources: [../base]\ncomponents:\n  - ../component\n  - ./second\n", harness.Tree{
		"app/second/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nsecretGenerator:\n  - name: generated\n    envs: [secret.env]\nreplacements:\n  - source: {kind: ConfigMap, name: settings, fieldPath: data.color}\n    targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.color], options: {create: true}}]\n",
		"app/second/secret.env":         "TOKEN=env-token\nEMPTY=\nSPACED=a b # c\n",
	}, "app/second/secret.env")
	generators := kustomization("Generators", `resources: [../base]
generatorOptions:
  labels: {generated: "yes"}
configMapGenerator:
  - name: files
    files: [config/app.yaml, renamed.ini=config/app.ini, config/blob.bin]
    literals: [a=1, "b=two words"]
  - name: settings
    behavior: merge
    envs: [config/settings.env]
  - name: fixed
    options: {disableNameSuffixHash: true, annotations: {note: fixed}}
    literals: ["x='quoted'"]
secretGenerator:
  - name: from-files
    type: example.org/type
    files: [config/secret.json, ca.crt=config/ca.crt]
  - name: from-env
    envs: [config/secret.env]
  - name: old-env
    env: config/old.env
`, harness.Tree{
		"app/config/app.yaml": "debug: true\nnested:\n    list:\n        - 1\n", "app/config/app.ini": "[section]\nkey = value\n", "app/config/blob.bin": "\x00\x01\xff binary\n",
		"app/config/settings.env": "COLOR=red\n# comment\nSIZE=large\n", "app/config/secret.json": "{\n\t\"token\": \"t\"\n}\n", "app/config/ca.crt": "-----BEGIN-----\nxyz\n-----END-----\n",
		"app/config/secret.env": "PASSWORD=p=q\nUSER=u\n", "app/config/old.env": "OLD=1\n",
	}, "app/config/app.yaml", "app/config/app.ini", "app/config/blob.bin", "app/config/secret.json", "app/config/ca.crt", "app/config/secret.env", "app/config/old.env")
	replacements := kustomization("Replacements", `resources: [../base, service.yaml]
replacements:
  - path: replacement.yaml
  - source: {kind: Secret, name: login, fieldPath: stringData.user}
    targets:
      - select: {kind: ConfigMap, name: settings}
        fieldPaths: [data.color]
        options: {delimiter: "-", index: 1}
`, harness.Tree{
		"app/service.yaml":     service,
		"app/replacement.yaml": "source: {kind: Service, name: web, fieldPath: metadata.name}\ntargets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.service]\n    options: {create: true}\n",
	}, "app/replacement.yaml")
	patched := kustomization("Patches", `resources: [../base]
patches:
  - path: strategic.yaml
  - path: json.yaml
    target: {kind: ConfigMap, name: set.*}
  - path: json.json
    target: {group: apps, version: v1, kind: Deployment}
  - patch: |-
      $patch: delete
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
    target: {labelSelector: "gone=yes"}
  - patch: |-
      - {op: replace, path: /spec/replicas, value: 9}
    target: {kind: Deployment}
`, harness.Tree{
		"app/strategic.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\nstringData:\n  password: patched\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env: [{name: TOKEN, value: patched}]\n",
		"app/json.yaml":      "- op: add\n  path: /data/token\n  value: json-patch\n- op: test\n  path: /data/color\n  value: blue\n",
		"app/json.json":      "[{\"op\": \"add\", \"path\": \"/metadata/annotations\", \"value\": {\"j\": \"s\"}}]\n",
	}, "app/strategic.yaml")
	legacy := kustomization("Legacy", `bases: [../base]
commonLabels: {legacy: "yes"}
commonAnnotations: {about: legacy}
patchesStrategicMerge:
  - merge.yaml
  - |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {minReadySeconds: 5}
patchesJson6902:
  - path: json6902.yaml
    target: {version: v1, kind: ConfigMap, name: settings}
imageTags:
  - {name: example.org/sidecar, newTag: "7"}
vars:
  - name: USER
    objref: {apiVersion: v1, kind: Secret, name: login}
    fieldref: {fieldpath: metadata.name}
`, harness.Tree{
		"app/merge.yaml":    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\nstringData:\n  merged: legacy\n",
		"app/json6902.yaml": "- op: add\n  path: /data/user\n  value: $(USER)\n",
	}, "app/merge.yaml")
	return []*application{overlay, plain, withComponents, generators, replacements, patched, legacy}
}

func loginSecretNamed(name string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\nstringData:\n  password: of-" + name + "\n"
}

func settingsNamed(name string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n  annotations:\n    hidden: in-" + name + "\ndata:\n  text: of-" + name + "\n"
}
