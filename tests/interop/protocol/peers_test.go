// Package protocol_test holds Argo CD's own plugin server and ours to one checklist of the plugin protocol, with the
// same plugin.yaml and driven by Argo CD's own client. docs/conformance.md is the list of the outcomes.
package protocol_test

import (
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

// peer is one of the two servers.
type peer string

const (
	stock peer = "stock"
	ours  peer = "ours"
)

// plugin is the name of the plugin that each server is given.
const plugin = "conform"

// setup is what a server is started with.
type setup struct {
	spec    string // plugin.yaml's `spec`, its lines indented by two
	version string // spec.version
	env     []string
	args    []string // of ours only
	verbose bool     // the log at its most talkative
}

// server is a running plugin server with a client.
type server struct {
	*harness.Server
	harness.Client
	peer  peer
	place harness.Place
}

func (p peer) start(t *testing.T, s setup) *server {
	t.Helper()
	return p.startAt(t, harness.NewPlace(t), s)
}

// startAt starts it in folders that may have belonged to another one.
func (p peer) startAt(t *testing.T, place harness.Place, s setup) *server {
	t.Helper()
	command, socket := p.command(t, place, s)
	started := &server{Server: harness.Start(t, place, command, socket), peer: p, place: place}
	started.Client = started.Connect(t)
	return started
}

func (p peer) command(t *testing.T, place harness.Place, s setup) (harness.Command, string) {
	t.Helper()
	config := harness.PluginYAML(plugin, s.spec)
	socket := place.SocketOf(plugin)
	if s.version != "" {
		config += "  version: " + s.version + "\n"
		socket = place.SocketOf(plugin + "-" + s.version)
	}
	var command harness.Command
	if p == stock {
		command = place.StockCommand(t, config)
		if s.verbose {
			command.Args = append(command.Args, "--loglevel", "trace")
		}
	} else {
		command = place.PluginCommand(t, config, s.args...)
		if s.verbose {
			command.Args = append(command.Args, "--log-level", "trace")
		}
	}
	command.Env = append(command.Env, s.env...)
	return command, socket
}

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  key: value\n"

// Generate commands that several items use.
const (
	printFile = "  generate:\n    command: [/bin/cat, manifest.yaml]\n"
	sleeping  = "  generate:\n    command: [/bin/sleep, \"1000\"]\n"
)

// listing prints a ConfigMap with a line for each file, folder and link of the tree: type, mode, path and target, then
// the content's hash.
var listing = "  generate:\n    command: " + harness.Shell(`export LC_ALL=C
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tree}\ndata:\n  tree: |\n'
find . -mindepth 1 -printf '    %y %m %P %l\n' | sort
find . -type f -exec sha256sum {} + | sort | sed 's/^/    /'
`) + "\n"

// variables prints a ConfigMap with a line for each variable of the command.
var variables = "  generate:\n    command: " + harness.Shell(`printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env}\ndata:\n  env: |\n'
env | LC_ALL=C sort | sed 's/^/    /'
`) + "\n"

// dataOf is a value of the one ConfigMap that manifests hold.
func dataOf(t *testing.T, manifests []string, key string) string {
	t.Helper()
	objects := harness.Objects(t, manifests...)
	if len(objects) != 1 {
		t.Fatalf("%d objects instead of one ConfigMap", len(objects))
	}
	data, _ := objects[0].Object["data"].(map[string]any)
	text, ok := data[key].(string)
	if !ok {
		t.Fatalf("no %s in %v", key, objects[0].Object)
	}
	return text
}

// repo writes a tree into a new folder and gives it as an Application's repository.
func repo(t *testing.T, tree harness.Tree, path string) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Root: dir, Path: path}
}

// plainApp holds what printFile prints.
func plainApp(t *testing.T) harness.App {
	t.Helper()
	return repo(t, harness.Tree{"manifest.yaml": configMap}, "")
}

// background is long enough for a loaded machine. A server stops its own work before a deadline, so this is also a bound
// on what a failing test leaves behind.
func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func (s *server) check(t *testing.T) *apiclient.CheckPluginConfigurationResponse {
	t.Helper()
	answer, err := s.CheckPluginConfiguration(background(t), &emptypb.Empty{})
	harness.Check(t, err)
	return answer
}

// render is a request that has to succeed.
func (s *server) render(t *testing.T, app harness.App) []string {
	t.Helper()
	manifests, err := s.Generate(background(t), app)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Log())
	}
	return manifests
}

// stillGood proves that a server whose command is printFile answers as ever.
func (s *server) stillGood(t *testing.T, app harness.App) {
	t.Helper()
	harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, s.render(t, app)...))
}

// clean waits until nothing of a request is left.
func (s *server) clean(t *testing.T) {
	t.Helper()
	harness.WaitFor(t, 10*time.Second, s.CheckIdle)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func parameters(list ...v1alpha1.ApplicationSourcePluginParameter) v1alpha1.ApplicationSourcePluginParameters {
	return list
}

// incompressible is a text that gzip cannot shrink much.
func incompressible(n int) string {
	body := make([]byte, n)
	rand.Read(body)
	return string(body)
}
