package main

import (
	"fmt"
	"strings"

	"argocd-decrypt/tests/interop/harness"
)

// repository: many files, of which the application is one small manifest, and a plugin without work.
func (b *bench) repository() {
	b.repositoryOf(2_000, max(5, b.rounds/2), 5)
	b.repositoryOf(10_000, max(5, b.rounds/4), 1)
}

// repositoryOf has a pair of servers of its own, so that what one size left does not count for another.
func (b *bench) repositoryOf(files, rounds, each int) {
	app := harness.App{Root: harness.Tmpfs(b), Path: "apps/small"}
	monorepo(files).With(harness.Tree{"apps/small/manifest.yaml": manifest}).Write(b, app.Root)
	packed := harness.Pack(b, app)
	p, floor := b.pair(b.noOp()), b.floor(packed)
	generate := p.load(1, each, generating(packed))
	inTurn(rounds, floor.measure, generate[0].batch, generate[1].batch)
	match := p.load(1, each, matching(packed))
	inTurn(rounds, match[0].batch, match[1].batch)

	what := fmt.Sprintf("server, %d files (%s packed): ", files, mebibytes(floor.size()))
	ours, stock := generate[0], generate[1]
	b.table.ratio(what+"CPU a request", ours.cpu.median(), stock.cpu.median(), 0.4, milliseconds)
	b.table.ratio("  against the floor: sha256, gunzip, untar, remove in Go", ours.cpu.median(), floor.cpu.median(), 1.15, milliseconds)
	b.wallRows(what, ours, stock, 0)
	b.table.ratio("  peak memory", peak(b, p.ours), peak(b, p.stock), 0, mebibytes)
	b.table.ratio("  memory afterwards", b.settledRSS(p.ours.Pid), b.settledRSS(p.stock.Pid), 0, mebibytes)
	b.wallRows(what+"MatchRepository, ", match[0], match[1], 0.4)
	b.table.ratio("  CPU a request", match[0].cpu.median(), match[1].cpu.median(), 0, milliseconds)
}

func peak(b *bench, s *harness.Server) float64 { return float64(harness.PeakRSS(b, s.Pid)) }

// wallRows shows two loads' times; the limit is for p50.
func (b *bench) wallRows(what string, ours, stock *load, limit float64) {
	b.table.ratio(what+"wall, p50", ours.wall.median(), stock.wall.median(), limit, milliseconds)
	b.table.ratio("  wall, p99", ours.wall.percentile(99), stock.wall.percentile(99), 0, milliseconds)
}

// monorepo is always the same: files of 10 kB, half noise and half text, so that gzip halves them.
func monorepo(files int) harness.Tree {
	tree := harness.Tree{}
	state := uint64(42)
	random := func() byte {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		return byte(state >> 32)
	}
	for i := range files {
		var content strings.Builder
		for content.Len() < 10_000 {
			for range 64 {
				content.WriteByte(random())
			}
			content.WriteString("# a line of text that comes again and again in this repository\n")
		}
		tree[fmt.Sprintf("teams/team-%02d/service-%02d/file-%d.txt", i/100, i/10%10, i%10)] = content.String()
	}
	return tree
}
