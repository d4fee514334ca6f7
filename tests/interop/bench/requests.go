package main

import (
	"context"
	"fmt"

	"argocd-decrypt/tests/interop/harness"
)

// requests: 10 small files, and a plugin without work: what a request costs by itself. From one client, from 8 at
// once. Without a limit, because most of it is the same for both servers: a command that takes longer to start than the
// server takes for everything else, and what the repo-server does, which dials anew and asks for the configuration first.
func (b *bench) requests() {
	app := harness.App{Root: harness.Tmpfs(b), Path: "apps/small"}
	tenFiles().Write(b, app.Root)
	packed := harness.Pack(b, app)
	generate, match := generating(packed), matching(packed)
	p, cat := b.pair(b.noOp()), b.pair(printing("/bin/cat"))
	const each = 10
	for _, kind := range []struct {
		pair
		what    string
		call    call
		clients int
		limit   float64
	}{
		{p, "GenerateManifest", generate, 1, 0.6},
		{p, "GenerateManifest, 8 clients at once", generate, 8, 0.6},
		{p, "MatchRepository", match, 1, 0.4},
		{p, "MatchRepository, 8 clients at once", match, 8, 0.4},
		{cat, "GenerateManifest by /bin/cat", generate, 1, 0},
		{p, "dial, CheckPluginConfiguration, GenerateManifest", anew(generate), 1, 0},
	} {
		loads := kind.load(kind.clients, each, kind.call)
		inTurn(2*b.rounds, loads[0].batch, loads[1].batch)
		b.requestRows(fmt.Sprintf("server, 10 files, %s: ", kind.what), loads, kind.limit)
	}
}

func (b *bench) requestRows(what string, loads [2]*load, limit float64) {
	ours, stock := loads[0], loads[1]
	b.wallRows(what, ours, stock, limit)
	if len(ours.clients) > 1 {
		b.table.ratio("  an answer every", ours.every.median(), stock.every.median(), limit, milliseconds)
	}
	b.table.ratio("  CPU a request, its command's included", ours.cpu.mean(), stock.cpu.mean(), 0, milliseconds)
}

// anew is a call on a connection that is made for it.
func anew(next call) call {
	return func(ctx context.Context, c harness.Client) error {
		own, err := c.Again()
		if err != nil {
			return err
		}
		defer own.Close()
		if _, err := own.Check(ctx); err != nil {
			return err
		}
		return next(ctx, own)
	}
}

func tenFiles() harness.Tree {
	tree := harness.Tree{"apps/small/manifest.yaml": manifest}
	for i := range 9 {
		tree[fmt.Sprintf("apps/other-%d/manifest.yaml", i)] = manifest
	}
	return tree
}
