package harness

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	repoclient "github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var emptyRequest emptypb.Empty

// Client is Argo CD's own client of one plugin socket.
type Client struct {
	apiclient.ConfigManagementPluginServiceClient
	socket string
	close  func() error
}

func dialUnix(socket string) (net.Conn, error) { return net.DialTimeout("unix", socket, time.Second) }

// Connect dials as the repo-server does.
func (s *Server) Connect(t T) Client {
	t.Helper()
	client, err := s.Dial()
	Check(t, err)
	t.Cleanup(client.Close)
	return client
}

// Dial is Connect for callers without a test.
func (s *Server) Dial() (Client, error) { return dial(s.socket) }

func dial(socket string) (Client, error) {
	closer, client, err := apiclient.NewConfigManagementPluginClientSet(socket).NewConfigManagementPluginClient()
	if err != nil {
		return Client{}, err
	}
	return Client{client, socket, closer.Close}, nil
}

// Again is a second connection to the same server.
func (c Client) Again() (Client, error) { return dial(c.socket) }

// Close ends the connection, and with it each call on it.
func (c Client) Close() { c.close() }

// App is an Application as the repo-server sees it.
type App struct {
	Name       string
	Root       string // the repository
	Path       string // the application in it; empty for the root
	Parameters v1alpha1.ApplicationSourcePluginParameters
	Project    string   // empty: Project
	Env        []string // more of the repo-server's variables
	Hydrator   bool     // the source hydrator generates: no cluster, so empty KUBE_ variables
}

// What the destination cluster reports.
const (
	KubeVersion = "1.33.2"
	APIVersions = "apps/v1,apps/v1/Deployment,example.org/v1/Widget,v1,v1/Secret"
	Namespace   = "target"
	Project     = "team"
)

// Environment is what the repo-server sends: its newEnv, cluster variables and parameters.
func (a App) Environment() ([]string, error) {
	name := a.Name
	if name == "" {
		name = "sample"
	}
	project := a.Project
	if project == "" {
		project = Project
	}
	env := []string{
		"ARGOCD_APP_NAME=" + name, "ARGOCD_APP_NAMESPACE=" + Namespace, "ARGOCD_APP_PROJECT_NAME=" + project,
		"ARGOCD_APP_REVISION=0123456789abcdef0123456789abcdef01234567", "ARGOCD_APP_REVISION_SHORT=0123456",
		"ARGOCD_APP_REVISION_SHORT_8=01234567", "ARGOCD_APP_SOURCE_REPO_URL=https://git.example.org/team/repo.git",
		"ARGOCD_APP_SOURCE_PATH=" + a.Path, "ARGOCD_APP_SOURCE_TARGET_REVISION=main",
	}
	if a.Hydrator {
		env = append(env, "KUBE_VERSION=", "KUBE_API_VERSIONS=")
	} else {
		env = append(env, "KUBE_VERSION="+KubeVersion, "KUBE_API_VERSIONS="+APIVersions)
	}
	parameters, err := a.Parameters.Environ()
	return append(append(env, parameters...), a.Env...), err
}

// appDir is the application's folder.
func (a App) appDir() string {
	if a.Path == "" {
		return a.Root
	}
	return a.Root + "/" + a.Path
}

// stream is one of the calls that take a repository.
type stream[Response any] interface {
	cmp.StreamSender
	CloseAndRecv() (Response, error)
}

// ask opens a call, lets the repository be sent, and gives the answer.
func ask[Response any, Stream stream[Response]](
	ctx context.Context, open func(context.Context, ...grpc.CallOption) (Stream, error), send func(cmp.StreamSender) error,
) (Response, error) {
	var none Response
	call, err := open(ctx)
	if err != nil {
		return none, err
	}
	if err := send(call); err != nil {
		return none, err
	}
	return call.CloseAndRecv()
}

// Generate sends the repository and gives the server's manifests.
func (c Client) Generate(ctx context.Context, a App) ([]string, error) {
	env, err := a.Environment()
	if err != nil {
		return nil, err
	}
	response, err := ask(ctx, c.GenerateManifest, a.sender(ctx, env))
	return response.GetManifests(), err
}

// Answer to a request for manifests.
type Answer struct {
	Manifests []string
	Err       error
}

// InBackground is Generate for a caller that goes on. The answer waits in the channel.
func (c Client) InBackground(ctx context.Context, a App) chan Answer {
	done := make(chan Answer, 1)
	go func() {
		manifests, err := c.Generate(ctx, a)
		done <- Answer{manifests, err}
	}()
	return done
}

// Match asks whether the plugin is for an Application, with these variables only.
func (c Client) Match(ctx context.Context, a App, env []string) (*apiclient.RepositoryResponse, error) {
	return ask(ctx, c.MatchRepository, a.sender(ctx, env))
}

// Announce asks for an Application's parameters, with these variables only.
func (c Client) Announce(ctx context.Context, a App, env []string) ([]*repoclient.ParameterAnnouncement, error) {
	response, err := ask(ctx, c.GetParametersAnnouncement, a.sender(ctx, env))
	return response.GetParameterAnnouncements(), err
}

// sender packs and sends the repository.
func (a App) sender(ctx context.Context, env []string) func(cmp.StreamSender) error {
	return func(stream cmp.StreamSender) error {
		return cmp.SendRepoStream(ctx, a.appDir(), a.Root, stream, env, nil)
	}
}

// Packed is what the client sends of an Application, packed once: to measure a server without the
// client's packing.
type Packed []*apiclient.AppStreamRequest

// Send records a message; the sender may use its chunk again.
func (p *Packed) Send(message *apiclient.AppStreamRequest) error {
	if file := message.GetFile(); file != nil {
		message = &apiclient.AppStreamRequest{Request: &apiclient.AppStreamRequest_File{
			File: &apiclient.File{Chunk: slices.Clone(file.Chunk)},
		}}
	}
	*p = append(*p, message)
	return nil
}

// Pack is Generate's first half.
func Pack(t T, a App) Packed {
	t.Helper()
	env, err := a.Environment()
	Check(t, err)
	var packed Packed
	Check(t, a.sender(context.Background(), env)(&packed))
	return packed
}

// SendTo sends all of it.
func (p Packed) SendTo(stream cmp.StreamSender) error {
	for _, message := range p {
		if err := stream.Send(message); err != nil {
			return err
		}
	}
	return nil
}

// GeneratePacked is Generate's second half.
func (c Client) GeneratePacked(ctx context.Context, packed Packed) ([]string, error) {
	response, err := ask(ctx, c.GenerateManifest, packed.SendTo)
	return response.GetManifests(), err
}

// MatchPacked asks whether the plugin is for a repository.
func (c Client) MatchPacked(ctx context.Context, packed Packed) (*apiclient.RepositoryResponse, error) {
	return ask(ctx, c.MatchRepository, packed.SendTo)
}

// AnnouncePacked asks for an application's parameters.
func (c Client) AnnouncePacked(ctx context.Context, packed Packed) (*apiclient.ParametersAnnouncementResponse, error) {
	return ask(ctx, c.GetParametersAnnouncement, packed.SendTo)
}

// Check asks for the plugin's configuration.
func (c Client) Check(ctx context.Context) (*apiclient.CheckPluginConfigurationResponse, error) {
	return c.CheckPluginConfiguration(ctx, &emptyRequest)
}

// String is a parameter with a text.
func String(name, value string) v1alpha1.ApplicationSourcePluginParameter {
	return v1alpha1.ApplicationSourcePluginParameter{Name: name, String_: &value}
}

// Array is a parameter with a list.
func Array(name string, values ...string) v1alpha1.ApplicationSourcePluginParameter {
	return v1alpha1.ApplicationSourcePluginParameter{Name: name, OptionalArray: &v1alpha1.OptionalArray{Array: values}}
}

// Objects is what the repo-server makes of manifests, in order.
func Objects(t T, manifests ...string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for _, manifest := range manifests {
		split, err := kube.SplitYAML([]byte(manifest))
		if err != nil {
			t.Fatalf("Argo CD does not read a manifest: %v", err)
		}
		objects = append(objects, split...)
	}
	return objects
}

// SameObjects compares two renders object by object, in any order.
func SameObjects(t T, want, got []*unstructured.Unstructured) {
	t.Helper()
	left := map[string]string{}
	for _, o := range want {
		left[identity(o)] = asJSON(t, o)
	}
	for _, o := range got {
		id := identity(o)
		expected, ok := left[id]
		if !ok {
			t.Fatalf("unexpected (or repeated) object %s", id)
		}
		if actual := asJSON(t, o); actual != expected {
			t.Fatalf("%s differs:\nwant %s\ngot  %s", id, expected, actual)
		}
		delete(left, id)
	}
	for id := range left {
		t.Fatalf("object %s is missing", id)
	}
}

func identity(o *unstructured.Unstructured) string {
	return strings.Join([]string{o.GroupVersionKind().String(), o.GetNamespace(), o.GetName()}, " ")
}

func asJSON(t T, o *unstructured.Unstructured) string {
	t.Helper()
	text, err := o.MarshalJSON()
	Check(t, err)
	return string(text)
}
