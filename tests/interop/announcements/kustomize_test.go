package announcements

import (
	"os"
	"slices"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/argoproj/argo-cd/v3/util/kustomize"

	"argocd-decrypt/tests/interop/harness"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - name: init
        image: init@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      containers:
      - name: web
        image: nginx:1.25
      - name: side
        image: registry.example:5000/team/side:v1
`

const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: job
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: job
            image: job:2
`

func overlay() harness.Tree {
	return harness.Tree{
		"base/kustomization.yaml": "resources: [deployment.yaml, job.yaml]\nimages: [{name: nginx, newTag: '1.26'}]\n",
		"base/deployment.yaml":    deployment,
		"base/job.yaml":           cronJob,
		"overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\npatches:\n- path: patch.yaml\n" +
			"images: [{name: nginx, newName: mirror/nginx}]\n",
		"overlay/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n",
	}
}

// builtImages is what Argo CD shows of a kustomization that it builds itself.
func builtImages(t *testing.T, app harness.App, p harness.Place) []string {
	t.Helper()
	withTools(t, p)
	k := kustomize.NewKustomizeApp(app.Root, app.Root+"/"+app.Path, git.NopCreds{}, "", "", "", "")
	_, images, _, err := k.Build(nil, nil, nil, nil)
	harness.Check(t, err)
	return images
}

func TestImagesAreThoseThatArgoCDShows(t *testing.T) {
	f := start(t, true)
	app := repo(t, overlay(), "overlay")
	announced := f.announce(t, app)["images"]
	if announced.CollectionType != "array" {
		t.Errorf("the UI would show %v as a text", announced)
	}
	if want := builtImages(t, app, f.place); !slices.Equal(want, announced.Array) {
		t.Errorf("Argo CD shows %v, announced is %v", want, announced.Array)
	}
}

func images(list ...string) v1alpha1.ApplicationSourcePluginParameters {
	return v1alpha1.ApplicationSourcePluginParameters{harness.Array("images", list...)}
}

func TestImagesGivenBackChangeNothing(t *testing.T) {
	f := start(t, true)
	trees := map[string]harness.Tree{
		"overlay": overlay(),
		"two tags of one image": overlay().With(harness.Tree{
			"overlay/kustomization.yaml": "resources: [../base, pod.yaml]\n",
			"overlay/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: job:3}, {name: b, image: untagged}]}\n",
		}),
		"a JSON patch": overlay().With(harness.Tree{
			"overlay/kustomization.yaml": "resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n" +
				"    - {op: replace, path: /spec/template/spec/containers/1/image, value: 'registry.example:5000/team/side:v2'}\n",
		}),
	}
	for name, tree := range trees {
		t.Run(name, func(t *testing.T) {
			app := repo(t, tree, "overlay")
			before := f.render(t, app)
			announced := f.announce(t, app)["images"].Array
			if len(announced) == 0 {
				t.Fatalf("no image is announced")
			}
			app.Parameters = images(announced...)
			harness.SameObjects(t, harness.Objects(t, before...), harness.Objects(t, f.render(t, app)...))
		})
	}
}

func TestOneEditedImageRendersAsInArgoCD(t *testing.T) {
	f := start(t, true)
	app := repo(t, overlay(), "overlay")
	announced := f.announce(t, app)["images"].Array
	edited := slices.Clone(announced)
	edited[slices.Index(edited, "job:2")] = "job:3"
	app.Parameters = images(edited...)
	got := harness.Objects(t, f.render(t, app)...)

	// The UI of Argo CD's own source writes the edited one alone.
	withTools(t, f.place)
	dir := harness.TempDir(t, "")
	overlay().Write(t, dir)
	k := kustomize.NewKustomizeApp(dir, dir+"/overlay", git.NopCreds{}, "", "", "", "")
	want, _, _, err := k.Build(&v1alpha1.ApplicationSourceKustomize{Images: v1alpha1.KustomizeImages{"job:3"}}, nil, &v1alpha1.Env{}, nil)
	harness.Check(t, err)
	harness.SameObjects(t, want, got)
}

// No build, so no key is needed, and no tool runs.
func TestImagesAreFoundBesideEncryptedFiles(t *testing.T) {
	f := start(t, false)
	harness.Check(t, os.Remove(f.place.Bin+"/kustomize"))
	tree := overlay().With(harness.Tree{
		"overlay/kustomization.yaml": "resources: [../base, secret.yaml]\ngenerators: [ksops.yaml]\n",
		"overlay/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden}\n",
		"overlay/ksops.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: k\n  annotations:\n    config.kubernetes.io/function: |\n" +
			"      exec: {path: ksops}\nfiles: [secret.yaml]\n",
	})
	app := repo(t, f.key.EncryptFiles(t, tree, "overlay/secret.yaml"), "overlay")
	if got := f.announce(t, app)["images"].Array; !slices.Contains(got, "job:2") {
		t.Errorf("%v", got)
	}
}
