package main

import (
	"argocd-decrypt/tests/interop/harness"
)

const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: small\ndata:\n  key: value\n"

// ours starts argocd-decrypt in a place of its own.
func (b *bench) ours() *harness.Server { return harness.StartServer(b, harness.NewPlace(b)) }

// stock starts Argo CD's own plugin server; its generate command prints one small manifest.
func (b *bench) stock() *harness.Server {
	p := harness.NewPlace(b)
	return harness.Start(b, p, p.StockCommand(b, `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: stock
spec:
  generate:
    command: [/bin/cat, manifest.yaml]
`), p.SocketOf("stock"))
}
