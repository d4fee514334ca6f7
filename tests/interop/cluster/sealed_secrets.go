package cluster

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1"

	"argocd-decrypt/tests/interop/harness"
)

// SealedSecretsController is a running sealed-secrets controller.
type SealedSecretsController struct {
	Program   *Program
	Namespace string // where its keys are

	cluster *Cluster
	root    string // what it sees as /
}

// Where each controller in a cluster finds its credentials: client-go has the path built in.
const serviceAccountFolder = "var/run/secrets/kubernetes.io/serviceaccount"

const account = "sealed-secrets-controller"

// StartSealedSecrets installs the kind SealedSecret and starts the controller for all namespaces, with
// further arguments of its command line.
func StartSealedSecrets(t testing.TB, c *Cluster, args ...string) *SealedSecretsController {
	t.Helper()
	controller := built(t, "ACD_SEALED_SECRETS_CONTROLLER")
	// scripts/lib/tools.sh puts the one of the same release beside it.
	definition, err := os.ReadFile(filepath.Join(filepath.Dir(controller), "crd.yaml"))
	if err != nil {
		t.Fatalf("the definition of SealedSecret must lie beside ACD_SEALED_SECRETS_CONTROLLER: %v", err)
	}
	c.Apply(t, string(definition))
	c.awaitKinds(t, "sealedsecrets.bitnami.com")

	s := &SealedSecretsController{Namespace: c.Namespace(t), cluster: c, root: harness.TempDir(t, "")}
	s.AllowSecrets(t, "get", "list", "create", "update", "delete", "watch")
	credentials := filepath.Join(s.root, serviceAccountFolder)
	harness.Check(t, os.MkdirAll(credentials, 0o755))
	token, err := c.Typed.CoreV1().ServiceAccounts(s.Namespace).CreateToken(
		t.Context(), account, &authenticationv1.TokenRequest{}, v1.CreateOptions{})
	harness.Check(t, err)
	harness.Check(t, os.WriteFile(filepath.Join(credentials, "token"), []byte(token.Status.Token), 0o644))
	authority, err := os.ReadFile(c.caFile())
	harness.Check(t, err)
	harness.Check(t, os.WriteFile(filepath.Join(credentials, "ca.crt"), authority, 0o644))
	copyProgram(t, controller, filepath.Join(s.root, "controller"))
	s.Start(t, args...)
	return s
}

// User is who the controller is to the API server.
func (s *SealedSecretsController) User() string {
	return "system:serviceaccount:" + s.Namespace + ":" + account
}

// AllowSecrets says what the controller may do with Secrets; to begin with, as much as its Helm chart allows. The
// rest of its role is the chart's.
func (s *SealedSecretsController) AllowSecrets(t testing.TB, verbs ...string) {
	t.Helper()
	s.cluster.Apply(t, strings.NewReplacer("NAMESPACE", s.Namespace, "ACCOUNT", account, "VERBS", strings.Join(verbs, ", ")).Replace(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: ACCOUNT, namespace: NAMESPACE}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: secrets-unsealer}
rules:
- {apiGroups: [bitnami.com], resources: [sealedsecrets], verbs: [get, list, watch]}
- {apiGroups: [bitnami.com], resources: [sealedsecrets/status], verbs: [update]}
- {apiGroups: [""], resources: [secrets], verbs: [VERBS]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: secrets-unsealer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: secrets-unsealer}
subjects: [{kind: ServiceAccount, name: ACCOUNT, namespace: NAMESPACE}]
`))
	// The API server's authorizer reads roles from a cache of its own.
	for _, verb := range []string{"get", "list", "create", "update", "delete", "watch"} {
		want := slices.Contains(verbs, verb)
		s.cluster.await(t, func() error {
			review, err := s.cluster.Typed.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), &authorizationv1.SubjectAccessReview{
				Spec: authorizationv1.SubjectAccessReviewSpec{
					User:               s.User(),
					ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: "default", Verb: verb, Resource: "secrets"},
				},
			}, v1.CreateOptions{})
			if err == nil && review.Status.Allowed != want {
				err = fmt.Errorf("whether %s may %s Secrets: %v", account, verb, review.Status.Allowed)
			}
			return err
		})
	}
}

// Start starts the controller again after Program.Stop. It finds its keys where it left them.
func (s *SealedSecretsController) Start(t testing.TB, args ...string) {
	t.Helper()
	command := exec.Command("/controller", append([]string{
		"--listen-addr", "127.0.0.1:0", "--listen-metrics-addr", "127.0.0.1:0",
		"--key-size", "2048", // 4096, its default, takes seconds to make
	}, args...)...)
	command.Args[0] = "sealed-secrets-controller"
	command.Dir = "/"
	command.Env = []string{
		"KUBERNETES_SERVICE_HOST=127.0.0.1", fmt.Sprintf("KUBERNETES_SERVICE_PORT=%d", s.cluster.port),
		"POD_NAMESPACE=" + s.Namespace,
	}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: s.root}
	if os.Getuid() != 0 { // who else may change the root does so in a user namespace
		command.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	s.Program = s.cluster.run(t, command)
	s.cluster.await(t, func() error {
		if !bytes.Contains([]byte(s.Program.Log()), []byte("HTTP metrics server serving")) {
			return fmt.Errorf("the sealed-secrets controller is not ready")
		}
		return nil
	})
}

// AwaitGivenUp waits until the controller has no further attempt at a SealedSecret in mind.
func (s *SealedSecretsController) AwaitGivenUp(t testing.TB, namespace, name string) {
	t.Helper()
	s.awaitLines(t, 1, "Error updating, giving up", "key="+namespace+"/"+name)
}

// AwaitOwnWrites waits until the controller's watch has told it of so many statuses that it wrote itself of a SealedSecret.
func (s *SealedSecretsController) AwaitOwnWrites(t testing.TB, namespace, name string, times int) {
	t.Helper()
	s.awaitLines(t, times, "update suppressed, no changes in spec", "sealed-secret="+namespace+"/"+name)
}

// awaitLines waits until the controller's log has so many lines with a message and, after it, a field.
func (s *SealedSecretsController) awaitLines(t testing.TB, times int, message, field string) {
	t.Helper()
	s.cluster.await(t, func() error {
		found := 0
		for line := range strings.Lines(s.Program.Log()) {
			if _, fields, ok := strings.Cut(line, message); ok && slices.Contains(strings.Fields(fields), field) {
				found++
			}
		}
		if found < times {
			return fmt.Errorf("the controller has said %q of %s %d times, not %d times", message, field, found, times)
		}
		return nil
	})
}

// Certificate is a file with the controller's certificate, for `kubeseal --cert`.
func (s *SealedSecretsController) Certificate(t testing.TB) string {
	t.Helper()
	keys, err := s.cluster.Typed.CoreV1().Secrets(s.Namespace).List(t.Context(),
		v1.ListOptions{LabelSelector: "sealedsecrets.bitnami.com/sealed-secrets-key=active"})
	harness.Check(t, err)
	if len(keys.Items) != 1 {
		t.Fatalf("the sealed-secrets controller has %d keys, not 1", len(keys.Items))
	}
	path := filepath.Join(harness.TempDir(t, ""), "certificate.pem")
	harness.Check(t, os.WriteFile(path, keys.Items[0].Data["tls.crt"], 0o644))
	return path
}

// OtherCertificate is a file with the certificate of a controller that is not in this cluster.
func OtherCertificate(t testing.TB) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	harness.Check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "another cluster"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	harness.Check(t, err)
	path := filepath.Join(harness.TempDir(t, ""), "certificate.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	harness.Check(t, os.WriteFile(path, block, 0o644))
	return path
}

// Seal gives the SealedSecret that kubeseal makes of a Secret, with further arguments for kubeseal.
func Seal(t testing.TB, certificate, secret string, args ...string) string {
	t.Helper()
	command := exec.Command(harness.Kubeseal(t), append([]string{"--cert", certificate, "--format", "yaml"}, args...)...)
	command.Env = []string{"HOME=/nonexistent"} // and so no kubeconfig: nothing but the certificate counts
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader([]byte(secret)), &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("kubeseal: %v: %s", err, stderr.String())
	}
	return stdout.String()
}

func copyProgram(t testing.TB, from, to string) {
	t.Helper()
	if os.Link(from, to) == nil {
		return
	}
	source, err := os.Open(from)
	harness.Check(t, err)
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	harness.Check(t, err)
	_, err = io.Copy(target, source)
	harness.Check(t, err)
	harness.Check(t, target.Close())
}
