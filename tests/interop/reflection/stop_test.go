package reflection

import (
	"net"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// Streams and connections on which nothing happens don't keep a server from ending, whose grace is 20 seconds.
func TestIdleClientsDoNotHoldUpTheEnd(t *testing.T) {
	for name, connect := range map[string]func(*testing.T, peer){
		"none":              func(*testing.T, peer) {},
		"connection":        func(t *testing.T, p peer) { p.version(t) },
		"reflection stream": func(t *testing.T, p peer) { p.asksV1(t).services(t) },
		"health watch":      func(t *testing.T, p peer) { next(t, p.watch(t, background(t), "")) },
		"unknown watch":     func(t *testing.T, p peer) { next(t, p.watch(t, background(t), "x")) },
		"silent connection": func(t *testing.T, p peer) { silent(t, p, "") },
		"speechless client": func(t *testing.T, p peer) {
			silent(t, p, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
		},
		"all of them at once": func(t *testing.T, p peer) { everything(t, p) },
	} {
		t.Run(name, func(t *testing.T) {
			p := ours(t)
			connect(t, p)
			time.Sleep(300 * time.Millisecond) // idle means that the last answer has long been read
			start := time.Now()
			p.server.Signal(t, syscall.SIGTERM)
			if code := p.server.AwaitExit(t, 2*time.Second); code != 0 {
				t.Errorf("exit %d\n%s", code, p.server.Log())
			}
			t.Logf("ended after %v", time.Since(start))
		})
	}
}

// silent is a connection whose other end says only this.
func silent(t *testing.T, p peer, words string) {
	t.Helper()
	connection, err := net.Dial("unix", p.place.Socket())
	harness.Check(t, err)
	t.Cleanup(func() { connection.Close() })
	_, err = connection.Write([]byte(words))
	harness.Check(t, err)
}

func everything(t *testing.T, p peer) {
	t.Helper()
	for range 3 {
		p.asksV1(t).services(t)
		p.asksV1Alpha(t).services(t)
		next(t, p.watch(t, background(t), ""))
		silent(t, p, "")
		silent(t, p, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	}
}
