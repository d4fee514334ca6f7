package main

import (
	"context"
	"syscall"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// startup: how soon a server answers, what it holds while it does nothing, and how soon it is gone.
func (b *bench) startup() {
	var ready, rss, pss [2]samples
	inTurn(max(5, b.rounds/2), func() {
		for i, start := range []func(string) *harness.Server{b.ours, b.stock} {
			s := start(b.noOp())
			ready[i].time(s.Ready)
			rss[i].add(b.settledRSS(s.Pid))
			pss[i].add(float64(harness.PSS(b, s.Pid)))
			s.Kill(b)
		}
	})
	b.table.ratio("server: ready", ready[0].median(), ready[1].median(), 0.25, milliseconds)
	b.table.ratio("server: idle memory", rss[0].median(), rss[1].median(), 0.25, mebibytes)
	b.table.ratio("  shared pages counted in parts (PSS)", pss[0].median(), pss[1].median(), 0, mebibytes)
	b.table.value("  ours alone", rss[0].median()/(1<<20), 20, " MiB")
	b.stopping()
}

// stopping: SIGTERM while nothing runs. The stock server removes its socket then, and stays until it is killed.
func (b *bench) stopping() {
	const times, limit = 10, 100
	app := harness.App{Root: harness.Tmpfs(b), Path: "apps/small"}
	tenFiles().Write(b, app.Root)
	request := generating(harness.Pack(b, app))
	var fresh, used samples
	inTurn(times, func() { fresh.time(b.stop(b.ours(b.noOp()))) }, func() {
		s := b.ours(b.noOp())
		idle := s.Connect(b) // stays open
		for range 3 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			harness.Check(b, request(ctx, idle))
			cancel()
		}
		used.time(b.stop(s))
	})
	b.table.value("server: from SIGTERM to its end, the longest of 10", fresh.percentile(100)/1e6, limit, " ms")
	b.table.value("  after requests, with a connection open", used.percentile(100)/1e6, limit, " ms")
}

func (b *bench) stop(s *harness.Server) time.Duration {
	start := time.Now()
	s.Signal(b, syscall.SIGTERM)
	if code := s.AwaitExit(b, 10*time.Second); code != 0 {
		b.Fatalf("exit %d at SIGTERM\n%s", code, s.Log())
	}
	return time.Since(start)
}

// settledRSS is the memory of a server that has stopped changing it.
func (b *bench) settledRSS(pid int) float64 {
	last := harness.RSS(b, pid)
	for range 20 {
		time.Sleep(50 * time.Millisecond)
		now := harness.RSS(b, pid)
		if now == last {
			break
		}
		last = now
	}
	return float64(last)
}
