package announcements

import (
	"encoding/json"
	"testing"

	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

// stock is Argo CD's own plugin server, which calls the commands `discover` and `parameters`.
// ACD_STOCK_CMP names it; scripts/test builds it.
func stock(t *testing.T) *fixture {
	t.Helper()
	p := harness.NewPlace(t)
	binary := harness.Binary(t)
	config := `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: stock
spec:
  generate:
    command: [` + binary + `, generate]
  discover:
    find:
      command: [` + binary + `, discover]
  parameters:
    dynamic:
      command: [` + binary + `, parameters]
`
	f := &fixture{place: p, key: harness.NewKey(t)}
	command := p.StockCommand(t, config)
	command.Env = append(command.Env, "TMPDIR="+p.Work) // for our commands' own folders: in memory
	f.server = harness.Start(t, p, command, p.SocketOf("stock"))
	f.Client = f.server.Connect(t)
	return f
}

func TestTheStockServerDiscoversByOurCommand(t *testing.T) {
	f := stock(t)
	tree, samples := discoverable(t, f.key)
	for _, s := range samples {
		app := repo(t, tree, s.path)
		for _, env := range [][]string{nil, question(t, app)} {
			if match := f.match(t, app, env); match.IsSupported != s.want || !match.IsDiscoveryEnabled {
				t.Errorf("%s: %v", s.path, match)
			}
		}
	}
}

func TestTheStockServerAnnouncesByOurCommand(t *testing.T) {
	f := stock(t)
	ours := start(t, false)
	for _, app := range []harness.App{repo(t, chart(), ""), repo(t, overlay(), "overlay"), repo(t, harness.Tree{"a/x.yaml": secret}, "a")} {
		want, got := ours.announce(t, app), f.announce(t, app)
		if len(want) != len(got) {
			t.Errorf("%s: %d announced by our server, %d by the stock one", app.Path, len(want), len(got))
		}
		for name, a := range want {
			if text(t, a) != text(t, got[name]) {
				t.Errorf("%s differs:\n%s\n%s", name, text(t, a), text(t, got[name]))
			}
		}
	}
}

func text(t *testing.T, a *apiclient.ParameterAnnouncement) string {
	t.Helper()
	out, err := json.Marshal(a)
	harness.Check(t, err)
	return string(out)
}
