package tracing_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"argocd-decrypt/tests/interop/harness"
)

// repoServer keeps the spans of Argo CD's client, which traces as the repo-server does.
var repoServer = tracetest.NewInMemoryExporter()

// A client takes from here what it had been told before it was made.
func TestMain(m *testing.M) {
	otel.SetTracerProvider(sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())), sdktrace.WithSyncer(repoServer)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	os.Exit(m.Run())
}

type fixture struct {
	harness.Client
	place  harness.Place
	server *harness.Server
	key    harness.Key
	canary string
}

// newFixture skips the test where this build of the program cannot trace, and says so itself.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{place: harness.NewPlace(t), key: harness.NewKey(t), canary: harness.NewCanary()}
	f.place.AddKey(t, f.key)
	// What can trace gets as far as its socket, for which there is no folder.
	nowhere := f.place
	nowhere.Sockets = filepath.Join(f.place.Root, "nowhere")
	o := harness.Run(t, nowhere.Command(t, "--otlp-address", "127.0.0.1:1"))
	if o.Code != 1 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	if strings.Contains(o.Err, "this installation has no libargocd-decrypt-otel.so") {
		t.Skipf("this build of argocd-decrypt has no tracing module: %s", o.Err)
	}
	return f
}

// start starts the server with a tracing client for it.
func (f *fixture) start(t *testing.T, env []string, args ...string) {
	t.Helper()
	c := f.place.Command(t, args...)
	c.Env = append(c.Env, env...)
	f.server = harness.Start(t, f.place, c, f.place.Socket())
	f.Client = f.server.Connect(t)
}

// withoutTraces is a client that says nothing of traces.
func (f *fixture) withoutTraces(t *testing.T) harness.Client {
	t.Helper()
	defer otel.SetTextMapPropagator(otel.GetTextMapPropagator())
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator())
	return f.server.Connect(t)
}

// app is a plain folder with a secret in it, encrypted for the server's key or for another one.
func (f *fixture) app(t *testing.T, name string, key harness.Key) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	key.EncryptFiles(t, harness.Tree{
		"app/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: " + f.canary + "\n",
	}, "app/secret.yaml").Write(t, dir)
	return harness.App{Name: name, Root: dir, Path: "app"}
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// checkSecrets: neither what was sent, nor the log, holds the canary or the key.
func (f *fixture) checkSecrets(t *testing.T, c *collector) {
	t.Helper()
	needles := harness.NewNeedles(f.canary, f.key.Secret, strings.ToLower(f.key.Secret))
	if needles.In(c.bytes()) {
		t.Error("a secret was sent to the collector")
	}
	if needles.In([]byte(f.server.Log())) {
		t.Error("a secret is in the log")
	}
}
