// Package tracing_test has the server export traces to a collector, and Argo CD's own client send
// the trace that they belong to.
package tracing_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc/metadata"

	"argocd-decrypt/tests/interop/harness"
)

const generate = "plugin.ConfigManagementPluginService/GenerateManifest"

// operation is a span of the repo-server around a call.
func operation(t *testing.T) (context.Context, trace.Span) {
	ctx, s := otel.Tracer("repo-server").Start(background(t), "operation")
	t.Cleanup(func() { s.End() })
	return ctx, s
}

func TestCallsJoinTheRepoServersTrace(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address, "--otlp-attrs", "cluster:blue,k8s.url:http://x")
	repoServer.Reset()
	ctx, operation := operation(t)

	before := time.Now()
	manifests, err := f.Generate(ctx, f.app(t, "joins", f.key))
	harness.Check(t, err)
	after := time.Now()
	if len(manifests) != 1 || !strings.Contains(manifests[0], f.canary) {
		t.Fatalf("the answer is not what was encrypted")
	}

	call := c.call(t, "joins")
	if call.Name != generate || call.trace() != operation.SpanContext().TraceID().String() {
		t.Errorf("span %q of trace %s, want %q of %s", call.Name, call.trace(), generate, operation.SpanContext().TraceID())
	}
	if want := clientSpan(t, generate); call.parent() != want {
		t.Errorf("the parent is %s, want the client's own span of the call, %s", call.parent(), want)
	}
	if call.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		t.Errorf("status %v of a call that went well", call.Status)
	}
	for name, want := range map[string]string{
		"rpc.system": "grpc", "rpc.service": "plugin.ConfigManagementPluginService", "rpc.method": "GenerateManifest",
		"rpc.grpc.status_code": "0", "argocd.project": harness.Project, "argocd.source_path": "app",
		"argocd_decrypt.renderer": "directory", "argocd_decrypt.files_decrypted": "1", "argocd_decrypt.manifests": "1",
	} {
		if got := call.attributes[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"service.name": "argocd-decrypt", "cluster": "blue", "k8s.url": "http://x"} {
		if got := c.resource[name]; got != want {
			t.Errorf("the resource's %s is %q, want %q", name, got, want)
		}
	}
	if nanoseconds(before) > call.StartTimeUnixNano || call.EndTimeUnixNano > nanoseconds(after) {
		t.Errorf("the span is from %d to %d, the call was from %d to %d", call.StartTimeUnixNano, call.EndTimeUnixNano, nanoseconds(before), nanoseconds(after))
	}
	checkPhases(t, c, call, "receive", "wait", "guard")
	f.checkSecrets(t, c)
}

// clientSpan is the id of the span that Argo CD's client made of a call.
func clientSpan(t *testing.T, name string) string {
	t.Helper()
	var id string
	harness.WaitFor(t, 5*time.Second, func() error {
		for _, s := range repoServer.GetSpans() {
			if s.Name == name && s.SpanKind == trace.SpanKindClient {
				id = s.SpanContext.SpanID().String()
				return nil
			}
		}
		return context.DeadlineExceeded
	})
	return id
}

func nanoseconds(at time.Time) uint64 { return uint64(at.UnixNano()) }

// checkPhases: the children of a call are its phases, one behind the other and inside of it.
func checkPhases(t *testing.T, c *collector, call span, wanted ...string) {
	t.Helper()
	children := c.below(call)
	slices.SortStableFunc(children, func(a, b span) int { return int(a.StartTimeUnixNano) - int(b.StartTimeUnixNano) })
	var names []string
	at := call.StartTimeUnixNano
	for _, s := range children {
		names = append(names, s.Name)
		if s.trace() != call.trace() || s.Kind != tracepb.Span_SPAN_KIND_INTERNAL {
			t.Errorf("phase %s is of trace %s and kind %v", s.Name, s.trace(), s.Kind)
		}
		if s.StartTimeUnixNano < at || s.EndTimeUnixNano < s.StartTimeUnixNano || s.EndTimeUnixNano > call.EndTimeUnixNano {
			t.Errorf("phase %s is not behind the one before it, or not inside of the call", s.Name)
		}
		at = s.EndTimeUnixNano
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			t.Errorf("no phase %s; there are %v", name, names)
		}
	}
}

func TestFailedCallsAreErrors(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address)
	ctx, _ := operation(t)

	_, err := f.Generate(ctx, f.app(t, "fails", harness.NewKey(t)))
	if err == nil {
		t.Fatal("a secret was decrypted without its key")
	}

	call := c.call(t, "fails")
	if call.Status.GetCode() != tracepb.Status_STATUS_CODE_ERROR || !strings.Contains(call.Status.Message, "app/secret.yaml") {
		t.Errorf("the status is %v", call.Status)
	}
	if got := call.attributes["rpc.grpc.status_code"]; got != "9" {
		t.Errorf("rpc.grpc.status_code is %s", got)
	}
	checkPhases(t, c, call, "receive")
	f.checkSecrets(t, c)
}

func TestUnsampledTracesAreNotExported(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address)
	ids := trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, Remote: true}
	unsampled := trace.ContextWithRemoteSpanContext(background(t), trace.NewSpanContext(ids))

	app := f.app(t, "unsampled", f.key)
	_, err := f.Generate(unsampled, app)
	harness.Check(t, err)
	app.Name = "sampled"
	ctx, _ := operation(t)
	_, err = f.Generate(ctx, app)
	harness.Check(t, err)

	c.call(t, "sampled")
	for _, s := range c.arrived() {
		if s.attributes["argocd.application"] == "unsampled" || s.trace() == ids.TraceID.String() {
			t.Errorf("a span of an unsampled trace: %v", s)
		}
	}
}

// Whoever may write to the socket may write anything into these headers.
func TestCallsWithoutATraceStartOne(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address)
	client := f.withoutTraces(t)
	app := f.app(t, "none", f.key)
	_, err := client.Generate(background(t), app)
	harness.Check(t, err)
	good := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for name, pairs := range map[string][]string{
		"letters": {"traceparent", "nonsense"}, "capitals": {"traceparent", strings.ToUpper(good)},
		"long": {"traceparent", good + strings.Repeat("0", 2000)}, "state": {"tracestate", "a=1"},
		"zero": {"traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"},
	} {
		app.Name = name
		_, err := client.Generate(metadata.AppendToOutgoingContext(background(t), pairs...), app)
		harness.Check(t, err)
		call := c.call(t, name)
		if call.parent() != "" || call.TraceState != "" {
			t.Errorf("%s: parent %q, state %q", name, call.parent(), call.TraceState)
		}
	}
	if call := c.call(t, "none"); call.parent() != "" {
		t.Errorf("a parent %q out of nothing", call.parent())
	}
	for state, want := range map[string]string{"a=1,b=2": "a=1,b=2", "A=1": "", strings.Repeat("k=v,", 200) + "k=v": ""} {
		app.Name = "state " + want
		_, err := client.Generate(metadata.AppendToOutgoingContext(background(t), "traceparent", good, "tracestate", state), app)
		harness.Check(t, err)
		if call := c.call(t, app.Name); call.TraceState != want || call.parent() != "b7ad6b7169203331" {
			t.Errorf("state %q came out as %q", state, call.TraceState)
		}
	}
}

func TestRatioIsForCallsWithoutATrace(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address, "--otlp-sample-ratio", "0")
	app := f.app(t, "root", f.key)
	_, err := f.withoutTraces(t).Generate(background(t), app)
	harness.Check(t, err)
	app.Name = "joined"
	ctx, _ := operation(t)
	_, err = f.Generate(ctx, app)
	harness.Check(t, err)

	c.call(t, "joined")
	for _, s := range c.arrived() {
		if s.attributes["argocd.application"] == "root" {
			t.Errorf("a root span in spite of the ratio")
		}
	}
}

// What the caller chooses is cut and made UTF-8, or a collector would refuse the batch of everybody.
func TestHostileNamesDoNotSpoilABatch(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, nil, "--otlp-address", c.address)
	ctx, _ := operation(t)
	app := f.app(t, strings.Repeat("ü", 100_000), f.key)
	_, err := f.Generate(ctx, app)
	harness.Check(t, err)
	c.call(t, strings.Repeat("ü", 128))
}

// The stock plugin server's variables work as they are, and a header is sent as it was written.
func TestStockVariablesWork(t *testing.T) {
	f := newFixture(t)
	c := startCollector(t)
	f.start(t, []string{
		"ARGOCD_CMP_SERVER_OTLP_ADDRESS=" + c.address, "ARGOCD_CMP_SERVER_OTLP_INSECURE=true",
		"ARGOCD_CMP_SERVER_OTLP_HEADERS=Authorization=Bearer " + f.canary + "%41==,x-tenant=blue", "ARGOCD_CMP_SERVER_OTLP_ATTRS=a:b",
	})
	ctx, _ := operation(t)
	_, err := f.Generate(ctx, f.app(t, "stock", f.key))
	harness.Check(t, err)
	c.call(t, "stock")

	if got := c.headers.Get("authorization"); len(got) != 1 || got[0] != "Bearer "+f.canary+"%41==" {
		t.Errorf("authorization is %q", got)
	}
	if got := c.headers.Get("x-tenant"); len(got) != 1 || got[0] != "blue" || c.resource["a"] != "b" {
		t.Errorf("x-tenant is %q, a is %q", got, c.resource["a"])
	}
	if harness.NewNeedles(f.canary).In([]byte(f.server.Log())) {
		t.Error("the log shows a header")
	}
}
