package reflection

import (
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	v1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"argocd-decrypt/tests/interop/harness"
)

func TestListsTheStockServersServices(t *testing.T) {
	ours, stock := ours(t), stock(t)
	for name, by := range versions {
		got, want := by(ours, t).services(t), by(stock, t).services(t)
		if !slices.Equal(got, want) || len(got) != 5 {
			t.Errorf("%s: %v, and the stock server %v", name, got, want)
		}
	}
}

// The stock server finds nothing of plugin.proto and version.proto: their generated code registers itself with another
// protobuf library than the one that reflection looks into. What it does find, it answers in these words, on one stream.
func TestAnswersAsTheStockServer(t *testing.T) {
	const health, reflection, empty = "grpc.health.v1.", "grpc.reflection.v1.", "google.protobuf.Empty"
	questions := []*v1.ServerReflectionRequest{
		list(),
		symbol(health + "Health"), symbol(health + "Health.Check"), symbol(health + "Health.Watch"), symbol(health + "Health.Nothing"),
		symbol(health + "HealthCheckRequest.service"), symbol(health + "HealthCheckResponse.ServingStatus"),
		symbol(health + "HealthCheckResponse.SERVING"), symbol(health + "HealthCheckResponse.ServingStatus.SERVING"),
		symbol(health + "HealthListResponse.StatusesEntry.value"), symbol(health),
		symbol(reflection + "ServerReflectionRequest.message_request"), symbol(reflection + "ServerReflection.ServerReflectionInfo"),
		symbol("grpc.reflection.v1alpha.ServerReflection"), symbol(empty), symbol(""), symbol("."), symbol("." + empty), symbol("no.such.Name"),
		file("grpc/health/v1/health.proto"), file("google/protobuf/empty.proto"), file("no/such.proto"), file(""),
		file("grpc/reflection/v1/reflection.proto"), file("grpc/reflection/v1alpha/reflection.proto"),
		extension(empty, 5), extension("no.such.Name", 5), extension("", 0),
		extensions(empty), extensions(health + "Health"), extensions("no.such.Name"), extensions(""),
	}
	ours, stock := ours(t), stock(t)
	for name, by := range versions {
		askOurs, askStock := by(ours, t), by(stock, t)
		for _, question := range questions {
			got, err := askOurs(question)
			harness.Check(t, err)
			want, err := askStock(question)
			harness.Check(t, err)
			gotFiles, wantFiles := files(t, got), files(t, want)
			for i := range min(len(gotFiles), len(wantFiles)) {
				if !proto.Equal(gotFiles[i], wantFiles[i]) {
					t.Errorf("%s: %v: file %s differs:\n%s\nwant\n%s", name, question, gotFiles[i].GetName(), prototext.Format(gotFiles[i]), prototext.Format(wantFiles[i]))
				}
			}
			if len(gotFiles) != len(wantFiles) {
				t.Errorf("%s: %v: %d files, and from the stock server %d", name, question, len(gotFiles), len(wantFiles))
			}
			for _, answer := range []*v1.ServerReflectionResponse{got, want} {
				if e := answer.GetErrorResponse(); e != nil {
					e.ErrorMessage = ""
				}
				if f := answer.GetFileDescriptorResponse(); f != nil {
					f.FileDescriptorProto = nil
				}
			}
			if !proto.Equal(got, want) {
				t.Errorf("%s: %v:\ngot  %v\nwant %v", name, question, got, want)
			}
		}
	}
}

func TestAskingNothingEndsTheStream(t *testing.T) {
	for _, p := range []peer{ours(t), stock(t)} {
		for name, by := range versions {
			_, err := by(p, t)(&v1.ServerReflectionRequest{})
			if status.Code(err) != codes.InvalidArgument {
				t.Errorf("%s, %s: %v", p.name, name, err)
			}
		}
	}
}
