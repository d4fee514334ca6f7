package conformance

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sigsyaml "sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// controller is what a Sealed Secrets controller has: a key, and a certificate for it.
func controller(t *testing.T, end time.Time) (string, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 4096)
	harness.Check(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.Add(-time.Hour), NotAfter: end}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	harness.Check(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	harness.Check(t, err)
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		harness.Check(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	return write("cert.pem", "CERTIFICATE", certificate), write("key.pem", "PRIVATE KEY", private)
}

type kubeSecret struct {
	Kind     string
	Metadata struct {
		Name, Namespace     string
		Labels, Annotations map[string]string
	}
	Type      string
	Immutable bool
	Data      map[string]*string
}

const toSeal = `apiVersion: v1
kind: Secret
metadata:
    name: database
    namespace: team
    labels:
        app: shop
    annotations:
        note: kept
        kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"plaintext-of-the-secret"}}'
type: kubernetes.io/basic-auth
data:
    cert: aGVsbG8=
    empty: ""
stringData:
    # plaintext-of-the-secret once stood here
    password: plaintext-of-the-secret
    "yes": "no"
`

func TestStatement49(t *testing.T) { // a SealedSecret of ours, opened by the real kubeseal
	keepSecret(secretValue)
	certificate, private := controller(t, time.Now().Add(time.Hour))
	files := map[string]string{"plain": toSeal, "encrypted": ownKey(t).Encrypt(t, "file.yaml", toSeal, "--encrypted-regex", "^(data|stringData)$")}
	for kind, text := range files {
		for _, scope := range []string{"strict", "namespace-wide", "cluster-wide"} {
			t.Run(kind+"/"+scope, func(t *testing.T) {
				sealed := harness.MustRun(t, seal(t, text, certificate, "--scope", scope))
				if strings.Contains(sealed, "plaintext") || strings.Contains(sealed, "last-applied") {
					t.Errorf("there is plaintext in it:\n%s", sealed)
				}
				secret := unseal(t, sealed, private)
				want := map[string]string{"cert": "hello", "empty": "", "password": secretValue, "yes": "no"}
				if len(secret.Data) != len(want) {
					t.Errorf("%d values, not %d", len(secret.Data), len(want))
				}
				for key, value := range want {
					encoded := ""
					if got := secret.Data[key]; got != nil {
						encoded = *got
					}
					if plain, err := base64.StdEncoding.DecodeString(encoded); err != nil || string(plain) != value {
						t.Errorf("%s: %q, %v", key, plain, err)
					}
				}
				m := secret.Metadata
				if m.Name != "database" || m.Namespace != "team" || m.Labels["app"] != "shop" || m.Annotations["note"] != "kept" || secret.Type != "kubernetes.io/basic-auth" {
					t.Errorf("the Secret is %+v", secret)
				}
				// The label holds: under another name or namespace it opens as far as its scope goes.
				opens := map[string]bool{"name: database": scope != "strict", "namespace: team": scope == "cluster-wide"}
				for line, want := range opens {
					other := strings.ReplaceAll(sealed, line, line+"-2")
					o := harness.Run(t, recovery(t, other, private))
					if (o.Code == 0) != want {
						t.Errorf("with another %s: exit %d: %s", line, o.Code, o.Err)
					}
				}
			})
		}
	}
	t.Run("ExpiredCertificate", func(t *testing.T) {
		expired, _ := controller(t, time.Now().Add(-time.Minute))
		o := harness.Run(t, seal(t, toSeal, expired))
		record(t, o)
		if o.Code != 1 || len(o.Out) > 0 || !strings.Contains(o.Err, "failed to encrypt using an expired certificate on") {
			t.Errorf("exit %d: %s", o.Code, o.Err)
		}
	})
	t.Run("WrongKeyOfTheFile", func(t *testing.T) {
		o := harness.Run(t, seal(t, otherKey(t).Encrypt(t, "file.yaml", toSeal), certificate))
		record(t, o)
		if o.Code != 1 || len(o.Out) > 0 || !strings.Contains(o.Err, "Failed to get the data key") {
			t.Errorf("exit %d: %s", o.Code, o.Err)
		}
	})
}

func seal(t *testing.T, text, certificate string, args ...string) harness.Command {
	t.Helper()
	dir := t.TempDir()
	harness.Tree{"secret.yaml": text}.Write(t, dir)
	return harness.Command{Path: harness.Binary(t), Args: append([]string{"seal", "--cert", certificate, "secret.yaml"}, args...), Dir: dir,
		Env: []string{"SOPS_AGE_KEY_FILE=" + ownKey(t).File, "HOME=/nonexistent", "PATH=/usr/bin:/bin"}}
}

func recovery(t *testing.T, sealed, private string) harness.Command {
	t.Helper()
	return harness.Command{Path: harness.Kubeseal(t), Args: []string{"--recovery-unseal", "--recovery-private-key", private, "--format", "yaml"}, Stdin: sealed,
		Env: []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}}
}

func unseal(t *testing.T, sealed, private string) kubeSecret {
	t.Helper()
	var secret kubeSecret
	harness.Check(t, sigsyaml.Unmarshal([]byte(harness.MustRun(t, recovery(t, sealed, private))), &secret))
	return secret
}
