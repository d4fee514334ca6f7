package harness

import (
	"os"
	"path/filepath"
)

// StockCMP is Argo CD's own plugin server; scripts/test builds one.
func StockCMP(t T) string {
	t.Helper()
	path := os.Getenv("ACD_STOCK_CMP")
	if path == "" {
		t.Fatalf("ACD_STOCK_CMP is not set: it names a stock argocd-cmp-server")
	}
	return executable(t, "ACD_STOCK_CMP", path)
}

// StockCommand is Argo CD's own plugin server as a sidecar runs it, with this plugin.yaml.
func (p Place) StockCommand(t T, config string, args ...string) Command {
	t.Helper()
	Tree{"plugin.yaml": config}.Write(t, p.Home)
	return Command{
		Path: StockCMP(t),
		Args: append([]string{"--config-dir-path", p.Home}, args...),
		Env: []string{
			"PATH=" + p.Bin + ":/usr/bin:/bin", "HOME=" + p.Home, "TMPDIR=" + p.Home, "ARGOCD_CMP_WORKDIR=" + p.Work,
			"ARGOCD_PLUGINSOCKFILEPATH=" + p.Sockets,
		},
		Dir: p.Home,
	}
}

// SocketOf is where a plugin of this name listens.
func (p Place) SocketOf(name string) string { return filepath.Join(p.Sockets, name+".sock") }
