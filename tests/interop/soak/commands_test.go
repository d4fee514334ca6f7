package soak_test

import (
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// pluginYAML has a command for each thing that a plugin may have one for. What `generate` does is the Application's
// choice: also to fail, to outlast its caller, and to leave a process behind.
const pluginYAML = `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: soak
spec:
  init:
    command: [/bin/true]
  generate:
    command: [/bin/sh, -c]
    args:
      - |
        case "$ARGOCD_ENV_DO" in
          fail) echo refused >&2; exit 3 ;;
          sleep) sleep 60 | cat ;;
          stubborn) trap '' TERM; sleep 60; sleep 60 ;;
          behind) sleep 60 >/dev/null 2>&1 & ;;
        esac
        cat ./*.yaml
  discover:
    find:
      command: [/bin/sh, -c, "ls found 2>/dev/null || true"]
  parameters:
    dynamic:
      command: [/bin/echo, '[{"name": "dynamic"}]']
`

// ownCommands runs an operator's commands, as the stock server does.
func ownCommands(t *testing.T) *soaked {
	t.Helper()
	root := harness.TempDir(t, "")
	harness.Tree{"app/config.yaml": configMap, "app/found": "", "other/config.yaml": configMap}.Write(t, root)
	pack := func(path, do string) harness.Packed {
		return harness.Pack(t, harness.App{Root: root, Path: path, Env: []string{"ARGOCD_ENV_DO=" + do}})
	}
	good := harness.Archive(t, harness.File("a.yaml", configMap))
	kinds := []kind{
		{name: "commands", weight: 40, call: generate(pack("app", ""), 1)},
		{name: "command that fails", weight: 10, call: generate(pack("app", "fail"), 0), fails: "refused"},
		{name: "command that leaves a process behind", weight: 10, call: generate(pack("app", "behind"), 1)},
		{name: "cancelled while a command runs", weight: 10, call: cancelled(pack("app", "sleep")), may: true},
		{name: "cancelled while a stubborn command runs", weight: 1, call: cancelled(pack("app", "stubborn")), may: true},
		{name: "configuration", weight: 10, call: configuration},
		{name: "match", weight: 10, call: match(pack("app", ""), true)},
		{name: "no match", weight: 10, call: match(pack("other", ""), false)},
		{name: "announcement", weight: 10, call: announce(pack("app", ""))},
	}
	return &soaked{
		what:   "commands of a plugin.yaml",
		server: harness.StartConfigured(t, harness.NewPlace(t), pluginYAML),
		kinds:  append(kinds, badStreams(pack("app", ""), good)...),
	}
}
