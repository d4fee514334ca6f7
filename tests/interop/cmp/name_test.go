package cmp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// The documented way to take the stock server's place: its name. What the server starts of itself, and what people ask of it,
// has to go on as under its own.
func TestUnderTheStockServersName(t *testing.T) {
	place := harness.NewPlace(t)
	place.AddKey(t, harness.NewKey(t))
	command := place.Command(t)
	own := filepath.Dir(command.Path)
	named := filepath.Join(place.Root, "argocd-cmp-server")
	for from, to := range map[string]string{command.Path: named, filepath.Join(own, "argocd-decrypt-ksops"): filepath.Join(place.Root, "argocd-decrypt-ksops")} {
		text, err := os.ReadFile(from)
		harness.Check(t, err)
		harness.Check(t, os.WriteFile(to, text, 0o755))
	}
	command.Path, command.Args = named, command.Args[1:]
	server := harness.Start(t, place, command, place.Socket())
	client := server.Connect(t)

	manifests, err := client.Generate(background(t), repo(t, harness.Tree{
		"app/a.jsonnet": "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'of-jsonnet'}}",
	}, "app"))
	harness.Check(t, err)
	if len(manifests) != 1 || !strings.Contains(manifests[0], "of-jsonnet") {
		t.Errorf("got %q", manifests)
	}
	for _, args := range [][]string{{"version"}, {"healthcheck", "--socket-dir", place.Sockets}, {"--help"}} {
		if o := harness.Run(t, harness.Command{Path: named, Args: args, Env: command.Env}); o.Code != 0 {
			t.Errorf("%v: exit %d: %s", args, o.Code, o.Err)
		}
	}
	// git asks through GIT_ASKPASS, which is this file; nobody listens here, and it says so as git's helper.
	asked := harness.Run(t, harness.Command{Path: named, Args: []string{"Username for 'https://git.example.org': "},
		Env: append(command.Env, "ARGOCD_BINARY_NAME=argocd-git-ask-pass", "ARGOCD_ASK_PASS_SOCK="+place.Root+"/nobody.sock")})
	if asked.Code == 0 || !strings.Contains(string(asked.Err), "askpass") {
		t.Errorf("asked by git: exit %d: %s", asked.Code, asked.Err)
	}
}
