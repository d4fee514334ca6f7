package protocol_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

// Items 1 to 6: sockets, connections, and what a plugin says of itself.
var connectionItems = []item{
	{
		number: "1", given: "a name and a version: listens on `NAME-VERSION.sock`, without a version on `NAME.sock`; replaces a dead server's socket",
		both: "listens on NAME.sock; listens on NAME-VERSION.sock; replaces a dead socket",
		run:  socketNames,
	},
	{
		number: "2", given: "a connection from the socket's first moment on: completes the HTTP/2 handshake",
		both: "answers the preface each time",
		run:  firstMoment,
	},
	{
		number: "3", given: "a call in which nothing moves but the client's keepalive, a ping each 20 s (100 s; ten minutes with ACD_LONG_PINGS=1): never sends GOAWAY, and answers in the end",
		both: "answers the pings; no GOAWAY; the call is answered",
		run:  silence, last: true,
	},
	{
		number: "4", given: "a message of 64 MiB: accepts it; refuses one above 100 MiB, or above `ARGOCD_GRPC_MAX_SIZE_MB`",
		both: "64 MiB: accepted; 101 MiB: ResourceExhausted; with a limit of 1 MiB, 2 MiB: ResourceExhausted; answers the next request",
		run:  largeMessages,
	},
	{
		number: "5", given: "no discovery configured: says so, and matches nothing",
		both: "check: false; match: false, discovery: false",
		run:  noDiscovery,
	},
	{
		number: "6", given: "discovery configured by `fileName`, `find.glob` or `find.command`: says so, and whether the application matches",
		both: "fileName: check true, yes true/true, no false/true; find.glob: check true, yes true/true, no false/true; find.command: check true, yes true/true, no false/true",
		run:  discovery,
	},
	{
		number: "6a", given: "several of them: the first of fileName, find.glob, find.command decides alone",
		both: "fileName before find.glob: false; find.glob before find.command: false",
		run:  firstDiscoveryDecides,
	},
	{
		number: "6b", given: "a `find.command` that ends with an exit code: fails",
		both: "an error",
		run:  failingDiscovery,
	},
	{
		number: "6c", given: "a `find.glob` without a wildcard, or below a folder, where that file or folder is missing",
		stock: "file: an error; folder: an error", ours: "file: false; folder: false",
		why: "a repository without the file is one that doesn't match: an error makes a plugin fail for all other Applications",
		run: globOfNothing,
	},
}

func socketNames(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	socket := s.place.SocketOf(plugin)
	r.either(exists(socket), "listens on NAME.sock", "no NAME.sock")
	s.Kill(t)
	if !exists(socket) {
		t.Fatal("nothing was left to replace")
	}
	versioned := p.start(t, setup{spec: printFile, version: "v1.0"})
	r.either(exists(versioned.place.SocketOf(plugin+"-v1.0")) && !exists(versioned.place.SocketOf(plugin)), "listens on NAME-VERSION.sock", "no NAME-VERSION.sock")
	next := p.startAt(t, s.place, setup{spec: printFile})
	next.stillGood(t, plainApp(t))
	r.fact("replaces a dead socket")
}

// The client dials without a limit of its own: a socket behind which nobody speaks hangs the repo-server. Between bind and
// listen a connection is refused, and the client tries again.
func firstMoment(t *testing.T, p peer, r *record) {
	answered := 0
	const launches = 5
	for range launches {
		place := harness.NewPlace(t)
		command, socket := p.command(t, place, setup{spec: printFile})
		s := harness.Launch(t, place, command, socket)
		harness.WaitFor(t, 20*time.Second, func() error {
			_, err := os.Lstat(socket)
			return err
		})
		err := handshake(socket, 10*time.Second)
		for refusedUntil := time.Now().Add(time.Second); errors.Is(err, syscall.ECONNREFUSED) && time.Now().Before(refusedUntil); {
			err = handshake(socket, 10*time.Second)
		}
		if err == nil {
			answered++
		} else {
			t.Logf("%v", err)
		}
		s.Kill(t)
	}
	r.either(answered == launches, "answers the preface each time", "does not answer the preface")
}

// silentCall is a request in which nothing is sent for long.
type silentCall struct {
	frames
	begun  time.Time
	stream apiclient.ConfigManagementPluginService_GenerateManifestClient
}

// silentCalls are under way while the other items are looked at.
var silentCalls = map[peer]*silentCall{}

// begin opens the call, of a server that lives as long as t.
func (c *silentCall) begin(t *testing.T, p peer) {
	t.Helper()
	s := p.start(t, setup{spec: printFile})
	closer, client, err := apiclient.NewConfigManagementPluginClientSet(c.watch(t, s, s.place.SocketOf(plugin))).NewConfigManagementPluginClient()
	harness.Check(t, err)
	t.Cleanup(func() { closer.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	c.stream, err = client.GenerateManifest(ctx)
	harness.Check(t, err)
	c.begun = time.Now()
}

func silence(t *testing.T, p peer, r *record) {
	limit, pings := 100*time.Second, 4
	if os.Getenv("ACD_LONG_PINGS") != "" {
		limit, pings = 10*time.Minute, 28
	}
	c := silentCalls[p]
	time.Sleep(time.Until(c.begun.Add(limit)))
	request := harness.RawRequest{Archive: harness.Archive(t, harness.File("manifest.yaml", configMap))}
	manifests, err := request.Finish(c.stream)
	c.Lock()
	t.Logf("%d pings in %v, %d answers, %d GOAWAYs", c.pings, time.Since(c.begun).Round(time.Second), c.answers, c.goAways)
	if c.pings < pings {
		t.Errorf("only %d pings were sent", c.pings)
	}
	r.either(c.answers >= pings, "answers the pings", "does not answer the pings")
	r.either(c.goAways == 0, "no GOAWAY", "GOAWAY")
	c.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
	r.fact("the call is answered")
}

// stored is an archive of about n bytes that nothing can shrink.
func stored(t *testing.T, n int) []byte {
	t.Helper()
	return harness.Archive(t, harness.File("manifest.yaml", configMap), harness.File("big.bin", incompressible(n)))
}

// unlimited is a client that sends messages of any size.
func unlimited(t *testing.T, socket string) harness.Client {
	t.Helper()
	connection, err := grpc.NewClient("passthrough:///"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, path string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1<<30), grpc.MaxCallRecvMsgSize(1<<30)))
	harness.Check(t, err)
	t.Cleanup(func() { connection.Close() })
	return harness.Client{ConfigManagementPluginServiceClient: apiclient.NewConfigManagementPluginServiceClient(connection)}
}

// codeOf is the status of a stream that may have been ended while it was being sent.
func codeOf(t *testing.T, c harness.Client, request harness.RawRequest) string {
	t.Helper()
	_, err := request.GenerateToItsStatus(background(t), c)
	return status.Code(err).String()
}

func largeMessages(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	archive := stored(t, 64<<20)
	manifests, err := harness.RawRequest{Archive: archive, Chunk: 64 << 20}.Generate(background(t), s.Client)
	if err != nil {
		r.fact("64 MiB: %v", err)
	} else {
		harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
		r.fact("64 MiB: accepted")
	}
	free := unlimited(t, s.place.SocketOf(plugin))
	r.fact("101 MiB: %s", codeOf(t, free, harness.RawRequest{Archive: stored(t, 102<<20), Chunk: 101 << 20}))
	small := p.start(t, setup{spec: printFile, env: []string{"ARGOCD_GRPC_MAX_SIZE_MB=1"}})
	r.fact("with a limit of 1 MiB, 2 MiB: %s", codeOf(t, small.Client, harness.RawRequest{Archive: stored(t, 3<<20), Chunk: 2 << 20}))
	s.stillGood(t, plainApp(t))
	small.stillGood(t, plainApp(t))
	s.clean(t)
	r.fact("answers the next request")
}

func noDiscovery(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	r.fact("check: %v", s.check(t).IsDiscoveryConfigured)
	match, err := s.Match(background(t), plainApp(t), nil)
	harness.Check(t, err)
	r.fact("match: %v, discovery: %v", match.IsSupported, match.IsDiscoveryEnabled)
	s.clean(t)
}

// discoveries are the three ways to ask for a file `deep/marker.txt`, and what follows of them.
var discoveries = []struct{ name, spec string }{
	{"fileName", "  discover:\n    fileName: deep/*.txt\n"},
	{"find.glob", "  discover:\n    find:\n      glob: \"**/marker.{txt,md}\"\n"},
	{"find.command", "  discover:\n    find:\n      command: [/bin/sh]\n      args: [-c, \"find . -name 'marker.*'\"]\n"},
}

func discovery(t *testing.T, p peer, r *record) {
	yes := repo(t, harness.Tree{"app/manifest.yaml": configMap, "app/deep/marker.txt": "x"}, "app")
	no := repo(t, harness.Tree{"app/manifest.yaml": configMap, "marker.txt": "x"}, "app")
	for _, d := range discoveries {
		s := p.start(t, setup{spec: printFile + d.spec})
		yesMatch, err := s.Match(background(t), yes, nil)
		harness.Check(t, err)
		noMatch, err := s.Match(background(t), no, nil)
		harness.Check(t, err)
		r.fact("%s: check %v, yes %v/%v, no %v/%v", d.name, s.check(t).IsDiscoveryConfigured,
			yesMatch.IsSupported, yesMatch.IsDiscoveryEnabled, noMatch.IsSupported, noMatch.IsDiscoveryEnabled)
		s.clean(t)
	}
}

func firstDiscoveryDecides(t *testing.T, p peer, r *record) {
	app := plainApp(t)
	for _, d := range []struct{ name, spec string }{
		{"fileName before find.glob", "  discover:\n    find:\n      glob: \"*.yaml\"\n    fileName: \"*.none\"\n"},
		{"find.glob before find.command", "  discover:\n    find:\n      command: [/bin/echo, found]\n      glob: \"*.none\"\n"},
	} {
		s := p.start(t, setup{spec: printFile + d.spec})
		match, err := s.Match(background(t), app, nil)
		harness.Check(t, err)
		r.fact("%s: %v", d.name, match.IsSupported)
	}
}

// matched is a match in a word.
func (s *server) matched(t *testing.T, app harness.App) string {
	t.Helper()
	match, err := s.Match(background(t), app, nil)
	switch {
	case err != nil:
		t.Logf("%v", err)
		return "an error"
	case match.IsSupported:
		return "true"
	default:
		return "false"
	}
}

func failingDiscovery(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile + "  discover:\n    find:\n      command: " + harness.Shell("echo found; echo reason >&2; exit 3") + "\n"})
	r.fact("%s", s.matched(t, plainApp(t)))
	s.clean(t)
}

func globOfNothing(t *testing.T, p peer, r *record) {
	for _, g := range []struct{ name, glob string }{{"file", "missing.yaml"}, {"folder", "missing/*.yaml"}} {
		s := p.start(t, setup{spec: printFile + "  discover:\n    find:\n      glob: " + g.glob + "\n"})
		r.fact("%s: %s", g.name, s.matched(t, plainApp(t)))
	}
}
