// Package directory compares plain folders, with and without jsonnet, with Argo CD's own rendering:
// the same tree goes through GenerateManifests of Argo CD's repo-server once as a native directory
// source and once as a source of our plugin.
package directory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/api/resource"

	"argocd-decrypt/tests/interop/harness"
)

// peer is Argo CD's repo-server with our plugin beside it.
type peer struct {
	place  harness.Place
	server *harness.Server
	key    harness.Key
}

func newPeer(t *testing.T, args ...string) *peer {
	t.Helper()
	logrus.SetLevel(logrus.PanicLevel)
	p := &peer{place: harness.NewPlace(t), key: harness.NewKey(t)}
	p.place.AddKey(t, p.key)
	p.server = harness.StartServer(t, p.place, args...)
	t.Setenv("ARGOCD_PLUGINSOCKFILEPATH", p.place.Sockets)
	return p
}

// app is one source, for either side.
type app struct {
	tree      harness.Tree // a content that starts with linkPrefix is a symlink
	path      string       // the application's folder; empty for the root
	directory v1alpha1.ApplicationSourceDirectory
	keepEmpty bool // leave allowEmpty unset
}

const linkPrefix = "-> "

// write makes a repository. Beside it lies a file x, which links may lead to: what leads to nothing, Argo CD passes over.
func write(t *testing.T, tree harness.Tree) string {
	t.Helper()
	outside, err := filepath.EvalSymlinks(harness.TempDir(t, ""))
	harness.Check(t, err)
	harness.Check(t, os.WriteFile(filepath.Join(outside, "x"), nil, 0o644))
	dir := filepath.Join(outside, "repository")
	harness.Check(t, os.Mkdir(dir, 0o755))
	for name, content := range tree {
		path := filepath.Join(dir, name)
		harness.Check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if target, ok := strings.CutPrefix(content, linkPrefix); ok {
			harness.Check(t, os.Symlink(target, path))
			continue
		}
		harness.Check(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func generate(root string, a app, source v1alpha1.ApplicationSource, name string) ([]string, error) {
	source.RepoURL, source.Path, source.TargetRevision = "https://git.example.org/team/repo.git", a.path, "main"
	request := &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: source.RepoURL}, AppName: name, Namespace: harness.Namespace,
		ProjectName: harness.Project, KubeVersion: harness.KubeVersion, ApiVersions: []string{"v1"}, ApplicationSource: &source,
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	response, err := repository.GenerateManifests(ctx, filepath.Join(root, a.path), root, strings.Repeat("0123456789", 4), request,
		false, &git.NoopCredsStore{}, resource.MustParse("10M"), utilio.NewRandomizedTempPaths(root))
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}

func (p *peer) native(root string, a app) ([]string, error) {
	directory := a.directory
	directory.Jsonnet = *a.directory.Jsonnet.DeepCopy() // Argo CD writes into it
	return generate(root, a, v1alpha1.ApplicationSource{Directory: &directory}, "sample")
}

func (p *peer) plugin(root string, a app) ([]string, error) {
	parameters := v1alpha1.ApplicationSourcePluginParameters{harness.String("renderer", "directory")}
	if !a.keepEmpty {
		parameters = append(parameters, harness.String("allowEmpty", "true"))
	}
	for name, value := range map[string]string{"include": a.directory.Include, "exclude": a.directory.Exclude} {
		if value != "" {
			parameters = append(parameters, harness.String(name, value))
		}
	}
	if a.directory.Recurse {
		parameters = append(parameters, harness.String("recurse", "true"))
	}
	parameters = append(parameters, jsonnetParameters(a.directory.Jsonnet)...)
	return generate(root, a, v1alpha1.ApplicationSource{
		Plugin: &v1alpha1.ApplicationSourcePlugin{Name: "argocd-decrypt", Parameters: parameters},
	}, "sample")
}

func jsonnetParameters(j v1alpha1.ApplicationSourceJsonnet) (parameters v1alpha1.ApplicationSourcePluginParameters) {
	maps := map[string]map[string]string{}
	add := func(name string, v v1alpha1.JsonnetVar) {
		if maps[name] == nil {
			maps[name] = map[string]string{}
		}
		maps[name][v.Name] = v.Value
	}
	for _, v := range j.TLAs {
		add(map[bool]string{false: "tlas", true: "codeTlas"}[v.Code], v)
	}
	for _, v := range j.ExtVars {
		add(map[bool]string{false: "extVars", true: "codeExtVars"}[v.Code], v)
	}
	for name, values := range maps {
		parameters = append(parameters, v1alpha1.ApplicationSourcePluginParameter{
			Name: name, OptionalMap: &v1alpha1.OptionalMap{Map: values}})
	}
	if len(j.Libs) > 0 {
		parameters = append(parameters, harness.Array("libs", j.Libs...))
	}
	return parameters
}

// show prints a tree in an order of its own, for a failed comparison.
func show(a app) string {
	var names []string
	for name := range a.tree {
		names = append(names, name)
	}
	sort.Strings(names)
	text := fmt.Sprintf("path %q directory %+v\n", a.path, a.directory)
	for _, name := range names {
		content := a.tree[name]
		if len(content) > 2000 {
			content = content[:2000] + "..."
		}
		text += fmt.Sprintf("%s: %q\n", name, content)
	}
	return text
}

// same is one comparison. It says how the two differ; "" when they do not. `stricter` is set when we
// refuse what Argo CD renders.
func same(native []string, nativeErr error, plugin []string, pluginErr error) (difference string, stricter bool) {
	switch {
	case nativeErr != nil && pluginErr != nil:
		return "", false
	case nativeErr != nil:
		return fmt.Sprintf("Argo CD refuses: %v\nwe render %d: %q", nativeErr, len(plugin), plugin), false
	case pluginErr != nil:
		return fmt.Sprintf("we refuse: %v\nArgo CD renders %d: %q", pluginErr, len(native), native), true
	}
	if len(native) != len(plugin) {
		return fmt.Sprintf("Argo CD renders %d: %q\nwe render %d: %q", len(native), native, len(plugin), plugin), false
	}
	for i := range native {
		if native[i] != plugin[i] && !equalJSON(native[i], plugin[i]) {
			return fmt.Sprintf("object %d\nArgo CD: %s\nwe:      %s", i, native[i], plugin[i]), false
		}
	}
	return "", false
}

// equalJSON also holds for two spellings of a number.
func equalJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	left, _ := json.Marshal(x)
	right, _ := json.Marshal(y)
	return string(left) == string(right)
}

// compare demands equal results, or an error of both.
func (p *peer) compare(t *testing.T, a app) ([]string, error) {
	t.Helper()
	root := write(t, a.tree)
	defer os.RemoveAll(root)
	native, nativeErr := p.native(root, a)
	plugin, pluginErr := p.plugin(root, a)
	if difference, _ := same(native, nativeErr, plugin, pluginErr); difference != "" {
		t.Errorf("%s\n%s", difference, show(a))
	}
	return plugin, pluginErr
}

// clean checks that neither the log nor any file of the server's holds a secret, and that no
// request's folder is left.
func (p *peer) clean(t *testing.T, canary string) {
	t.Helper()
	harness.WaitFor(t, 5*time.Second, p.server.CheckIdle)
	needles := harness.NewNeedles(canary, p.key.Secret)
	if needles.In([]byte(p.server.Log())) {
		t.Errorf("the log holds plaintext:\n%s", p.server.Log())
	}
	for _, file := range needles.Files(p.place.Root) {
		if !strings.HasPrefix(file, p.place.Keys+string(filepath.Separator)) {
			t.Errorf("%s holds plaintext", file)
		}
	}
}
