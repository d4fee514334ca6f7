package cluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Ports below those that the kernel gives to outgoing connections, so that none is taken between the
// look here and the server's start.
const (
	firstPort = 20000
	lastPort  = 32000
)

var given = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

// freePort is a loopback port that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	given.Lock()
	defer given.Unlock()
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if given.ports[port] {
			continue
		}
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		listener.Close()
		given.ports[port] = true
		return port
	}
	t.Fatalf("no free port in %d..%d", firstPort, lastPort)
	return 0
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
