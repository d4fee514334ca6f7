package harness

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// PluginYAML is a plugin's configuration; spec is its `spec`, each line indented by two.
func PluginYAML(name, spec string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata:\n  name: " + name + "\nspec:\n" + spec
}

// Shell is a `command` for it that runs a script, with $0 and further arguments.
func Shell(script string, arguments ...string) string {
	list, err := json.Marshal(append([]string{"/bin/sh", "-c", script}, arguments...))
	if err != nil {
		panic(err)
	}
	return string(list)
}

// SocketOf is where a plugin of this name listens.
func (p Place) SocketOf(name string) string { return filepath.Join(p.Sockets, name+".sock") }

// PluginCommand is argocd-decrypt as a sidecar runs it with this plugin.yaml.
func (p Place) PluginCommand(t T, config string, args ...string) Command {
	t.Helper()
	Tree{"plugin.yaml": config}.Write(t, p.Home)
	return p.Command(t, append([]string{"--config", filepath.Join(p.Home, "plugin.yaml")}, args...)...)
}

// StockCMP is Argo CD's own plugin server; scripts/test builds one.
func StockCMP(t T) string {
	t.Helper()
	path := os.Getenv("ACD_STOCK_CMP")
	if path == "" {
		t.Fatalf("ACD_STOCK_CMP is not set: it names a stock argocd-cmp-server")
	}
	return executable(t, "ACD_STOCK_CMP", path)
}

// StockCommand is Argo CD's own plugin server as a sidecar runs it with this plugin.yaml.
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
