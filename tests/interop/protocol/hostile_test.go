package protocol_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

// answering prints the manifest, and first sleeps where the repository says so.
var answering = "  generate:\n    command: " + harness.Shell("[ ! -e sleep ] || sleep 1000; cat manifest.yaml") + "\n"

// Streams that tests/interop/cmp has not: each is an error, the next request is answered, and nothing is left.
func TestHostileStreams(t *testing.T) {
	for _, p := range []peer{stock, ours} {
		t.Run(string(p), func(t *testing.T) {
			s := p.start(t, setup{spec: answering, args: []string{"--max-entries", "2000"}})
			after := plainApp(t)
			free := unlimited(t, s.place.SocketOf(plugin))
			archive := harness.Archive(t, harness.File("manifest.yaml", configMap))
			for _, c := range hostileStreams(t) {
				if p == stock && c.oursOnly {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					stream, err := free.GenerateManifest(background(t))
					harness.Check(t, err)
					answer, err := c.send(t, stream, archive)
					if err == nil {
						t.Errorf("answered, with %d manifests", len(answer.GetManifests()))
					} else {
						t.Logf("%v", err)
					}
					s.stillGood(t, after)
				})
			}
			s.clean(t)
			if children := harness.Descendants(s.Pid); len(children) > 0 {
				t.Errorf("children are left: %v", children)
			}
		})
	}
}

type generateStream = apiclient.ConfigManagementPluginService_GenerateManifestClient

type hostileStream struct {
	name     string
	oursOnly bool // the stock server has no such limit
	send     func(*testing.T, generateStream, []byte) (*apiclient.ManifestResponse, error)
}

func hostileStreams(t *testing.T) []hostileStream {
	t.Helper()
	metadata := func(t *testing.T, archive []byte) *apiclient.AppStreamRequest {
		message, err := harness.RawRequest{Archive: archive}.Metadata()
		harness.Check(t, err)
		return message
	}
	// whole sends an archive to its end, wherever the server's answer comes.
	whole := func(make func(*testing.T) []byte) func(*testing.T, generateStream, []byte) (*apiclient.ManifestResponse, error) {
		return func(t *testing.T, stream generateStream, _ []byte) (*apiclient.ManifestResponse, error) {
			archive := make(t)
			harness.Check(t, stream.Send(metadata(t, archive)))
			for len(archive) > 0 {
				n := min(64<<10, len(archive))
				if err := stream.Send(harness.FileMessage(archive[:n])); err != nil {
					break
				}
				archive = archive[n:]
			}
			return stream.CloseAndRecv()
		}
	}
	return []hostileStream{
		{name: "Nothing", send: func(t *testing.T, stream generateStream, _ []byte) (*apiclient.ManifestResponse, error) {
			return stream.CloseAndRecv()
		}},
		{name: "MetadataOnly", send: func(t *testing.T, stream generateStream, archive []byte) (*apiclient.ManifestResponse, error) {
			harness.Check(t, stream.Send(metadata(t, archive)))
			return stream.CloseAndRecv()
		}},
		{name: "EarlyClose", send: func(t *testing.T, stream generateStream, archive []byte) (*apiclient.ManifestResponse, error) {
			harness.Check(t, stream.Send(metadata(t, archive)))
			harness.Check(t, stream.Send(harness.FileMessage(archive[:len(archive)/2])))
			return stream.CloseAndRecv()
		}},
		{name: "ArchiveFirst", send: func(t *testing.T, stream generateStream, archive []byte) (*apiclient.ManifestResponse, error) {
			stream.Send(harness.FileMessage(archive))
			stream.Send(metadata(t, archive))
			return stream.CloseAndRecv()
		}},
		{name: "MetadataAtTheEnd", send: func(t *testing.T, stream generateStream, archive []byte) (*apiclient.ManifestResponse, error) {
			harness.Check(t, stream.Send(metadata(t, archive)))
			stream.Send(harness.FileMessage(archive))
			stream.Send(metadata(t, archive))
			return stream.CloseAndRecv()
		}},
		{name: "OversizeMessage", send: func(t *testing.T, stream generateStream, archive []byte) (*apiclient.ManifestResponse, error) {
			harness.Check(t, stream.Send(metadata(t, archive)))
			stream.Send(harness.FileMessage(make([]byte, 101<<20)))
			return stream.CloseAndRecv()
		}},
		{name: "GzipOfNothing", send: whole(func(t *testing.T) []byte { return []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff") })},
		{name: "NegativeLength", send: whole(func(t *testing.T) []byte {
			return harness.Gzip(t, tarHeader("manifest.yaml", "-0000000001"))
		})},
		{name: "LengthWithoutContent", send: whole(func(t *testing.T) []byte {
			return harness.Gzip(t, tarHeader("manifest.yaml", "77777777777"))
		})},
		{name: "ManyEntries", oursOnly: true, send: whole(func(t *testing.T) []byte {
			var entries []harness.Entry
			for i := range 2001 {
				entries = append(entries, harness.File(fmt.Sprintf("%d", i), ""))
			}
			return harness.Archive(t, entries...)
		})},
		{name: "DeepFolders", oursOnly: true, send: whole(func(t *testing.T) []byte {
			return harness.Archive(t, harness.File(strings.Repeat("d/", 2001)+"x", ""))
		})},
		{name: "GzipBomb", oursOnly: true, send: whole(func(t *testing.T) []byte {
			return harness.Bomb(t, harness.File("manifest.yaml", configMap), 256<<20)
		})},
	}
}

// tarHeader is one block of a tar archive, with any text for the size.
func tarHeader(name, size string) string {
	block := make([]byte, 512)
	copy(block, name)
	copy(block[100:], "0000644\x00")
	copy(block[124:], size+"\x00")
	copy(block[136:], "00000000000\x00")
	copy(block[148:], "        ")
	block[156] = '0'
	copy(block[257:], "ustar\x0000")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(block)
}

// Many who send a byte now and then hold up nobody, and are answered in the end.
func TestSlowClients(t *testing.T) {
	for _, p := range []peer{stock, ours} {
		t.Run(string(p), func(t *testing.T) {
			s := p.start(t, setup{spec: answering})
			app := plainApp(t)
			archive := harness.Archive(t, harness.File("manifest.yaml", configMap))
			var slow sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				slow.Add(1)
				go func() {
					defer slow.Done()
					request := harness.RawRequest{Archive: archive, Chunk: len(archive)/40 + 1, Between: func(int) *apiclient.AppStreamRequest {
						time.Sleep(50 * time.Millisecond)
						return nil
					}}
					_, errs[i] = request.Generate(background(t), s.Client)
				}()
			}
			for range 10 {
				begun := time.Now()
				s.stillGood(t, app)
				if took := time.Since(begun); took > 10*time.Second {
					t.Errorf("a request beside them took %v", took)
				}
			}
			slow.Wait()
			for _, err := range errs {
				harness.Check(t, err)
			}
			s.clean(t)
		})
	}
}

// A thousand streams that nobody ends properly, at each stage: nothing is left of them.
func TestThousandAbortedStreams(t *testing.T) {
	for _, p := range []peer{stock, ours} {
		t.Run(string(p), func(t *testing.T) {
			s := p.start(t, setup{spec: answering})
			good := plainApp(t)
			for range 5 {
				s.stillGood(t, good)
			}
			before := openFiles(t, s.Pid)
			archive := harness.Archive(t, harness.File("manifest.yaml", configMap), harness.File("big.bin", incompressible(200<<10)))
			for stage, abort := range aborts(t, archive) {
				t.Run(stage, func(t *testing.T) {
					abortMany(t, s, 225, abort)
					s.stillGood(t, good)
				})
			}
			t.Run("WhileRendering", func(t *testing.T) { abortRenders(t, s, 25, 4) })
			s.stillGood(t, good)
			harness.WaitFor(t, 20*time.Second, s.CheckIdle)
			// The stock server kills what is left 5 s later, and holds on to it until then.
			harness.WaitFor(t, 20*time.Second, func() error {
				if children := harness.Descendants(s.Pid); len(children) > 0 {
					return fmt.Errorf("children: %v", children)
				}
				if now := openFiles(t, s.Pid); p == ours && now > before+8 { // Go closes some when it collects garbage
					return fmt.Errorf("%d open files, %d before", now, before)
				}
				return nil
			})
		})
	}
}

// aborts are the stages of a stream at which its client may give up.
func aborts(t *testing.T, archive []byte) map[string]func(generateStream) {
	t.Helper()
	metadata, err := harness.RawRequest{Archive: archive}.Metadata()
	harness.Check(t, err)
	return map[string]func(generateStream){
		"BeforeMetadata": func(generateStream) {},
		"AfterMetadata":  func(stream generateStream) { stream.Send(metadata) },
		"MidArchive": func(stream generateStream) {
			stream.Send(metadata)
			stream.Send(harness.FileMessage(archive[:len(archive)/3]))
			stream.Send(harness.FileMessage(archive[len(archive)/3 : len(archive)/2]))
		},
		"AfterTheArchive": func(stream generateStream) {
			stream.Send(metadata)
			stream.Send(harness.FileMessage(archive))
			stream.CloseSend()
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		},
	}
}

// abortMany opens streams from a few connections. Every third client breaks its connection, too.
func abortMany(t *testing.T, s *server, count int, abort func(generateStream)) {
	t.Helper()
	var clients sync.WaitGroup
	for worker := range 5 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for range count / 5 {
				connection := &breakable{socket: s.place.SocketOf(plugin)}
				client := s.Client
				if worker%3 == 0 {
					client = connection.client()
				}
				ctx, cancel := context.WithCancel(context.Background())
				if stream, err := client.GenerateManifest(ctx); err == nil {
					abort(stream)
				}
				connection.Break()
				cancel()
			}
		}()
	}
	clients.Wait()
}

// abortRenders gives up when the commands of all of a batch run.
func abortRenders(t *testing.T, s *server, batches, size int) {
	t.Helper()
	app := repo(t, harness.Tree{"manifest.yaml": configMap, "sleep": ""}, "")
	for range batches {
		mark := harness.NewMark(t)
		app.Env = []string{string(mark)}
		ctx, cancel := context.WithCancel(context.Background())
		var answers []chan harness.Answer
		for range size {
			answers = append(answers, s.InBackground(ctx, app))
		}
		harness.WaitFor(t, 30*time.Second, func() error {
			if running := mark.Commands("sleep"); len(running) < size {
				return fmt.Errorf("%d of %d commands run", len(running), size)
			}
			return nil
		})
		cancel()
		for _, done := range answers {
			if got := <-done; got.Err == nil {
				t.Error("answered")
			}
		}
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	}
}

func openFiles(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	harness.Check(t, err)
	return len(entries)
}

// Connections that end in the middle of what they say.
func TestBrokenConnections(t *testing.T) {
	for _, p := range []peer{stock, ours} {
		t.Run(string(p), func(t *testing.T) {
			s := p.start(t, setup{spec: answering})
			for _, says := range []string{"", "GET / HTTP/1.1\r\n\r\n", preface[:10], preface, preface + emptySettings[:5], preface + emptySettings + "\x00\x40\x00\x01\x04\x00\x00\x00\x01half",
				preface + emptySettings + "\xff\xff\xff\x00\x00\x00\x00\x00\x01", strings.Repeat("\x00", 4096)} {
				for range 10 {
					connection, err := net.Dial("unix", s.place.SocketOf(plugin))
					harness.Check(t, err)
					io.WriteString(connection, says)
					connection.Close()
				}
			}
			s.stillGood(t, plainApp(t))
			s.clean(t)
		})
	}
}
