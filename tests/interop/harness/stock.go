package harness

import (
	"os"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
)

// StartStock starts Argo CD's own plugin server in a place, with a plugin.yaml, and waits until it answers.
func StartStock(t T, p Place, pluginYAML string) *Server {
	t.Helper()
	command := p.StockCommand(t, pluginYAML)
	return Start(t, p, command, p.SocketOf(pluginName(t, pluginYAML)))
}

// StartConfigured starts argocd-decrypt likewise, with the same plugin.yaml.
func StartConfigured(t T, p Place, pluginYAML string, args ...string) *Server {
	t.Helper()
	command := p.PluginCommand(t, pluginYAML, args...)
	return Start(t, p, command, p.SocketOf(pluginName(t, pluginYAML)))
}

// pluginName is the name of the socket, as Argo CD reads the configuration.
func pluginName(t T, pluginYAML string) string {
	t.Helper()
	dir := TempDir(t, "")
	Check(t, os.WriteFile(filepath.Join(dir, "plugin.yaml"), []byte(pluginYAML), 0o644))
	config, err := plugin.ReadPluginConfig(dir)
	Check(t, err)
	if config.Spec.Version != "" {
		return config.Metadata.Name + "-" + config.Spec.Version
	}
	return config.Metadata.Name
}
