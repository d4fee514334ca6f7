package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// startup: how soon a server answers, and what it holds while it does nothing.
func (b *bench) startup() {
	var ready, idle [2]samples
	for range max(5, b.rounds/2) {
		for i, start := range []func() *harness.Server{b.ours, b.stock} {
			s := start()
			ready[i].time(s.Ready)
			idle[i].add(float64(b.settledRSS(s.Pid)))
			s.Kill(b)
		}
	}
	b.table.ratio("server: ready", ready[0].median(), ready[1].median(), 0.25, milliseconds)
	b.table.ratio("server: idle memory", idle[0].median(), idle[1].median(), 0.25, mebibytes)
}

// settledRSS is the memory of a server that has stopped changing it.
func (b *bench) settledRSS(pid int) int64 {
	last := harness.RSS(b, pid)
	for range 20 {
		time.Sleep(50 * time.Millisecond)
		now := harness.RSS(b, pid)
		if now == last {
			break
		}
		last = now
	}
	return last
}

// batch is how many requests share a reading: the kernel counts a server's time in steps of 10 ms.
const batch = 5

// repository: 2,000 files, 20 MB, of which the application is one small manifest.
func (b *bench) repository() {
	app := harness.App{Root: harness.Tmpfs(b), Path: "apps/small"}
	monorepo().With(harness.Tree{"apps/small/manifest.yaml": manifest}).Write(b, app.Root)
	archive := b.floor(app.Root)

	servers := []*harness.Server{b.ours(), b.stock()}
	var clients []harness.Client
	for _, s := range servers {
		c := s.Connect(b)
		clients = append(clients, c)
		b.generate(c, app) // the first request pays for lazy initialisation
	}
	var cpu, wall [2]samples
	for range max(5, b.rounds/2) {
		for i, s := range servers {
			before := harness.CPU(b, s.Pid)
			for range batch {
				start := time.Now()
				b.generate(clients[i], app)
				wall[i].time(time.Since(start))
			}
			cpu[i].time((harness.CPU(b, s.Pid) - before) / batch)
		}
	}
	what := fmt.Sprintf("server, 2,000 files (%s packed): ", mebibytes(float64(archive)))
	b.table.ratio(what+"CPU a request", cpu[0].median(), cpu[1].median(), 0.6, milliseconds)
	b.table.ratio(what+"wall, p50", wall[0].median(), wall[1].median(), 0, milliseconds)
	b.table.ratio(what+"wall, p99", wall[0].percentile(99), wall[1].percentile(99), 0, milliseconds)
	b.table.ratio("server: memory after that", float64(b.settledRSS(servers[0].Pid)), float64(b.settledRSS(servers[1].Pid)), 0, mebibytes)
}

func (b *bench) generate(c harness.Client, app harness.App) []string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	manifests, err := c.Generate(ctx, app)
	harness.Check(b, err)
	if len(manifests) == 0 {
		b.Fatalf("no manifests")
	}
	return manifests
}

// monorepo is always the same: files of 10 kB, half noise and half text, so that gzip halves them.
func monorepo() harness.Tree {
	tree := harness.Tree{}
	state := uint64(42)
	random := func() byte {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		return byte(state >> 32)
	}
	for i := range 2000 {
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
