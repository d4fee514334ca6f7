package announcements

import (
	"maps"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/helm"
	utilpath "github.com/argoproj/argo-cd/v3/util/io/path"

	"argocd-decrypt/tests/interop/harness"
)

const values = `image:
  tag: "1.20"
  pullPolicy: Always
replicas: 3
debug: false
quoted: "true"
ratio: 1.5
nothing:
empty: {}
hosts:
- first
- name: second
  ports: [80, "90"]
braces: "{a,b}"
commas: a,b
path: a\b
text: |
  one
  two
`

func chart() harness.Tree {
	return harness.Tree{
		"Chart.yaml":               "apiVersion: v2\nname: sample\nversion: 1.0.0\n",
		"values.yaml":              values,
		"values-prod.yaml":         "replicas: 5\nimage:\n  tag: prod\n",
		"environments/values.yml":  "x: 1\n",
		"environments/secrets.yml": "x: 1\n",
		"templates/values.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\ndata:\n" +
			"  values: {{ .Values | toJson | quote }}\n",
	}
}

// native is what Argo CD shows of a chart that it renders itself.
func native(t *testing.T, dir string, files ...string) map[string]string {
	t.Helper()
	h, err := helm.NewHelmApp(dir, nil, true, "", "", "", false, false)
	harness.Check(t, err)
	defer h.Dispose()
	var resolved []utilpath.ResolvedFilePath
	for _, file := range files {
		path, _, err := utilpath.ResolveValueFilePathOrUrl(dir, dir, file, nil)
		harness.Check(t, err)
		resolved = append(resolved, path)
	}
	shown, err := h.GetParameters(resolved, dir, dir)
	harness.Check(t, err)
	return shown
}

// asAnnounced is Argo CD's list with the two spellings that helm's --set does not take back.
func asAnnounced(shown map[string]string) map[string]string {
	all := maps.Clone(shown)
	for name, value := range all {
		if value == "<nil>" {
			all[name] = "null"
		}
	}
	return all
}

func sameMap(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: Argo CD shows %q, announced is %q", name, value, got[name])
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("%s is announced, Argo CD does not show it", name)
		}
	}
}

func TestHelmValuesAreThoseThatArgoCDShows(t *testing.T) {
	f := start(t, false)
	withTools(t, f.place)
	app := repo(t, chart(), "")
	announced := f.announce(t, app)
	sameMap(t, asAnnounced(native(t, app.Root)), announced["parameters"].Map)
	if announced["parameters"].CollectionType != "map" || announced["valueFiles"].CollectionType != "array" {
		t.Errorf("the UI would show %v as a text", announced["parameters"])
	}

	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", "values-prod.yaml")}
	sameMap(t, asAnnounced(native(t, app.Root, "values-prod.yaml")), f.announce(t, app)["parameters"].Map)
}

func TestValueFilesOfAChartAreOffered(t *testing.T) {
	f := start(t, false)
	announced := f.announce(t, repo(t, chart().With(harness.Tree{"templates/values.yaml": ""}), ""))
	files := announced["valueFiles"]
	for _, name := range []string{"values.yaml", "values-prod.yaml", "environments/values.yml"} {
		if !strings.Contains(files.Title, name) {
			t.Errorf("%s is not offered: %s", name, files.Title)
		}
	}
	if len(files.Array) != 0 {
		t.Errorf("one edit would give them all to helm: %v", files.Array)
	}
	if announced["recurse"] != nil || announced["images"] != nil {
		t.Errorf("parameters of other renderers are announced")
	}
	if announced["renderer"].String_ != "helm" || announced["releaseName"].String_ != "sample" {
		t.Errorf("%v, %v", announced["renderer"], announced["releaseName"])
	}
}

func helmParameters(all map[string]string) v1alpha1.ApplicationSourcePluginParameters {
	return v1alpha1.ApplicationSourcePluginParameters{{
		Name: "parameters", OptionalMap: &v1alpha1.OptionalMap{Map: all},
	}}
}

// The UI writes the whole map once one value is edited; Argo CD's own UI only the edited one.
func TestOneEditedHelmValueRendersAsInArgoCD(t *testing.T) {
	f := start(t, true)
	app := repo(t, chart(), "")
	announced := f.announce(t, app)["parameters"].Map
	before := f.render(t, app)

	app.Parameters = helmParameters(announced)
	harness.SameObjects(t, harness.Objects(t, before...), harness.Objects(t, f.render(t, app)...))

	withTools(t, f.place)
	for name, value := range map[string]string{
		"image.tag": "1.21", "replicas": "7", "debug": "true", "quoted": "false", "ratio": "2.5", "nothing": "x",
		"commas": "c,d", "text": "other", "path": "plain", "image.pullPolicy": "$ARGOCD_APP_NAME",
	} {
		t.Run(name, func(t *testing.T) {
			app.Parameters = helmParameters(maps.Clone(announced))
			app.Parameters[0].Map[name] = value
			got := harness.Objects(t, f.render(t, app)...)
			harness.SameObjects(t, harness.Objects(t, nativeRender(t, app.Root, name, value)), got)
		})
	}
}

// nativeRender is Argo CD's own render of a chart with one parameter, as its UI writes it.
func nativeRender(t *testing.T, dir, name, value string) string {
	t.Helper()
	h, err := helm.NewHelmApp(dir, nil, true, "", "", "", false, false)
	harness.Check(t, err)
	defer h.Dispose()
	value = strings.ReplaceAll(value, "$ARGOCD_APP_NAME", "sample")
	out, _, err := h.Template(&helm.TemplateOpts{
		Name: "sample", Namespace: harness.Namespace, KubeVersion: harness.KubeVersion,
		Set: map[string]string{name: strings.ReplaceAll(value, ",", `\,`)},
	})
	harness.Check(t, err)
	return out
}

// Natively this loses the rest of the list: helm forgets a chart's list when one element is set.
func TestOneEditedListElementKeepsTheOthers(t *testing.T) {
	f := start(t, true)
	app := repo(t, chart(), "")
	app.Parameters = helmParameters(f.announce(t, app)["parameters"].Map)
	app.Parameters[0].Map["hosts[1].name"] = "edited"
	text := strings.Join(f.render(t, app), "\n")
	if !strings.Contains(text, `\"hosts\":[\"first\",{\"name\":\"edited\",\"ports\":[80,\"90\"]}]`) {
		t.Errorf("%s", text)
	}
}

// What an encrypted file sets is no default of anything, and is not overridden by one.
func TestEncryptedValuesAreNeitherShownNorOverridden(t *testing.T) {
	const canary = "canary-of-an-encrypted-value"
	f := start(t, true)
	tree := chart().With(harness.Tree{"secrets.yaml": "quoted: " + canary + "\nhosts: [" + canary + "]\n"})
	app := repo(t, f.key.EncryptFiles(t, tree, "secrets.yaml"), "")
	files := harness.Array("valueFiles", "secrets.yaml")
	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{files}
	announced := f.announce(t, app)["parameters"].Map
	if announced["image.tag"] != "1.20" {
		t.Errorf("plain values are missing: %v", announced)
	}
	for name, value := range announced {
		if strings.Contains(value, canary) || strings.Contains(value, "ENC[") || strings.HasPrefix(name, "sops") {
			t.Errorf("%s=%s is announced", name, value)
		}
		if name == "quoted" || strings.HasPrefix(name, "hosts") {
			t.Errorf("%s is announced: given back it would override the secret", name)
		}
	}
	app.Parameters = append(helmParameters(announced), files)
	app.Parameters[0].Map["image.tag"] = "edited"
	text := strings.Join(f.render(t, app), "\n")
	if !strings.Contains(text, canary) || !strings.Contains(text, "edited") {
		t.Errorf("%s", text)
	}
	if strings.Contains(f.server.Log(), canary) {
		t.Errorf("the log holds plaintext")
	}

	// The chart's own values, encrypted.
	encrypted := f.key.EncryptFiles(t, chart().With(harness.Tree{"values.yaml": values + "secret: " + canary + "\n"}), "values.yaml")
	if shown := f.announce(t, repo(t, encrypted, ""))["parameters"].Map; len(shown) != 0 {
		t.Errorf("%v is announced from an encrypted file", shown)
	}
}

func TestNothingBreaksAnAnnouncement(t *testing.T) {
	f := start(t, false)
	trees := map[string]harness.Tree{
		"values":        chart().With(harness.Tree{"values.yaml": "a: ["}),
		"chart":         chart().With(harness.Tree{"Chart.yaml": "\x00"}),
		"kustomization": {"kustomization.yaml": "resources: [../../..]\n"},
		"nothing":       {"README.md": "x"},
		"secret":        {"secret.yaml": f.key.Encrypt(t, "secret.yaml", "kind: Secret\nstringData: {a: b}\n")},
	}
	for name, tree := range trees {
		if f.announce(t, repo(t, tree, ""))["renderer"] == nil {
			t.Errorf("%s: nothing is announced", name)
		}
	}
	app := repo(t, chart(), "")
	app.Parameters = v1alpha1.ApplicationSourcePluginParameters{harness.String("no-such-thing", "x"), harness.String("valueFiles", "x")}
	if f.announce(t, app)["parameters"].Map["debug"] != "false" {
		t.Errorf("a wrong parameter hides the announced ones")
	}
}
