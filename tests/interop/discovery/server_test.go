package discovery

import (
	"context"
	"encoding/json"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/util/cmp"

	"argocd-decrypt/tests/interop/harness"
)

// What the other test calls stock is what the real server does: a few patterns, each of them one server's
// configuration, in repositories of every kind.
func TestTheStockServerAnswersLikeItsFunctions(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	samples := []question{
		{"fileName", ".", "kustomization.yaml"}, {"fileName", "a", "*.yaml"}, {"fileName", ".", "*/*"}, {"fileName", ".", "["},
		{"fileName", "link", "[a-k]*"}, {"fileName", "none", "*"},
		{"glob", ".", "**/kustomization.yaml"}, {"glob", "a", "**"}, {"glob", ".", "*.{yaml,yml}"}, {"glob", ".", "kustomization.yaml"},
		{"glob", "link", "*"}, {"glob", ".", "*[z-a]"}, {"glob", ".", "none/*"},
	}
	for _, q := range samples {
		server := configured(t, q)
		for range 4 {
			dir := harness.Tmpfs(t)
			source, unpacked, packed := filepath.Join(dir, "source"), filepath.Join(dir, "unpacked"), filepath.Join(dir, "packed")
			harness.Check(t, os.MkdirAll(filepath.Join(source, "a"), 0o755))
			newRepository(t, r, source)
			if _, err := os.Lstat(filepath.Join(source, "link")); err != nil {
				harness.Check(t, os.Symlink("a", filepath.Join(source, "link")))
			}
			harness.Check(t, pack(source, unpacked, packed))
			want, _ := stock(unpacked, q)
			if got := served(t, server, source, q.app); got != want && !(got == "error" && (want == missing || want == malformed)) {
				t.Errorf("%s %q of application %q: the server says %s, its functions %s", q.kind, q.pattern, q.app, got, want)
			}
			if got := ask(t, packed, []question{q})[0]; got != want {
				t.Errorf("%s %q of application %q: Argo CD says %s, we say %s", q.kind, q.pattern, q.app, want, got)
			}
		}
	}
}

// configured is a stock server that discovers by the pattern.
func configured(t *testing.T, q question) harness.Client {
	t.Helper()
	path := os.Getenv("ACD_STOCK_CMP")
	if path == "" {
		t.Fatal("ACD_STOCK_CMP does not name a stock argocd-cmp-server; scripts/test builds one")
	}
	discover := map[string]any{"fileName": q.pattern}
	if q.kind == "glob" {
		discover = map[string]any{"find": map[string]any{"glob": q.pattern}}
	}
	config, err := json.Marshal(map[string]any{ // JSON is YAML
		"apiVersion": "argoproj.io/v1alpha1", "kind": "ConfigManagementPlugin", "metadata": map[string]any{"name": "stock"},
		"spec": map[string]any{"generate": map[string]any{"command": []string{"true"}}, "discover": discover},
	})
	harness.Check(t, err)
	p := harness.NewPlace(t)
	harness.Tree{"plugin.yaml": string(config)}.Write(t, p.Home)
	return harness.Start(t, p, harness.Command{
		Path: path, Args: []string{"--config-dir-path", p.Home}, Dir: p.Home,
		Env: []string{
			"PATH=/usr/bin:/bin", "HOME=" + p.Home, "TMPDIR=" + p.Work, "ARGOCD_CMP_WORKDIR=" + p.Work,
			"ARGOCD_PLUGINSOCKFILEPATH=" + p.Sockets,
		},
	}, filepath.Join(p.Sockets, "stock.sock")).Connect(t)
}

// served is the server's own answer: match, no match, or error.
func served(t *testing.T, client harness.Client, root, app string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stream, err := client.MatchRepository(ctx)
	harness.Check(t, err)
	harness.Check(t, cmp.SendRepoStream(ctx, filepath.Join(root, app), root, stream, nil, nil))
	response, err := stream.CloseAndRecv()
	switch {
	case err != nil:
		return "error"
	case response.IsSupported:
		return match
	}
	return noMatch
}
