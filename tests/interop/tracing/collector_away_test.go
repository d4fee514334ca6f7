package tracing_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

// A flush may take 0.9 s, and the machine may be busy.
const flushLimit = 1500 * time.Millisecond

// stop ends the server with a SIGTERM, in time and with code 0.
func (f *fixture) stop(t *testing.T, limit time.Duration) {
	t.Helper()
	start := time.Now()
	f.server.Signal(t, syscall.SIGTERM)
	code := f.server.AwaitExit(t, 20*time.Second)
	took := time.Since(start)
	t.Logf("ended after %v", took)
	if code != 0 || took > limit {
		t.Errorf("ended with %d after %v\n%s", code, took, f.server.Log())
	}
}

// warnings are the lines about the collector.
func (f *fixture) warnings() []string {
	var found []string
	for _, line := range strings.Split(f.server.Log(), "\n") {
		if strings.Contains(line, "traces do not reach their collector") {
			found = append(found, line)
		}
	}
	return found
}

func TestStoppingSendsWhatWaits(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address)
	ctx, _ := operation(t)
	_, err := f.Generate(ctx, f.app(t, "last", f.key))
	harness.Check(t, err)
	f.stop(t, flushLimit)
	for _, s := range c.arrived() {
		if s.attributes["argocd.application"] == "last" {
			return
		}
	}
	t.Error("the last call's span was lost")
}

// awayCollectors are addresses where nothing answers, each in its way.
func awayCollectors(t *testing.T) map[string]string {
	t.Helper()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	harness.Check(t, err)
	closed.Close()
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // accepted by the kernel alone
	harness.Check(t, err)
	t.Cleanup(func() { deaf.Close() })
	silent := startCollector(t)
	silent.silent = make(chan struct{})
	t.Cleanup(func() { close(silent.silent) })
	return map[string]string{
		"refused": closed.Addr().String(), "deaf": deaf.Addr().String(), "silent": silent.address,
		"unroutable": "192.0.2.1:4317", "unknown": "collector.invalid:4317",
	}
}

func TestAwayCollectorCostsNothing(t *testing.T) {
	for name, address := range awayCollectors(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.start(t, nil, "--otlp-address", address, "--otlp-headers", "authorization=Bearer "+f.canary)
			app := f.app(t, "away", f.key)
			for until := time.Now().Add(3 * time.Second); time.Now().Before(until); {
				start := time.Now()
				_, err := f.Generate(background(t), app)
				harness.Check(t, err)
				if took := time.Since(start); took > time.Second {
					t.Errorf("a call took %v", took)
				}
			}
			f.stop(t, flushLimit)
			// One that the queue is full, and one for the reason.
			if lines := f.warnings(); len(lines) > 2 {
				t.Errorf("%d warnings: %v", len(lines), lines)
			} else {
				t.Logf("%v", lines)
			}
			if harness.NewNeedles(f.canary).In([]byte(f.server.Log())) {
				t.Error("the log shows a secret")
			}
			for _, line := range strings.Split(strings.TrimSpace(f.server.Log()), "\n") {
				if !strings.HasPrefix(line, "{") {
					t.Errorf("a line that is no JSON: %s", line)
				}
			}
		})
	}
}

// A queue that is full forgets; it does not grow.
func TestQueueIsBounded(t *testing.T) {
	f := newFixture(t)
	f.start(t, nil, "--otlp-address", awayCollectors(t)["silent"])
	call := func(n int) {
		for range n {
			_, err := f.CheckPluginConfiguration(background(t), &emptypb.Empty{})
			harness.Check(t, err)
		}
	}
	call(5000)
	before := harness.RSS(t, f.server.Pid)
	call(10000)
	after := harness.RSS(t, f.server.Pid)
	t.Logf("%d KiB, then %d KiB", before>>10, after>>10)
	if after-before > 4<<20 {
		t.Errorf("%d KiB more after 10000 calls that no collector took", (after-before)>>10)
	}
	f.stop(t, flushLimit)
}

// A collector that comes back gets what is new, without a restart of the server.
func TestReturnedCollectorGetsTraces(t *testing.T) {
	f := newFixture(t)
	address := awayCollectors(t)["refused"]
	f.start(t, nil, "--otlp-address", address)
	app := f.app(t, "lost", f.key)
	_, err := f.Generate(background(t), app)
	harness.Check(t, err)
	harness.WaitFor(t, 30*time.Second, func() error {
		if len(f.warnings()) == 0 {
			return fmt.Errorf("no warning")
		}
		return nil
	})
	c := startCollectorAt(t, address)
	app.Name = "found"
	_, err = f.Generate(background(t), app)
	harness.Check(t, err)
	c.call(t, "found")
}

// A collector's words go into the log, but not what they repeat of a header.
func TestRefusalsShowNoHeader(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t, grpc.UnaryInterceptor(refuse(f.canary)))
	f.start(t, nil, "--otlp-address", c.address, "--otlp-headers", "authorization=Bearer "+f.canary)
	_, err := f.Generate(background(t), f.app(t, "refused", f.key))
	harness.Check(t, err)
	harness.WaitFor(t, 15*time.Second, func() error {
		if len(f.warnings()) == 0 {
			return fmt.Errorf("no warning")
		}
		return nil
	})
	if line := f.warnings()[0]; !strings.Contains(line, "not with (not shown)") || strings.Contains(line, f.canary) {
		t.Errorf("the warning is %s", line)
	}
}

// With TLS, the system's certificates count, or those of SSL_CERT_FILE, as for Go's programs.
func TestCollectorWithTLS(t *testing.T) {
	f := newFixture(t)
	certificate, file := selfSigned(t)
	c := startCollector(t, grpc.Creds(credentials.NewServerTLSFromCert(&certificate)))
	_, port, err := net.SplitHostPort(c.address)
	harness.Check(t, err)
	f.start(t, []string{"SSL_CERT_FILE=" + file}, "--otlp-address", "localhost:"+port, "--otlp-insecure=false")
	_, err = f.Generate(background(t), f.app(t, "tls", f.key))
	harness.Check(t, err)
	c.call(t, "tls")
	f.stop(t, flushLimit)

	f.start(t, nil, "--otlp-address", "localhost:"+port, "--otlp-insecure=false")
	_, err = f.Generate(background(t), f.app(t, "untrusted", f.key))
	harness.Check(t, err)
	f.stop(t, flushLimit)
	for _, s := range c.arrived() {
		if s.attributes["argocd.application"] == "untrusted" {
			t.Error("a trace went to a collector that nobody vouches for")
		}
	}
}

func refuse(text string) grpc.UnaryServerInterceptor {
	return func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
		return nil, status.Error(codes.Unauthenticated, "not with "+text)
	}
}

func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	harness.Check(t, err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	harness.Check(t, err)
	file := filepath.Join(harness.TempDir(t, ""), "ca.pem")
	harness.Check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
