package cmp_test

import (
	"archive/tar"
	"context"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

// good is the encrypted file that every hand-made archive below holds.
func (f *fixture) good(t *testing.T) harness.Entry {
	t.Helper()
	return harness.File("secret.yaml", f.key.Encrypt(t, "secret.yaml", f.goodSecret()))
}

func text(s string) *string { return &s }

// Streams that Argo CD's SendRepoStream cannot make: each is refused with words of the server's own,
// after the stream's end, and the next request is answered.
func TestBadStreamsAreRefused(t *testing.T) {
	f := newFixture(t)
	after := f.goodApp(t)
	good := f.good(t)
	archive := harness.Archive(t, good)
	metadata, err := harness.RawRequest{Archive: archive}.Metadata()
	harness.Check(t, err)
	second := func(i int) *apiclient.AppStreamRequest {
		if i == 1 {
			return metadata
		}
		return nil
	}

	cases := []struct {
		name    string
		request harness.RawRequest
		says    []string
	}{
		{"WrongChecksum", harness.RawRequest{Archive: archive, Checksum: text(harness.Checksum([]byte("x")))}, []string{"checksum"}},
		{"UpperCaseChecksum", harness.RawRequest{Archive: archive, Checksum: text(strings.ToUpper(harness.Checksum(archive)))}, []string{"checksum"}},
		{"EmptyChecksum", harness.RawRequest{Archive: archive, Checksum: text("")}, []string{"checksum"}},
		{"SecondMetadata", harness.RawRequest{Archive: archive, Chunk: 100, Between: second}, []string{"metadata"}},
		{"NoMetadata", harness.RawRequest{Archive: archive, Before: []*apiclient.AppStreamRequest{harness.FileMessage(nil)}}, []string{"metadata"}},
		{"EmptyMessageFirst", harness.RawRequest{Archive: archive, Before: []*apiclient.AppStreamRequest{{}}}, []string{"metadata"}},
		{"NoArchive", harness.RawRequest{}, nil},
		{"NotGzip", harness.RawRequest{Archive: []byte(strings.Repeat("not a gzip stream", 100))}, nil},
		{"TruncatedGzip", harness.RawRequest{Archive: archive[:len(archive)/2]}, nil},
		{"NoArchiveFooterOfGzip", harness.RawRequest{Archive: archive[:len(archive)-4]}, nil},
		{"EntryAbove", harness.RawRequest{Archive: harness.Archive(t, good, harness.File("../x", "x"))}, []string{"../x"}},
		{"EntryAboveInside", harness.RawRequest{Archive: harness.Archive(t, good, harness.File("a/../../x", "x"))}, []string{"a/../../x"}},
		{"AbsoluteLink", harness.RawRequest{Archive: harness.Archive(t, good, harness.Link("leak.yaml", "/etc/hostname"))}, nil},
		{"LinkAbove", harness.RawRequest{Archive: harness.Archive(t, good, harness.Link("leak.yaml", "../../../../../../etc/hostname"))}, []string{"leak.yaml"}},
		{"LinkChain", harness.RawRequest{Archive: harness.Archive(t, good, harness.Link("d/up", ".."), harness.Link("d/up/e", "../s"))}, nil},
		{"WriteThroughALink", harness.RawRequest{Archive: harness.Archive(t, good, harness.Link("d", "../.."), harness.File("d/x", "x"))}, nil},
		{"GzipBomb", harness.RawRequest{Archive: harness.Bomb(t, good, 256<<20)}, nil},
		{"AppOutside", harness.RawRequest{App: harness.App{Path: "../.."}, Archive: archive}, nil},
		{"AppIsMissing", harness.RawRequest{App: harness.App{Path: "nowhere"}, Archive: archive}, []string{"nowhere"}},
		{"AppIsALinkOut", harness.RawRequest{App: harness.App{Path: "out"}, Archive: harness.Archive(t, good, harness.Link("out", "../.."))}, nil},
		{"AppIsAFile", harness.RawRequest{App: harness.App{Path: "secret.yaml"}, Archive: archive}, []string{"secret.yaml"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f.refused(t, c.says, func(ctx context.Context) ([]string, error) { return c.request.Generate(ctx, f.Client) })
			f.stillGood(t, after)
		})
	}
	f.clean(t)
}

// Unusual streams that are right all the same.
func TestUnusualStreamsAreAccepted(t *testing.T) {
	f := newFixture(t)
	good := f.good(t)
	archive := harness.Archive(t, good)
	special := harness.Archive(t,
		harness.Entry{Header: tar.Header{Name: ".", Mode: 0o755, Typeflag: tar.TypeDir}},
		harness.Entry{Header: tar.Header{Name: "empty-folder", Mode: 0o755, Typeflag: tar.TypeDir}},
		harness.Entry{Header: tar.Header{Name: "fifo", Mode: 0o644, Typeflag: tar.TypeFifo}},
		harness.Entry{Header: tar.Header{Name: "device", Mode: 0o644, Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}},
		harness.Entry{Header: tar.Header{Name: "hard", Linkname: "/etc/passwd", Mode: 0o644, Typeflag: tar.TypeLink}},
		harness.Link("dangling", "nowhere"), harness.Link("inside", "secret.yaml.d/../secret.yaml"),
		harness.File("empty-file", ""), harness.File("über/"+strings.Repeat("long-name/", 20)+"file.txt", "x"),
		good)

	cases := map[string]harness.RawRequest{
		"OneByteChunks":      {Archive: archive, Chunk: 1},
		"OneMessage":         {Archive: archive, Chunk: len(archive)},
		"WrongSize":          {Archive: archive, Size: 1 << 40},
		"NegativeSize":       {Archive: archive, Size: -1},
		"EmptyChunks":        {Archive: archive, Chunk: 50, Between: func(int) *apiclient.AppStreamRequest { return harness.FileMessage(nil) }},
		"SpecialEntries":     {Archive: special},
		"DotInThePath":       {App: harness.App{Path: "./."}, Archive: archive},
		"LargeSingleFile":    {Archive: harness.Archive(t, good, harness.File("big.bin", incompressible(8<<20)))},
		"GarbageAfterTheTar": {Archive: harness.ArchiveWithTail(t, strings.Repeat("garbage", 5000), good), Chunk: 7},
	}
	for name, request := range cases {
		t.Run(name, func(t *testing.T) {
			manifests, err := request.Generate(background(t), f.Client)
			harness.Check(t, err)
			harness.SameObjects(t, harness.Objects(t, f.goodSecret()), harness.Objects(t, manifests...))
		})
	}
	f.clean(t)
}

// incompressible is a text that gzip cannot shrink much, the same in every run.
func incompressible(n int) string {
	var b strings.Builder
	state := uint64(1)
	for b.Len() < n {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		b.WriteByte(byte(state >> 32))
	}
	return b.String()
}
