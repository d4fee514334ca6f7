package cmp_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

const (
	emptyChart  = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
	plainConfig = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\n"
)

// plugin is a kustomize plugin's configuration; function is its annotation's text.
func plugin(annotation, function string) string {
	return "apiVersion: example.org/v1\nkind: Evil\nmetadata:\n  name: evil\n  annotations:\n    " + annotation + ": |\n      " +
		strings.ReplaceAll(function, "\n", "\n      ") + "\n"
}

const functionAnnotation = "config.kubernetes.io/function"

// A kustomization must not start anything but this program's own function. Each tries to run a script that
// would leave a mark.
func TestKustomizationsRunNothingElse(t *testing.T) {
	f := newFixture(t)
	good := f.goodApp(t)
	mark := filepath.Join(f.place.Root, "mark")
	script := "#!/bin/sh\n: >" + mark + "\n/bin/cat\n"
	secret := f.key.Encrypt(t, "secret.yaml", f.goodSecret(), "--encrypted-regex", "^stringData$")
	with := func(text string, files harness.Tree) harness.Tree {
		return harness.Tree{"kustomization.yaml": text, "secret.yaml": secret, "evil.sh": script, "ksops": script}.With(files)
	}
	generator := func(text string) harness.Tree {
		return with("resources: [secret.yaml]\ngenerators: [evil.yaml]\n", harness.Tree{"evil.yaml": text})
	}
	cases := map[string]struct {
		tree       harness.Tree
		parameters v1alpha1.ApplicationSourcePluginParameters
		says       []string
	}{
		"Exec":           {tree: generator(plugin(functionAnnotation, "exec:\n  path: ./evil.sh")), says: []string{"evil.yaml", "evil.sh"}},
		"ExecShell":      {tree: generator(plugin(functionAnnotation, "exec:\n  path: /bin/sh")), says: []string{"evil.yaml", "/bin/sh"}},
		"ExecOldName":    {tree: generator(plugin("config.k8s.io/function", "exec:\n  path: ./evil.sh")), says: []string{"evil.yaml"}},
		"ExecArguments":  {tree: generator(plugin(functionAnnotation, "exec:\n  path: ksops\n  args: [./evil.sh]")), says: []string{"evil.yaml"}},
		"ExecEnv":        {tree: generator(plugin(functionAnnotation, "exec:\n  path: ksops\n  env: [LD_PRELOAD=./evil.so]")), says: []string{"evil.yaml"}},
		"Container":      {tree: generator(plugin(functionAnnotation, "container:\n  image: example.org/evil:1")), says: []string{"evil.yaml", "container", "example.org/evil:1"}},
		"Starlark":       {tree: generator(plugin(functionAnnotation, "starlark:\n  path: evil.star\n  name: evil")), says: []string{"evil.yaml", "starlark"}},
		"TwoFunctions":   {tree: generator(plugin(functionAnnotation, "exec:\n  path: ksops\ncontainer:\n  image: example.org/evil:1")), says: []string{"evil.yaml"}},
		"LegacyPlugin":   {tree: generator("apiVersion: team.example.org/v1\nkind: Evil\nmetadata:\n  name: evil\nargsOneLiner: x\n").With(harness.Tree{"plugin/team.example.org/v1/evil/Evil": script}), says: []string{"evil.yaml", "Evil"}},
		"Inline":         {tree: with("generators:\n  - |-\n    "+strings.ReplaceAll(strings.TrimSpace(plugin(functionAnnotation, "exec:\n  path: ./evil.sh")), "\n", "\n    ")+"\n", nil), says: []string{"kustomization.yaml", "evil.sh"}},
		"Transformer":    {tree: with("resources: [secret.yaml]\ntransformers: [evil.yaml]\n", harness.Tree{"evil.yaml": plugin(functionAnnotation, "exec:\n  path: ./evil.sh")}), says: []string{"evil.yaml"}},
		"Validator":      {tree: with("resources: [secret.yaml]\nvalidators: [evil.yaml]\n", harness.Tree{"evil.yaml": plugin(functionAnnotation, "exec:\n  path: ./evil.sh")}), says: []string{"evil.yaml"}},
		"InAComponent":   {tree: with("resources: [secret.yaml]\ncomponents: [c]\n", harness.Tree{"c/kustomization.yaml": "kind: Component\ngenerators: [../evil.yaml]\n", "evil.yaml": plugin(functionAnnotation, "exec:\n  path: ./evil.sh")}), says: []string{"evil.yaml"}},
		"InAFolder":      {tree: with("generators: [g]\n", harness.Tree{"g/kustomization.yaml": "resources: [evil.yaml]\n", "g/evil.yaml": plugin(functionAnnotation, "exec:\n  path: ../evil.sh")}), says: []string{"evil.yaml"}},
		"Encrypted":      {tree: generator(f.key.Encrypt(t, "evil.yaml", plugin(functionAnnotation, "exec:\n  path: ./evil.sh"))), says: []string{"evil.yaml"}},
		"FileReference":  {tree: with("resources: ['file:///"+"etc']\n", nil), says: []string{"file://"}},
		"UploadPack":     {tree: with("resources: ['https://git.example.org/x//y?ref=--upload-pack=touch']\n", nil), says: []string{"upload-pack"}},
		"HelmCommand":    {tree: with("resources: [secret.yaml]\n", nil), parameters: build("--enable-helm --helm-command ./evil.sh"), says: []string{"buildOptions"}},
		"EnableExec":     {tree: generator(plugin(functionAnnotation, "exec:\n  path: ./evil.sh")), parameters: build("--enable-alpha-plugins --enable-exec")},
		"Network":        {tree: with("resources: [secret.yaml]\n", nil), parameters: build("--network"), says: []string{"buildOptions"}},
		"Mount":          {tree: with("resources: [secret.yaml]\n", nil), parameters: build("--mount type=bind,src=/,dst=/x"), says: []string{"buildOptions"}},
		"Output":         {tree: with("resources: [secret.yaml]\n", nil), parameters: build("-o " + mark), says: []string{"buildOptions"}},
		"OutputLong":     {tree: with("resources: [secret.yaml]\n", nil), parameters: build("--output=" + mark), says: []string{"buildOptions"}},
		"ExtraDirectory": {tree: with("resources: [secret.yaml]\n", nil), parameters: build("/etc"), says: []string{"buildOptions"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			app := repo(t, c.tree, "")
			app.Parameters = c.parameters
			harness.Check(t, os.Chmod(filepath.Join(app.Root, "evil.sh"), 0o755))
			harness.Check(t, os.Chmod(filepath.Join(app.Root, "ksops"), 0o755))
			f.refused(t, append(c.says, "sample", harness.Project), func(ctx context.Context) ([]string, error) { return f.Generate(ctx, app) })
			if _, err := os.Lstat(mark); err == nil {
				os.Remove(mark)
				t.Error("it ran")
			}
		})
	}
	t.Run("AFileNamedKsops", func(t *testing.T) {
		app := repo(t, generator("apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n    "+functionAnnotation+": |\n      exec:\n        path: ./ksops\nfiles: [secret.yaml]\n").With(harness.Tree{"kustomization.yaml": "generators: [evil.yaml]\n"}), "")
		harness.Check(t, os.Chmod(filepath.Join(app.Root, "ksops"), 0o755))
		harness.SameObjects(t, harness.Objects(t, f.goodSecret()), harness.Objects(t, f.render(t, app)...))
		if _, err := os.Lstat(mark); err == nil {
			t.Error("the repository's own ksops ran")
		}
	})
	f.stillGood(t, good)
	f.clean(t)
}

func build(options string) v1alpha1.ApplicationSourcePluginParameters {
	return v1alpha1.ApplicationSourcePluginParameters{harness.String("buildOptions", options)}
}

// Nothing outside of the repository is read, the keys least of all.
func TestNothingOutsideTheRepositoryIsRead(t *testing.T) {
	f := newFixture(t)
	good := f.goodApp(t)
	outside := filepath.Join(f.place.Root, "outside.yaml")
	harness.Check(t, os.WriteFile(outside, []byte("password: "+f.canary+"\n"), 0o600))
	keys := filepath.Join(f.place.Keys, "age", "keys.txt")
	up := strings.Repeat("../", 16)
	chart := harness.Tree{"app/Chart.yaml": emptyChart, "app/templates/all.yaml": plainConfig + "data: {all: {{ toJson .Values | quote }}}\n", "app/plain.yaml": "a: b\n"}
	encrypted := chart.With(harness.Tree{"app/v.yaml": f.key.Encrypt(t, "v.yaml", "a: b\n")})
	files := func(path string) v1alpha1.ApplicationSourcePluginParameters {
		return v1alpha1.ApplicationSourcePluginParameters{{Name: "fileParameters", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"x": path}}}}
	}
	values := func(paths ...string) v1alpha1.ApplicationSourcePluginParameters {
		return v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", paths...)}
	}
	kustomization := func(text string) harness.Tree {
		return harness.Tree{"app/kustomization.yaml": text, "app/plain.yaml": plainConfig}
	}
	cases := map[string]struct {
		tree       harness.Tree
		links      map[string]string
		parameters v1alpha1.ApplicationSourcePluginParameters
		says       []string
	}{
		"ValueFileOfTheKeys":      {tree: chart, parameters: values("../../sops/age/keys.txt"), says: []string{"keys.txt"}},
		"ValueFileUp":             {tree: chart, parameters: values(up + keys[1:]), says: []string{"leaves the repository"}},
		"ValueFileAbsolute":       {tree: chart, parameters: values(keys), says: []string{"keys.txt"}},
		"SecretsUrlUp":            {tree: chart, parameters: values("secrets://" + up + keys[1:]), says: []string{"leaves the repository"}},
		"SecretsUrlAbsolute":      {tree: chart, parameters: values("secrets://" + keys), says: []string{"keys.txt"}},
		"SecretsUrlOptionalUp":    {tree: chart, parameters: values("secrets://?" + up + keys[1:]), says: []string{"leaves the repository"}},
		"KeyNotAllowed":           {tree: encrypted, parameters: values("secrets+age-import://" + outside + "?v.yaml"), says: []string{"outside.yaml"}},
		"KeyByDots":               {tree: encrypted, parameters: values("secrets+age-import://" + f.place.Keys + "/age/../../outside.yaml?v.yaml"), says: []string{"outside.yaml"}},
		"KeyInTheRepository":      {tree: encrypted.With(harness.Tree{"app/key.txt": "x\n"}), parameters: values("secrets+age-import://key.txt?v.yaml"), says: []string{"key.txt"}},
		"ValueFileOfProc":         {tree: chart, parameters: values(up + "proc/self/environ"), says: []string{"leaves the repository"}},
		"ValueFileGlobUp":         {tree: chart, parameters: values(up + "etc/host*"), says: []string{"valueFiles"}},
		"ValueFileOfAFileUrl":     {tree: chart, parameters: values("file://" + keys), says: []string{"valueFiles"}},
		"FileParameterUp":         {tree: chart, parameters: files(up + keys[1:]), says: []string{"fileParameters", "leaves the repository"}},
		"LinkedValueFile":         {tree: chart, links: map[string]string{"app/linked.yaml": outside}, parameters: values("linked.yaml"), says: []string{"linked.yaml"}},
		"LinkedTemplate":          {tree: chart, links: map[string]string{"app/templates/linked.yaml": outside}, says: []string{"templates/linked.yaml"}},
		"LinkedTemplateRelative":  {tree: chart, links: map[string]string{"app/templates/linked.yaml": up + outside[1:]}, says: []string{"templates/linked.yaml"}},
		"LinkedTemplates":         {tree: harness.Tree{"app/Chart.yaml": emptyChart}, links: map[string]string{"app/templates": f.place.Root}, says: []string{"templates"}},
		"LinkedChartFile":         {tree: chart.With(harness.Tree{"app/templates/f.yaml": plainConfig + "data: {x: {{ .Files.Get \"files/linked\" | quote }}}\n"}), links: map[string]string{"app/files/linked": outside}, says: []string{"files/linked"}},
		"LinkedSubchart":          {tree: chart, links: map[string]string{"app/charts/sub": f.place.Root}, says: []string{"charts/sub"}},
		"DependencyOutside":       {tree: chart.With(harness.Tree{"app/Chart.yaml": emptyChart + "dependencies:\n  - {name: dep, version: 1.0.0, repository: \"file://" + up + "etc\"}\n"}), says: []string{"dep"}},
		"KustomizeResourceUp":     {tree: kustomization("resources: [" + up + outside[1:] + "]\n"), says: []string{"resources", "leaves the repository"}},
		"KustomizeAbsolute":       {tree: kustomization("resources: [" + outside + "]\n"), says: []string{"resources", "absolute"}},
		"KustomizeGeneratorFile":  {tree: kustomization("secretGenerator:\n  - {name: x, files: [" + up + keys[1:] + "]}\n"), says: []string{"files", "leaves the repository"}},
		"KustomizeGeneratorEnv":   {tree: kustomization("secretGenerator:\n  - {name: x, envs: [" + keys + "]}\n"), says: []string{"envs", "absolute"}},
		"KustomizeLinkedResource": {tree: kustomization("resources: [linked.yaml]\n"), links: map[string]string{"app/linked.yaml": outside}, says: []string{"linked.yaml"}},
		"KustomizePatchUp":        {tree: kustomization("resources: [plain.yaml]\npatches: [{path: " + up + outside[1:] + "}]\n"), says: []string{"patches", "leaves the repository"}},
		"KustomizeComponentUp":    {tree: kustomization("resources: [plain.yaml]\n"), parameters: v1alpha1.ApplicationSourcePluginParameters{harness.Array("components", up+"etc")}, says: []string{"components"}},
		"KsopsFileUp":             {tree: kustomization("generators: [g.yaml]\n").With(harness.Tree{"app/g.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n    " + functionAnnotation + ": |\n      exec:\n        path: ksops\nfiles: [" + up + keys[1:] + "]\n"}), says: []string{"leaves the repository"}},
		"LinkedManifest":          {tree: harness.Tree{"app/plain.yaml": plainConfig}, links: map[string]string{"app/linked.yaml": outside}, says: []string{"linked.yaml"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			app := repo(t, c.tree, "app")
			for link, target := range c.links {
				path := filepath.Join(app.Root, link)
				harness.Check(t, os.MkdirAll(filepath.Dir(path), 0o755))
				harness.Check(t, os.Symlink(target, path))
			}
			app.Parameters = c.parameters
			f.refused(t, append(c.says, "sample", harness.Project), func(ctx context.Context) ([]string, error) { return f.Generate(ctx, app) })
		})
	}
	// helm's own answer to a path outside of the chart is nothing.
	t.Run("FilesOutsideTheChart", func(t *testing.T) {
		app := repo(t, harness.Tree{
			"app/Chart.yaml": emptyChart, "secret.yaml": "password: " + f.canary + "\n",
			"app/templates/f.yaml": plainConfig + "data:\n  up: {{ .Files.Get \"../secret.yaml\" | quote }}\n  keys: {{ .Files.Get \"" + keys + "\" | quote }}\n  glob: {{ (.Files.Glob \"../*\").AsConfig | quote }}\n",
		}, "app")
		got := strings.Join(f.render(t, app), "")
		if f.needles().In([]byte(got)) {
			t.Errorf("a chart reads outside of itself: %s", got)
		}
	})
	f.stillGood(t, good)
	harness.Check(t, os.Remove(outside))
	f.clean(t)
}
