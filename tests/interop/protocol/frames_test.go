package protocol_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// HTTP/2's preface and the frames that matter here (RFC 9113).
const (
	preface       = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	emptySettings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	frameSettings = 4
	framePing     = 6
	frameGoAway   = 7
	flagAck       = 1
)

// frames hands a connection on, and counts what passes.
type frames struct {
	sync.Mutex
	pings, answers, goAways int
}

// watch puts itself between a server and its clients; its own socket's path is the answer.
func (f *frames) watch(t *testing.T, s *server, socket string) string {
	t.Helper()
	path := s.place.SocketOf("watched")
	listener, err := net.Listen("unix", path)
	harness.Check(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("unix", socket)
			if err != nil {
				client.Close()
				continue
			}
			go f.pass(client, upstream, len(preface), func(kind, flags byte) {
				if kind == framePing && flags&flagAck == 0 {
					f.pings++
				}
			})
			go f.pass(upstream, client, 0, func(kind, flags byte) {
				switch {
				case kind == framePing && flags&flagAck != 0:
					f.answers++
				case kind == frameGoAway:
					f.goAways++
				}
			})
		}
	}()
	return path
}

// pass copies one direction, frame by frame.
func (f *frames) pass(from, to net.Conn, skip int, count func(kind, flags byte)) {
	defer from.Close()
	defer to.Close()
	if _, err := io.CopyN(to, from, int64(skip)); err != nil {
		return
	}
	var header [9]byte
	for {
		if _, err := io.ReadFull(from, header[:]); err != nil {
			return
		}
		f.Lock()
		count(header[3], header[4])
		f.Unlock()
		length := int64(header[0])<<16 | int64(header[1])<<8 | int64(header[2])
		if _, err := to.Write(header[:]); err != nil {
			return
		}
		if _, err := io.CopyN(to, from, length); err != nil {
			return
		}
	}
}

// handshake speaks HTTP/2 until the server's own first frame has come.
func handshake(socket string, limit time.Duration) error {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(limit))
	if _, err := io.WriteString(connection, preface+emptySettings); err != nil {
		return err
	}
	var header [9]byte
	if _, err := io.ReadFull(connection, header[:]); err != nil {
		return err
	}
	if header[3] != frameSettings {
		return io.ErrUnexpectedEOF
	}
	return nil
}
