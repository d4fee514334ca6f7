package protocol_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

// Items 37 to 40: the process as a whole, and what it may start.
var lifeItems = []item{
	{
		number: "37", given: "SIGTERM: removes the socket, finishes running calls, exits 0",
		stock: "the socket is removed; the running call is answered; runs on", ours: "the socket is removed; the running call is answered; exits 0",
		why: "a pod would linger until the grace period's end", run: sigterm,
	},
	{
		number: "38", given: "the health service: SERVING, and NOT_FOUND for other names",
		both: "SERVING; of another name: NotFound",
		run:  health,
	},
	{
		number: "38a", given: "server reflection: lists the services",
		both: "lists the plugin service, version.VersionService, grpc.health.v1.Health, grpc.reflection.v1.ServerReflection, grpc.reflection.v1alpha.ServerReflection",
		run:  reflection,
	},
	{
		number: "39", given: "twenty calls for one repository at once: works in as many trees",
		both: "20 answers, each of a tree of its own",
		run:  atOnce,
	},
	{
		number: "40", given: "a kustomization whose `ref` is an option of git's, or whose `helmGlobals.configHome` has a plugin of helm's: runs neither",
		stock: "has no renderer of its own", ours: "runs neither",
		why: "what a command does is its own business (tests/interop/kustomize has the built-in renderer's guards)", run: kustomizeGuards,
	},
}

// gated is a plugin whose command waits until a file is there.
func gated(gate string) string {
	return "  generate:\n    command: " + harness.Shell("while [ ! -e "+gate+" ]; do sleep 0.05; done; cat manifest.yaml") + "\n"
}

func sigterm(t *testing.T, p peer, r *record) {
	gate := filepath.Join(harness.Tmpfs(t), "gate")
	s := p.start(t, setup{spec: gated(gate)})
	app, mark := marked(t)
	done := s.InBackground(background(t), app)
	mark.AwaitCommand(t, "sleep")
	s.Signal(t, syscall.SIGTERM)
	harness.WaitFor(t, 10*time.Second, func() error {
		if exists(s.place.SocketOf(plugin)) {
			return os.ErrExist
		}
		return nil
	})
	r.fact("the socket is removed")
	time.Sleep(200 * time.Millisecond)
	harness.Check(t, os.WriteFile(gate, nil, 0o644))
	answer := <-done
	r.either(answer.Err == nil, "the running call is answered", fmt.Sprintf("the running call: %v", answer.Err))
	if p == stock {
		time.Sleep(2 * time.Second)
		r.either(syscall.Kill(s.Pid, 0) == nil, "runs on", "ends")
		return
	}
	if code := s.AwaitExit(t, 10*time.Second); code == 0 {
		r.fact("exits 0")
	} else {
		r.fact("exits %d", code)
	}
	s.clean(t)
}

// dial is a connection for services that Argo CD's client does not ask.
func (s *server) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient("unix://"+s.place.SocketOf(plugin), grpc.WithTransportCredentials(insecure.NewCredentials()))
	harness.Check(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

func health(t *testing.T, p peer, r *record) {
	place := harness.NewPlace(t)
	place.AddKey(t, harness.NewKey(t)) // ours is not healthy without the keys that it was told of
	client := healthpb.NewHealthClient(p.startAt(t, place, setup{spec: printFile}).dial(t))
	answer, err := client.Check(background(t), &healthpb.HealthCheckRequest{})
	harness.Check(t, err)
	r.fact("%s", answer.Status)
	_, err = client.Check(background(t), &healthpb.HealthCheckRequest{Service: "no.such.Service"})
	r.fact("of another name: %s", status.Code(err))
}

func reflection(t *testing.T, p peer, r *record) {
	connection := p.start(t, setup{spec: printFile}).dial(t)
	stream, err := reflectionpb.NewServerReflectionClient(connection).ServerReflectionInfo(background(t))
	harness.Check(t, err)
	harness.Check(t, stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}))
	list, err := stream.Recv()
	if err != nil {
		r.fact("no reflection: %s", status.Code(err))
		return
	}
	listed := map[string]bool{}
	for _, service := range list.GetListServicesResponse().GetService() {
		listed[service.Name] = true
	}
	t.Logf("%v", listed)
	var known []string
	for _, name := range []string{
		"plugin.ConfigManagementPluginService", "version.VersionService", "grpc.health.v1.Health",
		"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
	} {
		if listed[name] {
			known = append(known, strings.ReplaceAll(name, "plugin.ConfigManagementPluginService", "the plugin service"))
		}
	}
	r.fact("lists %s", strings.Join(known, ", "))
}

func atOnce(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell(`echo "$ARGOCD_ENV_N" >mine; sleep 0.3
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata:\n  number: "%s"\n  dir: "%s"\n' "$(cat mine)" "$PWD"`) + "\n"})
	root := plainApp(t).Root
	const calls = 20
	folders, errs := make([]string, calls), make([]error, calls)
	var requests sync.WaitGroup
	for n := range calls {
		requests.Add(1)
		go func() {
			defer requests.Done()
			var manifests []string
			manifests, errs[n] = s.Generate(background(t), harness.App{Root: root, Env: []string{fmt.Sprintf("ARGOCD_ENV_N=%d", n)}})
			folders[n] = strings.Join(manifests, "")
		}()
	}
	requests.Wait()
	seen := map[string]bool{}
	for n := range calls {
		harness.Check(t, errs[n])
		if got := dataOf(t, []string{folders[n]}, "number"); got != fmt.Sprint(n) {
			t.Errorf("call %d saw the file of call %s", n, got)
		}
		seen[dataOf(t, []string{folders[n]}, "dir")] = true
	}
	r.fact("%d answers, each of a tree of its own", len(seen))
	s.clean(t)
}
