package reflection

import (
	"testing"

	v1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	v1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"argocd-decrypt/tests/interop/harness"
)

// ask sends a request on one stream of questions and gives the answer.
type ask func(*v1.ServerReflectionRequest) (*v1.ServerReflectionResponse, error)

func (p peer) asksV1(t *testing.T) ask {
	t.Helper()
	stream, err := v1.NewServerReflectionClient(p).ServerReflectionInfo(background(t))
	harness.Check(t, err)
	return func(request *v1.ServerReflectionRequest) (*v1.ServerReflectionResponse, error) {
		if err := stream.Send(request); err != nil {
			return nil, err
		}
		return stream.Recv()
	}
}

// asksV1Alpha speaks the older protocol, whose messages have the same bytes.
func (p peer) asksV1Alpha(t *testing.T) ask {
	t.Helper()
	stream, err := v1alpha.NewServerReflectionClient(p).ServerReflectionInfo(background(t))
	harness.Check(t, err)
	return func(request *v1.ServerReflectionRequest) (*v1.ServerReflectionResponse, error) {
		var older v1alpha.ServerReflectionRequest
		translate(t, request, &older)
		if err := stream.Send(&older); err != nil {
			return nil, err
		}
		answer, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		var newer v1.ServerReflectionResponse
		translate(t, answer, &newer)
		return &newer, nil
	}
}

func translate(t *testing.T, from, to proto.Message) {
	t.Helper()
	bytes, err := proto.Marshal(from)
	harness.Check(t, err)
	harness.Check(t, proto.Unmarshal(bytes, to))
}

// versions are the two protocols.
var versions = map[string]func(peer, *testing.T) ask{"v1": peer.asksV1, "v1alpha": peer.asksV1Alpha}

func list() *v1.ServerReflectionRequest {
	return &v1.ServerReflectionRequest{MessageRequest: &v1.ServerReflectionRequest_ListServices{ListServices: "*"}}
}

func file(name string) *v1.ServerReflectionRequest {
	return &v1.ServerReflectionRequest{Host: "a host", MessageRequest: &v1.ServerReflectionRequest_FileByFilename{FileByFilename: name}}
}

func symbol(name string) *v1.ServerReflectionRequest {
	return &v1.ServerReflectionRequest{MessageRequest: &v1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: name}}
}

func extension(of string, number int32) *v1.ServerReflectionRequest {
	return &v1.ServerReflectionRequest{MessageRequest: &v1.ServerReflectionRequest_FileContainingExtension{
		FileContainingExtension: &v1.ExtensionRequest{ContainingType: of, ExtensionNumber: number},
	}}
}

func extensions(of string) *v1.ServerReflectionRequest {
	return &v1.ServerReflectionRequest{MessageRequest: &v1.ServerReflectionRequest_AllExtensionNumbersOfType{AllExtensionNumbersOfType: of}}
}

// services is the list of services.
func (a ask) services(t *testing.T) []string {
	t.Helper()
	answer, err := a(list())
	harness.Check(t, err)
	var names []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		names = append(names, service.Name)
	}
	return names
}

// files are the files of an answer.
func files(t *testing.T, answer *v1.ServerReflectionResponse) []*descriptorpb.FileDescriptorProto {
	t.Helper()
	var all []*descriptorpb.FileDescriptorProto
	for _, bytes := range answer.GetFileDescriptorResponse().GetFileDescriptorProto() {
		var one descriptorpb.FileDescriptorProto
		harness.Check(t, proto.Unmarshal(bytes, &one))
		all = append(all, &one)
	}
	return all
}
