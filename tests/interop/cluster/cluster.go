// Package cluster runs a real Kubernetes API server with its etcd, and on request what belongs to a
// cluster in production: the sealed-secrets controller and Argo CD. There are no nodes and no
// kube-controller-manager: nothing runs pods, collects garbage or fills in a quota's status.
package cluster

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"argocd-decrypt/tests/interop/harness"
)

// Cluster is a running API server, and what was started beside it.
type Cluster struct {
	Config     *rest.Config // as an administrator
	Client     dynamic.Interface
	Typed      kubernetes.Interface
	Kubeconfig string
	Version    string // "v1.36.1"

	owner    testing.TB // whose end is everything's end
	dir      string
	token    string
	kubectl  string
	port     int
	programs []*Program
}

// server is what the API server is reached by.
func (c *Cluster) server() string { return "https://" + address(c.port) }

func (c *Cluster) caFile() string { return filepath.Join(c.dir, "certs", "apiserver.crt") }

// Start starts etcd and the API server and waits until it is ready.
func Start(t testing.TB) *Cluster {
	t.Helper()
	started := time.Now()
	c := &Cluster{
		owner: t, dir: harness.TempDir(t, ""), token: rand.Text(), kubectl: built(t, "ACD_KUBECTL"), port: freePort(t),
	}
	etcd := c.startEtcd(t)
	c.startAPIServer(t, etcd)
	c.Config = &rest.Config{
		Host: c.server(), BearerToken: c.token, TLSClientConfig: rest.TLSClientConfig{CAFile: c.caFile()},
		QPS: -1, // no limit
		// Without etcd the API server answers nothing at all.
		Timeout: 15 * time.Second,
	}
	c.awaitReady(t)
	var err error
	c.Client, err = dynamic.NewForConfig(c.Config)
	harness.Check(t, err)
	c.Typed, err = kubernetes.NewForConfig(c.Config)
	harness.Check(t, err)
	version, err := c.Typed.Discovery().ServerVersion()
	harness.Check(t, err)
	c.Version = version.GitVersion
	c.writeKubeconfig(t)
	t.Logf("Kubernetes %s is ready after %v", c.Version, time.Since(started).Round(100*time.Millisecond))
	return c
}

// run starts a program that runs as long as the cluster, whichever of the tests in it starts it.
func (c *Cluster) run(t testing.TB, command *exec.Cmd) *Program {
	t.Helper()
	p, err := run(command)
	if err != nil {
		t.Fatalf("%s: %v", command.Args[0], err)
	}
	atEnd(c.owner, p)
	c.programs = append(c.programs, p)
	return p
}

// failed says which program ended by itself, so that nobody waits for it any longer.
func (c *Cluster) failed() error {
	for _, p := range c.programs {
		if err := p.failed(); err != nil {
			return err
		}
	}
	return nil
}

// startEtcd starts etcd, its data in memory: it syncs each write. It gives its address.
func (c *Cluster) startEtcd(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("etcd")
	if err != nil {
		t.Fatalf("etcd is not on the PATH: scripts/test installs it (Debian: etcd-server)")
	}
	client, peer := "http://"+address(freePort(t)), "http://"+address(freePort(t))
	data := harness.Tmpfs(t)
	c.run(t, exec.Command(path,
		"--data-dir", data, "--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer)).scratch = data
	return client
}

func (c *Cluster) startAPIServer(t testing.TB, etcd string) {
	t.Helper()
	key, tokens := filepath.Join(c.dir, "service-accounts.key"), filepath.Join(c.dir, "tokens.csv")
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	harness.Check(t, err)
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	harness.Check(t, os.WriteFile(key, pem.EncodeToMemory(block), 0o600))
	harness.Check(t, os.WriteFile(tokens, []byte(c.token+",administrator,1,system:masters\n"), 0o600))
	c.run(t, exec.Command(built(t, "ACD_KUBE_APISERVER"),
		"--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(c.port),
		"--cert-dir", filepath.Dir(c.caFile()), "--token-auth-file", tokens, "--authorization-mode", "RBAC",
		"--service-account-key-file", key, "--service-account-signing-key-file", key,
		"--service-account-issuer", "https://kubernetes.default.svc", "--service-cluster-ip-range", "10.0.0.0/24"))
}

func (c *Cluster) awaitReady(t testing.TB) {
	t.Helper()
	c.await(t, func() error {
		client, err := kubernetes.NewForConfig(c.Config) // fails until the server has made its certificate
		if err != nil {
			return err
		}
		return client.RESTClient().Get().AbsPath("/readyz").Do(t.Context()).Error()
	})
}

// Patience is how long a test waits for what servers do by themselves. Much longer than that takes: other
// tests run beside this one, on two cores.
const Patience = 3 * time.Minute

// await repeats a check until it holds, unless a server has ended by itself.
func (c *Cluster) await(t testing.TB, check func() error) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if gone := c.failed(); gone != nil {
			t.Fatalf("%v (%v)", gone, err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("still not after %v: %v", Patience, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (c *Cluster) writeKubeconfig(t testing.TB) {
	t.Helper()
	c.Kubeconfig = filepath.Join(c.dir, "kubeconfig")
	text := strings.NewReplacer("SERVER", c.server(), "CA", c.caFile(), "TOKEN", c.token).Replace(`apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "SERVER", certificate-authority: "CA"}}]
users: [{name: administrator, user: {token: "TOKEN"}}]
contexts: [{name: test, context: {cluster: test, user: administrator}}]
current-context: test
`)
	harness.Check(t, os.WriteFile(c.Kubeconfig, []byte(text), 0o600))
}

// built is a program that scripts/lib/tools.sh builds. A missing one fails the test: a run without its
// peer proves nothing.
func built(t testing.TB, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s is not set: scripts/test builds what it names", variable)
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		t.Fatalf("%s does not name a program (scripts/test builds it): %v", variable, err)
	}
	path, err = filepath.Abs(path)
	harness.Check(t, err)
	return path
}
