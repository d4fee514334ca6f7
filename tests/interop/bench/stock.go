package main

import (
	"os"
	"path/filepath"

	"argocd-decrypt/tests/interop/harness"
)

const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: small\ndata:\n  key: value\n"

// ours starts argocd-decrypt in a place of its own.
func (b *bench) ours() *harness.Server { return harness.StartServer(b, harness.NewPlace(b)) }

// stock starts Argo CD's own plugin server; its generate command prints one small manifest.
func (b *bench) stock() *harness.Server {
	path := os.Getenv("ACD_STOCK_CMP")
	if path == "" {
		b.Fatalf("ACD_STOCK_CMP is not set: it names a stock argocd-cmp-server")
	}
	p := harness.NewPlace(b)
	harness.Tree{"plugin.yaml": `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: stock
spec:
  generate:
    command: [/bin/cat, manifest.yaml]
`}.Write(b, p.Home)
	return harness.Start(b, p, harness.Command{
		Path: path, Args: []string{"--config-dir-path", p.Home}, Dir: p.Home,
		Env: []string{
			"PATH=/usr/bin:/bin", "HOME=" + p.Home, "TMPDIR=" + p.Work, "ARGOCD_CMP_WORKDIR=" + p.Work, "ARGOCD_PLUGINSOCKFILEPATH=" + p.Sockets,
		},
	}, filepath.Join(p.Sockets, "stock.sock"))
}
