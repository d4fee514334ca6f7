package tracing_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"argocd-decrypt/tests/interop/harness"
)

// collector receives traces by OTLP/gRPC, and keeps every byte that came.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	address string

	mutex    sync.Mutex
	spans    []span
	resource map[string]string
	headers  metadata.MD
	wire     bytes.Buffer
	silent   chan struct{} // when not nil: exports wait until it is closed
}

// span is one that arrived.
type span struct {
	*tracepb.Span
	attributes map[string]string
}

func (s span) trace() string  { return hex.EncodeToString(s.TraceId) }
func (s span) id() string     { return hex.EncodeToString(s.SpanId) }
func (s span) parent() string { return hex.EncodeToString(s.ParentSpanId) }

// startCollector listens on a port of its own.
func startCollector(t *testing.T, options ...grpc.ServerOption) *collector {
	t.Helper()
	return startCollectorAt(t, "127.0.0.1:0", options...)
}

func startCollectorAt(t *testing.T, address string, options ...grpc.ServerOption) *collector {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	harness.Check(t, err)
	c := &collector{address: listener.Addr().String()}
	server := grpc.NewServer(options...)
	collectorpb.RegisterTraceServiceServer(server, c)
	go server.Serve(&tap{listener, c})
	t.Cleanup(server.Stop)
	return c
}

// tap writes down what comes in.
type tap struct {
	net.Listener
	c *collector
}

func (l *tap) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	return &tapped{connection, l.c}, err
}

type tapped struct {
	net.Conn
	c *collector
}

func (t *tapped) Read(into []byte) (int, error) {
	n, err := t.Conn.Read(into)
	t.c.mutex.Lock()
	defer t.c.mutex.Unlock()
	t.c.wire.Write(into[:n])
	return n, err
}

func (c *collector) Export(ctx context.Context, request *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	if c.silent != nil {
		select {
		case <-c.silent:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.headers, _ = metadata.FromIncomingContext(ctx)
	for _, resource := range request.ResourceSpans {
		c.resource = attributes(resource.Resource.Attributes)
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, span{s, attributes(s.Attributes)})
			}
		}
	}
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

func attributes(list []*commonpb.KeyValue) map[string]string {
	all := map[string]string{}
	for _, a := range list {
		switch v := a.Value.Value.(type) {
		case *commonpb.AnyValue_StringValue:
			all[a.Key] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			all[a.Key] = fmt.Sprint(v.IntValue)
		default:
			all[a.Key] = fmt.Sprint(v)
		}
	}
	return all
}

// arrived are all spans so far.
func (c *collector) arrived() []span {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return append([]span(nil), c.spans...)
}

// bytes is everything that was ever sent here.
func (c *collector) bytes() []byte {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return bytes.Clone(c.wire.Bytes())
}

// call waits for the span of an application's call.
func (c *collector) call(t *testing.T, application string) span {
	t.Helper()
	var found span
	harness.WaitFor(t, 15*time.Second, func() error {
		for _, s := range c.arrived() {
			if s.attributes["argocd.application"] == application && s.Kind == tracepb.Span_SPAN_KIND_SERVER {
				found = s
				return nil
			}
		}
		return fmt.Errorf("no span of %s has come", application)
	})
	return found
}

// below are the children of a span, in order of arrival.
func (c *collector) below(parent span) []span {
	var children []span
	for _, s := range c.arrived() {
		if s.parent() == parent.id() {
			children = append(children, s)
		}
	}
	return children
}
