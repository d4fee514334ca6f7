package harness

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
)

// RawRequest is a stream as Argo CD's SendRepoStream would never send it.
type RawRequest struct {
	App      App
	Archive  []byte
	Checksum *string // nil: the right one
	Size     int64
	Chunk    int                                     // bytes in a message; 0: 64 KiB
	Before   []*apiclient.AppStreamRequest           // in place of the metadata, when not nil
	Between  func(i int) *apiclient.AppStreamRequest // sent before chunk i, when not nil
}

// Checksum is what the metadata has to say about an archive.
func Checksum(archive []byte) string {
	sum := sha256.Sum256(archive)
	return hex.EncodeToString(sum[:])
}

// Metadata is the first message of a good stream.
func (r RawRequest) Metadata() (*apiclient.AppStreamRequest, error) {
	environment, err := r.App.Environment()
	if err != nil {
		return nil, err
	}
	metadata := &apiclient.ManifestRequestMetadata{AppName: "sample", AppRelPath: r.App.Path, Checksum: Checksum(r.Archive), Size_: r.Size}
	if metadata.AppRelPath == "" {
		metadata.AppRelPath = "."
	}
	if r.Checksum != nil {
		metadata.Checksum = *r.Checksum
	}
	for _, entry := range environment {
		name, value, _ := bytes.Cut([]byte(entry), []byte("="))
		metadata.Env = append(metadata.Env, &apiclient.EnvEntry{Name: string(name), Value: string(value)})
	}
	return &apiclient.AppStreamRequest{Request: &apiclient.AppStreamRequest_Metadata{Metadata: metadata}}, nil
}

// FileMessage is a message with bytes of the archive.
func FileMessage(chunk []byte) *apiclient.AppStreamRequest {
	return &apiclient.AppStreamRequest{Request: &apiclient.AppStreamRequest_File{File: &apiclient.File{Chunk: chunk}}}
}

var errNotDrained = errors.New("the server ended the stream before the client did: Argo CD would show EOF instead of the cause")

// Generate sends the stream to its end and gives the server's answer.
func (r RawRequest) Generate(ctx context.Context, c Client) ([]string, error) {
	stream, err := c.GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	return r.Finish(stream)
}

// Finish is Generate on a stream that is open already.
func (r RawRequest) Finish(stream apiclient.ConfigManagementPluginService_GenerateManifestClient) ([]string, error) {
	if err := r.send(stream.Send); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errNotDrained
		}
		return nil, err
	}
	response, err := stream.CloseAndRecv()
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}

// GenerateToItsStatus is Generate by a client that, unlike Argo CD's, asks for the status of a stream which the server ended early.
func (r RawRequest) GenerateToItsStatus(ctx context.Context, c Client) ([]string, error) {
	stream, err := c.GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.send(stream.Send); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	response, err := stream.CloseAndRecv()
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}

func (r RawRequest) send(send func(*apiclient.AppStreamRequest) error) error {
	first := r.Before
	if first == nil {
		metadata, err := r.Metadata()
		if err != nil {
			return err
		}
		first = append(first, metadata)
	}
	for _, message := range first {
		if err := send(message); err != nil {
			return err
		}
	}
	size := r.Chunk
	if size == 0 {
		size = 64 << 10
	}
	for i, rest := 0, r.Archive; len(rest) > 0; i++ {
		if r.Between != nil {
			if message := r.Between(i); message != nil {
				if err := send(message); err != nil {
					return err
				}
			}
		}
		n := min(size, len(rest))
		if err := send(FileMessage(rest[:n])); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// IsNotDrained tells the failure that hides a server's own words.
func IsNotDrained(err error) bool { return errors.Is(err, errNotDrained) }

// Entry is one member of a hand-made archive.
type Entry struct {
	tar.Header
	Body string
}

// File is a regular file's entry.
func File(name, body string) Entry {
	return Entry{tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg}, body}
}

// Link is a symlink's entry.
func Link(name, target string) Entry {
	return Entry{tar.Header{Name: name, Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink}, ""}
}

// Archive packs entries in the given order, as they are.
func Archive(t T, entries ...Entry) []byte {
	t.Helper()
	return ArchiveWithTail(t, "", entries...)
}

// ArchiveWithTail has more bytes after the end of the tar, inside the gzip stream.
func ArchiveWithTail(t T, tail string, entries ...Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	for _, entry := range entries {
		entry.Header.Size = int64(len(entry.Body))
		Check(t, archive.WriteHeader(&entry.Header))
		_, err := io.WriteString(archive, entry.Body)
		Check(t, err)
	}
	Check(t, archive.Close())
	_, err := io.WriteString(zip, tail)
	Check(t, err)
	Check(t, zip.Close())
	return out.Bytes()
}

// Gzip packs any text.
func Gzip(t T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	_, err := io.WriteString(zip, text)
	Check(t, err)
	Check(t, zip.Close())
	return out.Bytes()
}

// Bomb is an archive with one file of zeros after a good one, far larger than its own size.
func Bomb(t T, good Entry, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	good.Header.Size = int64(len(good.Body))
	Check(t, archive.WriteHeader(&good.Header))
	_, err := io.WriteString(archive, good.Body)
	Check(t, err)
	Check(t, archive.WriteHeader(&tar.Header{Name: "zeros", Mode: 0o644, Typeflag: tar.TypeReg, Size: size}))
	zeros := make([]byte, 1<<20)
	for written := int64(0); written < size; written += int64(len(zeros)) {
		_, err := archive.Write(zeros[:min(int64(len(zeros)), size-written)])
		Check(t, err)
	}
	Check(t, archive.Close())
	Check(t, zip.Close())
	if ratio := size / int64(out.Len()); ratio < 500 {
		Check(t, fmt.Errorf("the bomb's ratio is only %d", ratio))
	}
	return out.Bytes()
}
