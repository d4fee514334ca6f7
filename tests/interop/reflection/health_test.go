package reflection

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc/codes"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"argocd-decrypt/tests/interop/harness"
)

var serviceNames = []string{"", "plugin.ConfigManagementPluginService", "no.such.Service"}

func (p peer) watch(t *testing.T, ctx context.Context, service string) health.Health_WatchClient {
	t.Helper()
	stream, err := health.NewHealthClient(p).Watch(ctx, &health.HealthCheckRequest{Service: service})
	harness.Check(t, err)
	return stream
}

func next(t *testing.T, stream health.Health_WatchClient) health.HealthCheckResponse_ServingStatus {
	t.Helper()
	answer, err := stream.Recv()
	harness.Check(t, err)
	return answer.Status
}

func TestHealthIsAnsweredAsByTheStockServer(t *testing.T) {
	ours, stock := ours(t), stock(t)
	for _, service := range serviceNames {
		request := &health.HealthCheckRequest{Service: service}
		got, gotErr := health.NewHealthClient(ours).Check(background(t), request)
		want, wantErr := health.NewHealthClient(stock).Check(background(t), request)
		if !proto.Equal(got, want) || status.Code(gotErr) != status.Code(wantErr) {
			t.Errorf("Check of %q: %v %v, and the stock server %v %v", service, got, gotErr, want, wantErr)
		}
		if got, want := next(t, ours.watch(t, background(t), service)), next(t, stock.watch(t, background(t), service)); got != want {
			t.Errorf("Watch of %q: %v, and the stock server %v", service, got, want)
		}
	}
	got, err := health.NewHealthClient(ours).List(background(t), &health.HealthListRequest{})
	harness.Check(t, err)
	want, err := health.NewHealthClient(stock).List(background(t), &health.HealthListRequest{})
	harness.Check(t, err)
	if !proto.Equal(got, want) {
		t.Errorf("List: %v, and the stock server %v", got, want)
	}
}

func TestWatchTellsOfBrokenKeys(t *testing.T) {
	p := ours(t)
	stream := p.watch(t, background(t), "")
	file := filepath.Join(p.place.Keys, "age", "keys.txt")
	key, err := os.ReadFile(file)
	harness.Check(t, err)
	if got := next(t, stream); got != health.HealthCheckResponse_SERVING {
		t.Fatalf("%v at the beginning", got)
	}
	for _, step := range []struct {
		content string
		want    health.HealthCheckResponse_ServingStatus
	}{
		{"no key\n", health.HealthCheckResponse_NOT_SERVING},
		{string(key), health.HealthCheckResponse_SERVING},
	} {
		harness.Check(t, os.WriteFile(file, []byte(step.content), 0o600))
		if got := next(t, stream); got != step.want {
			t.Fatalf("%v, not %v", got, step.want)
		}
	}
}

func TestAClientMayLeave(t *testing.T) {
	p := ours(t)
	ctx, cancel := context.WithCancel(background(t))
	var streams []health.Health_WatchClient
	for _, service := range serviceNames {
		streams = append(streams, p.watch(t, ctx, service))
		next(t, streams[len(streams)-1])
	}
	cancel()
	for _, stream := range streams {
		if _, err := stream.Recv(); status.Code(err) != codes.Canceled {
			t.Errorf("%v", err)
		}
	}
	next(t, p.watch(t, background(t), ""))
}
