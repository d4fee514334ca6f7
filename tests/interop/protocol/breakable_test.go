package protocol_test

import (
	"context"
	"net"
	"sync"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"argocd-decrypt/tests/interop/harness"
)

// breakable is a client's connection that ends without a word, as when the client is killed.
type breakable struct {
	socket string

	mutex      sync.Mutex
	sockets    []net.Conn
	connection *grpc.ClientConn
}

func (b *breakable) client() harness.Client {
	connection, err := grpc.NewClient("passthrough:///"+b.socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, path string) (net.Conn, error) {
			socket, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
			if err == nil {
				b.mutex.Lock()
				b.sockets = append(b.sockets, socket)
				b.mutex.Unlock()
			}
			return socket, err
		}))
	if err != nil {
		panic(err) // the options above are right or wrong for good
	}
	b.connection = connection
	return harness.Client{ConfigManagementPluginServiceClient: apiclient.NewConfigManagementPluginServiceClient(connection)}
}

// Break ends the connection, if there is one.
func (b *breakable) Break() {
	b.mutex.Lock()
	for _, socket := range b.sockets {
		socket.Close()
	}
	b.mutex.Unlock()
	if b.connection != nil {
		b.connection.Close()
	}
}
