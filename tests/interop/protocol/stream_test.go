package protocol_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

const earlyEnd = "the stock server ends the stream at once, so that Argo CD shows `EOF` and not the cause"

// Items 7 to 12: the stream of a request.
var streamItems = []item{
	{
		number: "7", given: "a first message without metadata: reads the stream to its end, then fails",
		stock: "refused, and Argo CD shows EOF; no command has run", ours: "refused in words about metadata; no command has run",
		why: earlyEnd, run: noMetadata,
	},
	{
		number: "8", given: "a second metadata message: reads the stream to its end, then fails",
		stock: "refused, and Argo CD shows EOF; no command has run", ours: "refused in words about metadata; no command has run",
		why: earlyEnd, run: secondMetadata,
	},
	{
		number: "9", given: "a digest of other bytes, or in upper case: fails, and nothing of the archive is used or left",
		both: "other bytes: refused in words about checksum; upper case: refused in words about checksum; no command has run; nothing is left",
		run:  badDigests,
	},
	{
		number: "10", given: "empty chunks, chunks of one byte, or one giant chunk: the same tree",
		both: "3 forms, one tree",
		run:  chunks,
	},
	{
		number: "11", given: "`size` 0, negative or far too large: succeeds",
		both: "0: accepted; -1: accepted; 1 TiB: accepted",
		run:  sizes,
	},
	{
		number: "12", given: "a failure known before the stream's end (here: no folder for the request): Argo CD's client sees the server's text",
		stock: "Argo CD shows EOF", ours: "Argo CD shows the server's text",
		why: earlyEnd, run: earlyFailure,
	},
}

// marking is a plugin whose command leaves a file, when it runs.
func marking(t *testing.T) (string, string) {
	t.Helper()
	mark := filepath.Join(harness.Tmpfs(t), "ran")
	return "  generate:\n    command: " + harness.Shell("touch "+mark+"; cat manifest.yaml") + "\n", mark
}

// largeArchive does not fit into what a connection holds unread: who does not read to the end, is noticed.
func largeArchive(t *testing.T) []byte { return stored(t, 4<<20) }

// refusal is how a stream's failure looks to Argo CD.
func refusal(t *testing.T, err error, about string) string {
	t.Helper()
	switch {
	case err == nil:
		return "accepted"
	case harness.IsNotDrained(err):
		return "refused, and Argo CD shows EOF"
	case strings.Contains(err.Error(), about):
		return "refused in words about " + about
	default:
		return err.Error()
	}
}

// refuse sends a stream that must not be answered; then a good one is.
func refuse(t *testing.T, p peer, r *record, request harness.RawRequest, about string) {
	t.Helper()
	spec, mark := marking(t)
	s := p.start(t, setup{spec: spec})
	_, err := request.Generate(background(t), s.Client)
	r.fact("%s", refusal(t, err, about))
	s.clean(t)
	r.either(exists(mark), "the command has run", "no command has run")
	s.stillGood(t, plainApp(t))
}

func noMetadata(t *testing.T, p peer, r *record) {
	refuse(t, p, r, harness.RawRequest{Archive: largeArchive(t), Before: []*apiclient.AppStreamRequest{harness.FileMessage(nil)}}, "metadata")
}

func secondMetadata(t *testing.T, p peer, r *record) {
	archive := largeArchive(t)
	metadata, err := harness.RawRequest{Archive: archive}.Metadata()
	harness.Check(t, err)
	refuse(t, p, r, harness.RawRequest{Archive: archive, Between: func(i int) *apiclient.AppStreamRequest {
		if i == 1 {
			return metadata
		}
		return nil
	}}, "metadata")
}

func badDigests(t *testing.T, p peer, r *record) {
	spec, mark := marking(t)
	s := p.start(t, setup{spec: spec})
	archive := largeArchive(t)
	other, upper := harness.Checksum([]byte("x")), strings.ToUpper(harness.Checksum(archive))
	for _, digest := range []struct{ name, text string }{{"other bytes", other}, {"upper case", upper}} {
		_, err := harness.RawRequest{Archive: archive, Checksum: &digest.text}.Generate(background(t), s.Client)
		r.fact("%s: %s", digest.name, refusal(t, err, "checksum"))
	}
	r.either(exists(mark), "the command has run", "no command has run")
	s.clean(t)
	r.fact("nothing is left")
	s.stillGood(t, plainApp(t))
}

func chunks(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	archive := harness.Archive(t, harness.File("manifest.yaml", configMap), harness.File("d/e/x.txt", strings.Repeat("text ", 1000)), harness.Link("l", "d/e"))
	trees := map[string]bool{}
	for _, request := range []harness.RawRequest{
		{Archive: archive, Chunk: 10, Between: func(int) *apiclient.AppStreamRequest { return harness.FileMessage(nil) }},
		{Archive: archive, Chunk: 1},
		{Archive: archive, Chunk: len(archive)},
	} {
		manifests, err := request.Generate(background(t), s.Client)
		harness.Check(t, err)
		trees[dataOf(t, manifests, "tree")] = true
	}
	if len(trees) == 1 {
		r.fact("3 forms, one tree")
	} else {
		r.fact("%v", trees)
	}
	s.clean(t)
}

func sizes(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	archive := harness.Archive(t, harness.File("manifest.yaml", configMap))
	for _, size := range []struct {
		name  string
		value int64
	}{{"0", 0}, {"-1", -1}, {"1 TiB", 1 << 40}} {
		manifests, err := harness.RawRequest{Archive: archive, Size: size.value}.Generate(background(t), s.Client)
		if err == nil {
			harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
		}
		r.fact("%s: %s", size.name, refusal(t, err, "size"))
	}
}

// earlyFailure takes the folder away in which requests get theirs.
func earlyFailure(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	entries, err := os.ReadDir(s.place.Work)
	harness.Check(t, err)
	for _, entry := range entries {
		harness.Check(t, os.RemoveAll(filepath.Join(s.place.Work, entry.Name())))
	}
	harness.Check(t, os.WriteFile(filepath.Join(s.place.Work, "_cmp_server"), nil, 0o600))
	harness.Check(t, os.WriteFile(filepath.Join(s.place.Work, "argocd-decrypt"), nil, 0o600))
	app := repo(t, harness.Tree{"manifest.yaml": configMap, "big.bin": incompressible(4 << 20)}, "")
	_, err = s.Generate(background(t), app)
	t.Logf("%v", err)
	switch {
	case err == nil:
		r.fact("accepted")
	case strings.Contains(err.Error(), "EOF"):
		r.fact("Argo CD shows EOF")
	default:
		r.fact("Argo CD shows the server's text")
	}
}

// generate is a stream with a hand-made archive.
func (s *server) generate(ctx context.Context, path string, archive []byte) ([]string, error) {
	return harness.RawRequest{App: harness.App{Path: path}, Archive: archive}.Generate(ctx, s.Client)
}
