package reflection

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"

	_ "github.com/argoproj/argo-cd/v3/cmpserver/apiclient" // registers plugin.proto and what it imports
	_ "github.com/argoproj/argo-cd/v3/pkg/apiclient/version"
	gogo "github.com/gogo/protobuf/proto"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

// collect asks for all files behind all services, as a client does that knows nothing.
func (a ask) collect(t *testing.T) *descriptorpb.FileDescriptorSet {
	t.Helper()
	var set descriptorpb.FileDescriptorSet
	seen := map[string]bool{}
	for _, service := range a.services(t) {
		answer, err := a(symbol(service))
		harness.Check(t, err)
		if e := answer.GetErrorResponse(); e != nil {
			t.Fatalf("%s: %v", service, e)
		}
		for _, file := range files(t, answer) {
			if !seen[file.GetName()] {
				set.File = append(set.File, file)
			}
			seen[file.GetName()] = true
		}
	}
	return &set
}

func (a ask) registry(t *testing.T) *protoregistry.Files {
	t.Helper()
	registry, err := protodesc.NewFiles(a.collect(t))
	harness.Check(t, err)
	return registry
}

// generated is a descriptor in Argo CD's own generated code, without options.
func generated(t *testing.T, name string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(gogo.FileDescriptor(name)))
	harness.Check(t, err)
	content, err := io.ReadAll(reader)
	harness.Check(t, err)
	var file descriptorpb.FileDescriptorProto
	harness.Check(t, proto.Unmarshal(content, &file))
	return withoutOptions(&file)
}

func withoutOptions(file *descriptorpb.FileDescriptorProto) *descriptorpb.FileDescriptorProto {
	file.Options = nil
	for _, service := range file.Service {
		for _, method := range service.Method {
			method.Options = nil
		}
	}
	return file
}

func same(t *testing.T, what string, got, want proto.Message) {
	t.Helper()
	if !proto.Equal(got, want) {
		t.Errorf("%s:\n%s\nand Argo CD's:\n%s", what, prototext.Format(got), prototext.Format(want))
	}
}

func TestDescriptorsAreThoseOfArgoCD(t *testing.T) {
	served := map[string]*descriptorpb.FileDescriptorProto{}
	for _, file := range ours(t).asksV1(t).collect(t).File {
		served[file.GetName()] = withoutOptions(file)
	}
	const plugin, version, repository = "cmpserver/plugin/plugin.proto", "server/version/version.proto", "reposerver/repository/repository.proto"
	same(t, plugin, served[plugin], generated(t, plugin))

	want := generated(t, version)
	// The annotation that makes it an HTTP resource is an option, and this the file that defines it.
	want.Dependency = slices.DeleteFunc(want.Dependency, func(name string) bool { return name == "google/api/annotations.proto" })
	same(t, version, served[version], want)

	ours := served["github.com/argoproj/argo-cd/v3/"+repository].GetMessageType()
	for _, message := range generated(t, repository).MessageType {
		if message.GetName() == "ParameterAnnouncement" {
			same(t, repository, ours[0], message)
		}
	}
	if len(ours) != 1 {
		t.Errorf("%s has %d messages", repository, len(ours))
	}
}

// call calls a method of which only reflection is known.
func call(t *testing.T, p peer, registry *protoregistry.Files, service protoreflect.FullName, method protoreflect.Name, request map[protoreflect.Name]string) *dynamicpb.Message {
	t.Helper()
	found, err := registry.FindDescriptorByName(service)
	harness.Check(t, err)
	m := found.(protoreflect.ServiceDescriptor).Methods().ByName(method)
	in, out := dynamicpb.NewMessage(m.Input()), dynamicpb.NewMessage(m.Output())
	for name, value := range request {
		in.Set(m.Input().Fields().ByName(name), protoreflect.ValueOfString(value))
	}
	harness.Check(t, p.Invoke(background(t), "/"+string(service)+"/"+string(method), in, out))
	if len(out.GetUnknown()) > 0 {
		t.Errorf("%s: the answer has fields that reflection does not know", method)
	}
	return out
}

func field(message *dynamicpb.Message, name protoreflect.Name) protoreflect.Value {
	return message.Get(message.Descriptor().Fields().ByName(name))
}

func TestReflectionIsEnoughToCall(t *testing.T) {
	p := ours(t)
	for name, by := range versions {
		t.Run(name, func(t *testing.T) {
			registry := by(p, t).registry(t)
			check := call(t, p, registry, "plugin.ConfigManagementPluginService", "CheckPluginConfiguration", nil)
			if field(check, "isDiscoveryConfigured").Bool() {
				t.Errorf("%v", check)
			}
			version := call(t, p, registry, "version.VersionService", "Version", nil)
			if field(version, "Version").String() == "" {
				t.Errorf("%v", version)
			}
			health := call(t, p, registry, "grpc.health.v1.Health", "Check", map[protoreflect.Name]string{"service": ""})
			if field(health, "status").Enum() != 1 {
				t.Errorf("%v", health)
			}
			input, err := registry.FindDescriptorByName("plugin.ConfigManagementPluginService.CheckPluginConfiguration")
			harness.Check(t, err)
			if got := input.(protoreflect.MethodDescriptor).Input().FullName(); got != (&emptypb.Empty{}).ProtoReflect().Descriptor().FullName() {
				t.Errorf("CheckPluginConfiguration takes a %s", got)
			}
		})
	}
}
