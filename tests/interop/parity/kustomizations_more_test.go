package parity_test

import (
	"os"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

func moreKustomizations() []*application {
	configured := kustomization("Configurations", "resources: [../base, widget.yaml]\nconfigurations: [config.yaml]\ncrds: [crd.json]\nnamePrefix: c-\nimages: [{name: example.org/web, newName: mirror.example.org/web}]\n", harness.Tree{
		"app/config.yaml": "nameReference:\n  - kind: Secret\n    fieldSpecs: [{path: spec/secretName, kind: Widget}]\nimages:\n  - {path: spec/image, kind: Widget}\n",
		"app/crd.json":    `{"org.example.v1.Widget": {"Schema": {"description": "w", "properties": {"spec": {"type": "object"}}}}}` + "\n",
		"app/widget.yaml": "apiVersion: example.org/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  secretName: login\n  image: example.org/web:1\n  secret: hidden\n",
	}, "app/config.yaml", "app/widget.yaml")
	namespaced := kustomization("Namespaces", "namespace: team-a\nresources: [../base, rbac.yaml, namespace.yaml]\n", harness.Tree{
		"app/rbac.yaml":      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: robot}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: robot, namespace: default}]\n",
		"app/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {secret: shown}}\n",
	}, "app/namespace.yaml")
	builtin := kustomization("BuiltinPlugins", "resources: [../base]\ngenerators: [generator.yaml]\ntransformers:\n  - prefix.yaml\n  - |-\n    apiVersion: builtin\n    kind: LabelTransformer\n    metadata: {name: l}\n    labels: {inline: \"yes\"}\n    fieldSpecs: [{path: metadata/labels, create: true}]\n  - ../transformers\n", harness.Tree{
		"app/generator.yaml":              "apiVersion: builtin\nkind: SecretGenerator\nmetadata:\n  name: made\nenvs: [made.env]\nfiles: [made.txt]\n",
		"app/made.env":                    "K=v\n",
		"app/made.txt":                    "made\n",
		"app/prefix.yaml":                 "apiVersion: builtin\nkind: PrefixSuffixTransformer\nmetadata: {name: p}\nprefix: t-\nfieldSpecs: [{path: metadata/name}]\n",
		"transformers/kustomization.yaml": "resources: [annotations.yaml]\n",
		"transformers/annotations.yaml":   "apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata:\n  name: a\nannotations: {hidden: annotation}\nfieldSpecs:\n  - path: metadata/annotations\n    create: true\n",
	}, "app/made.env", "app/made.txt", "transformers/annotations.yaml")
	ordered := kustomization("SortOptions", "resources: [../base, many.yaml]\nsortOptions: {order: legacy, legacySortOptions: {orderFirst: [Secret], orderLast: [Deployment]}}\nbuildMetadata: [originAnnotations, managedByLabel]\n", harness.Tree{
		"app/many.yaml": loginSecretNamed("z") + "---\n" + loginSecretNamed("a") + "---\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: listed\n    data:\n      x: y\n",
	}, "app/many.yaml")
	named := kustomization("OtherName", "", harness.Tree{
		"app/Kustomization": "resources: [../base]\nnameSuffix: -other\n",
	})
	delete(named.tree, "app/kustomization.yaml")
	yml := kustomization("YmlName", "", harness.Tree{"app/kustomization.yml": "resources:\n- ../base # as people write it\n\nimages:\n- name: example.org/web\n  newTag: '3'\n"})
	delete(yml.tree, "app/kustomization.yaml")
	deep := kustomization("DeepOverlays", "resources: [../middle]\nsecretGenerator:\n  - {name: shared, behavior: merge, envs: [more.env]}\n  - {name: replaced, behavior: replace, literals: [only=this]}\nnameSuffix: -deep\n", harness.Tree{
		"middle/kustomization.yaml": "resources: [../base, ../other]\nnamePrefix: mid-\npatches:\n  - path: patch.yaml\n",
		"middle/patch.yaml":         "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      volumes:\n        - name: v\n          secret: {secretName: shared}\n",
		"other/kustomization.yaml":  "secretGenerator:\n  - {name: shared, envs: [shared.env]}\n  - {name: replaced, literals: [a=b]}\n",
		"other/shared.env":          "BASE=1\n", "app/more.env": "MORE=2\n",
	}, "other/shared.env", "app/more.env", "middle/patch.yaml")
	openapi := kustomization("OpenAPI", "resources: [../base, rollout.yaml]\nopenapi: {path: schema.json}\npatches:\n  - path: rollout-patch.yaml\n", harness.Tree{
		"app/schema.json":        `{"definitions": {"org.example.v1.Rollout": {"properties": {"spec": {"$ref": "#/definitions/org.example.v1.RolloutSpec"}}, "type": "object", "x-kubernetes-group-version-kind": [{"group": "example.org", "kind": "Rollout", "version": "v1"}]}, "org.example.v1.RolloutSpec": {"type": "object", "properties": {"steps": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}, "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}}}}}` + "\n",
		"app/rollout.yaml":       "apiVersion: example.org/v1\nkind: Rollout\nmetadata: {name: r}\nspec:\n  steps: [{name: a, x: 1}, {name: b}]\n",
		"app/rollout-patch.yaml": "apiVersion: example.org/v1\nkind: Rollout\nmetadata:\n  name: r\nspec:\n  steps:\n    - name: a\n      secret: merged\n",
	}, "app/rollout-patch.yaml")
	root := kustomization("KustomizationAtTheRoot", "resources: [base, login.yaml]\n", harness.Tree{"app/login.yaml": loginSecretNamed("root")}, "app/login.yaml").movedTo(".")
	root.options = []option{{"components", []setting{components("component"), components("./component/").named("components,slashes")}}}
	spaced := kustomization("KustomizationInAFolderWithBlanks", "resources: [\"../../base\", \"log in.yaml\"]\nsecretGenerator:\n  - {name: g, envs: [\"a b.env\"]}\n", harness.Tree{
		"app/log in.yaml": loginSecretNamed("spaced"), "app/a b.env": "A=b\n",
	}, "app/log in.yaml", "app/a b.env").movedTo("my apps/the 'app' (ü)")
	spaced.options = []option{{"components", []setting{components("../../component")}}}
	empty := kustomization("Nothing", "resources: []\n", nil)
	empty.only = true
	broken := kustomization("BrokenReference", "resources: [../base, not-there.yaml]\n", nil)
	broken.only, broken.mayFail = true, true
	outside := kustomization("FileOutsideOfItsFolder", "resources: [../base/login.yaml]\nsecretGenerator:\n  - {name: x, files: [../base/settings.yaml]}\n", nil)
	outside.only, outside.mayFail = true, true
	outside.options = []option{one(buildOptions("--load-restrictor LoadRestrictionsNone"))}
	versioned := kustomization("RegisteredVersion", "resources: [../base]\n", nil)
	versioned.only = true
	versioned.options = []option{one(setting{
		name: "version", feature: "kustomize: version", plugin: v1alpha1.ApplicationSourcePluginParameters{harness.String("version", "v5.0.0")},
		native: func(q *apiclient.ManifestRequest) {
			q.ApplicationSource.Kustomize.Version = "v5.0.0"
			q.KustomizeOptions.Versions = []v1alpha1.KustomizeVersion{{Name: "v5.0.0", Path: os.Getenv("ACD_KUSTOMIZE")}}
		},
	})}
	return append([]*application{configured, namespaced, builtin, ordered, named, yml, deep, root, spaced, openapi, empty, broken, outside, versioned}, inflated()...)
}

// inflated are charts inside of kustomizations. Argo CD has --enable-helm in its build options.
func inflated() []*application {
	enable := buildOptions("--enable-helm")
	enable.feature = inflation
	files := harness.Tree{
		"app/charts/sample/Chart.yaml":              chartYAML,
		"app/charts/sample/values.yaml":             "password: unset\nreplicas: 1\n",
		"app/charts/sample/templates/secret.yaml":   secretTemplate,
		"app/charts/sample/templates/dump.yaml":     dump,
		"app/charts/sample/crds/w.yaml":             crd,
		"app/charts/sample/templates/test/job.yaml": hook("test", "test"),
		"app/values/secret.yaml":                    "password: in-helmcharts\n",
		"app/values/more.yaml":                      "replicas: 5\n",
	}
	charts := kustomization("HelmCharts", "resources: [../base]\nhelmCharts:\n  - name: sample\n    releaseName: inner\n    namespace: inner\n    includeCRDs: true\n    valuesFile: values/secret.yaml\n    additionalValuesFiles: [values/more.yaml]\n    valuesInline: {extra: {inline: 1}}\n    apiVersions: [example.org/v1/Widget]\n    skipTests: true\nnamePrefix: k-\n", files, "app/values/secret.yaml", "app/charts/sample/values.yaml")
	generator := kustomization("HelmChartGenerator", "generators: [chart.yaml]\n", files.With(harness.Tree{
		"app/chart.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: sample}\nname: sample\nreleaseName: generated\nvaluesFile: values/secret.yaml\nvaluesMerge: replace\n",
	}), "app/values/secret.yaml")
	home := kustomization("HelmGlobals", "helmGlobals: {chartHome: lib}\nhelmCharts:\n  - {name: sample, releaseName: home}\npatches:\n  - path: patch.yaml\n", harness.Tree{
		"app/lib/sample/Chart.yaml": chartYAML, "app/lib/sample/values.yaml": "password: x\n", "app/lib/sample/templates/secret.yaml": secretTemplate,
		"app/patch.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: home-secret\nstringData:\n  patched: into-the-chart\n",
	}, "app/patch.yaml", "app/lib/sample/values.yaml")
	for _, a := range []*application{charts, generator, home} {
		a.feature = inflation
		a.only = true
		a.options = []option{
			one(kustomize(harness.String("kubeVersion", "1.30.4"), func(k *kustomizeSource) { k.KubeVersion = "1.30.4" })),
			one(kustomize(harness.Array("apiVersions", "v1", "monitoring.coreos.com/v1/ServiceMonitor"), func(k *kustomizeSource) {
				k.APIVersions = []string{"v1", "monitoring.coreos.com/v1/ServiceMonitor"}
			})),
			one(kustomize(harness.String("namespace", "elsewhere"), func(k *kustomizeSource) { k.Namespace = "elsewhere" })),
		}
		a.always = []setting{enable}
	}
	return []*application{charts, generator, home}
}
