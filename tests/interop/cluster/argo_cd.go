package cluster

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// ArgoCDNamespace is where Argo CD lives, and its Applications.
const ArgoCDNamespace = "argocd"

// ArgoCD is a running Argo CD: redis, repo-server, application-controller, and the server without its
// authentication.
type ArgoCD struct {
	RepoServer, Controller, Server *Program

	cluster *Cluster
	program string // picks what it is by the name that it is called by
	dir     string
	url     string // of the server
}

// StartArgoCD installs Argo CD's kinds and starts it with an empty configuration.
func StartArgoCD(t testing.TB, c *Cluster) *ArgoCD {
	t.Helper()
	started := time.Now()
	a := &ArgoCD{cluster: c, program: built(t, "ACD_STOCK_CMP"), dir: harness.TempDir(t, "")}
	c.CreateNamespace(t, ArgoCDNamespace)
	c.Kubectl(t, "apply", "--server-side", "-k", filepath.Join(moduleDir(t, "github.com/argoproj/argo-cd/v3"), "manifests/crds"))
	c.awaitKinds(t, "applications.argoproj.io", "appprojects.argoproj.io", "applicationsets.argoproj.io")
	c.Apply(t, a.configuration(t))

	redis := a.startRedis(t)
	repoServer := a.startRepoServer(t, redis)
	common := []string{
		"--kubeconfig", c.Kubeconfig, "-n", ArgoCDNamespace, "--redis", redis,
		"--repo-server", repoServer, "--repo-server-plaintext", "--logformat", "text",
	}
	a.Controller = a.run(t, "argocd-application-controller", append(common, "--metrics-port", fmt.Sprint(freePort(t)))...)
	port := freePort(t)
	a.url = "http://" + address(port)
	a.Server = a.run(t, "argocd-server", append(common, "--insecure", "--disable-auth", "--staticassets", a.dir,
		"--address", "127.0.0.1", "--port", fmt.Sprint(port),
		"--metrics-address", "127.0.0.1", "--metrics-port", fmt.Sprint(freePort(t)))...)
	c.await(t, func() error {
		var version struct{ Version string }
		return a.ask("GET", "/api/version", nil, &version)
	})
	t.Logf("Argo CD is ready after %v", time.Since(started).Round(100*time.Millisecond))
	return a
}

// configuration is what Argo CD's own manifests bring, as far as it does not start without.
func (a *ArgoCD) configuration(t testing.TB) string {
	t.Helper()
	authority, err := os.ReadFile(a.cluster.caFile())
	harness.Check(t, err)
	access, err := json.Marshal(map[string]any{
		"bearerToken":     a.cluster.token,
		"tlsClientConfig": map[string]any{"caData": base64.StdEncoding.EncodeToString(authority)},
	})
	harness.Check(t, err)
	return strings.NewReplacer(
		"NAMESPACE", ArgoCDNamespace, "KEY", rand.Text(), "SERVER", a.cluster.server(), "ACCESS", string(access),
	).Replace(`
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: NAMESPACE, labels: {app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: NAMESPACE, labels: {app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: Secret
metadata: {name: argocd-secret, namespace: NAMESPACE, labels: {app.kubernetes.io/part-of: argocd}}
stringData: {server.secretkey: KEY}
---
apiVersion: v1
kind: Secret
metadata: {name: this-cluster, namespace: NAMESPACE, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {name: this, server: "SERVER", config: 'ACCESS'}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: NAMESPACE}
spec:
  sourceRepos: ["*"]
  destinations: [{namespace: "*", server: "*"}]
  clusterResourceWhitelist: [{group: "*", kind: "*"}]
`)
}

func (a *ArgoCD) startRedis(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("redis-server is not on the PATH: scripts/test installs it (Debian: redis-server)")
	}
	port := freePort(t)
	a.cluster.run(t, exec.Command(path, "--bind", "127.0.0.1", "--port", fmt.Sprint(port), "--save", "", "--appendonly", "no", "--dir", a.dir))
	return address(port)
}

func (a *ArgoCD) startRepoServer(t testing.TB, redis string) string {
	t.Helper()
	bin := filepath.Join(a.dir, "bin")
	for _, name := range []string{"bin", "tls", "ssh", "plugins", "gpg"} {
		harness.Check(t, os.Mkdir(filepath.Join(a.dir, name), 0o700))
	}
	harness.Check(t, os.Symlink(harness.Helm(t), filepath.Join(bin, "helm")))
	harness.Check(t, os.Symlink(harness.Kustomize(t), filepath.Join(bin, "kustomize")))
	// Without it the repo-server takes no repository, although nobody asks for signatures.
	harness.Check(t, os.WriteFile(filepath.Join(bin, "git-verify-wrapper.sh"), []byte("#!/bin/sh\n"), 0o755))
	port := freePort(t)
	a.RepoServer = a.run(t, "argocd-repo-server", "--address", "127.0.0.1", "--port", fmt.Sprint(port), "--metrics-address", "127.0.0.1",
		"--metrics-port", fmt.Sprint(freePort(t)), "--redis", redis, "--disable-tls", "--client-ca-path", "", "--logformat", "text")
	return address(port)
}

func (a *ArgoCD) run(t testing.TB, name string, args ...string) *Program {
	t.Helper()
	command := exec.Command(a.program, args...)
	command.Args[0] = name
	command.Dir = a.dir
	command.Env = []string{
		"PATH=" + filepath.Join(a.dir, "bin") + ":/usr/bin:/bin", "HOME=" + a.dir, "TMPDIR=" + a.dir,
		"ARGOCD_GPG_ENABLED=false", "ARGOCD_GNUPGHOME=" + filepath.Join(a.dir, "gpg"),
		"ARGOCD_TLS_DATA_PATH=" + filepath.Join(a.dir, "tls"), "ARGOCD_SSH_DATA_PATH=" + filepath.Join(a.dir, "ssh"),
		"ARGOCD_PLUGINSOCKFILEPATH=" + filepath.Join(a.dir, "plugins"),
	}
	return a.cluster.run(t, command)
}

// Ask calls the server's API; the answer goes into a pointer.
func (a *ArgoCD) Ask(t testing.TB, method, path string, body, answer any) {
	t.Helper()
	if err := a.ask(method, path, body, answer); err != nil {
		t.Fatalf("%v", err)
	}
}

func (a *ArgoCD) ask(method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, a.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
	}
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(content, answer)
}

// Health is what Argo CD thinks of a resource, and says where people look at it.
type Health struct{ Status, Message string }

// Node is a resource in an Application's tree.
type Node struct {
	Group, Kind, Namespace, Name string
	Health                       Health
}

// Tree is an Application's resources and theirs, as the web interface gets them.
func (a *ArgoCD) Tree(application string) ([]Node, error) {
	var tree struct{ Nodes []Node }
	err := a.ask("GET", "/api/v1/applications/"+application+"/resource-tree", nil, &tree)
	return tree.Nodes, err
}

// AwaitNode waits until a resource of the tree is as it should be.
func (a *ArgoCD) AwaitNode(t testing.TB, application, kind, name string, check func(Node) error) Node {
	t.Helper()
	var found Node
	a.cluster.await(t, func() error {
		nodes, err := a.Tree(application)
		if err != nil {
			return err
		}
		for _, found = range nodes {
			if found.Kind == kind && found.Name == name {
				return check(found)
			}
		}
		return fmt.Errorf("no %s %s in the tree of %s: %v", kind, name, application, nodes)
	})
	return found
}

// Repository is a git repository on disk, with one commit of these files.
func Repository(t testing.TB, files harness.Tree) string {
	t.Helper()
	dir := harness.TempDir(t, "")
	files.Write(t, dir)
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "files"}} {
		command := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.org"}, args...)...)
		command.Dir = dir
		command.Env = []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent"}
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, output)
		}
	}
	return "file://" + dir
}

// moduleDir is where the sources of a module lie that go.mod requires.
func moduleDir(t testing.TB, module string) string {
	t.Helper()
	output, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil || len(output) < 2 {
		t.Fatalf("go list -m tells no folder of %s: %v", module, err)
	}
	return strings.TrimSpace(string(output))
}
