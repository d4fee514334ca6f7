// Package reflection compares what else is on the socket, versions, health and reflection, with the stock server's.
package reflection

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"argocd-decrypt/tests/interop/harness"
)

const stockConfig = `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: stock
spec:
  generate:
    command: [/bin/cat, manifest.yaml]
`

// peer is a running server and a connection to it.
type peer struct {
	name   string
	place  harness.Place
	server *harness.Server
	*grpc.ClientConn
}

func ours(t *testing.T) peer {
	t.Helper()
	p := harness.NewPlace(t)
	p.AddKey(t, harness.NewKey(t))
	return peer{"ours", p, harness.StartServer(t, p), dial(t, p.Socket())}
}

func stock(t *testing.T) peer {
	t.Helper()
	p := harness.NewPlace(t)
	socket := p.SocketOf("stock")
	return peer{"stock", p, harness.Start(t, p, p.StockCommand(t, stockConfig), socket), dial(t, socket)}
}

func dial(t *testing.T, socket string) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	harness.Check(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
