package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: small\ndata:\n  key: value\n"

// noOp is a plugin with next to no work of its own, so that what is left is the server's.
func (b *bench) noOp() string { return printing(b.benchProgram("print_file")) }

// printing is a plugin whose command prints the application's manifest.
func printing(command string) string {
	return `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: bench
spec:
  discover:
    fileName: manifest.yaml
  generate:
    command: [` + command + `, manifest.yaml]
`
}

// ours starts argocd-decrypt in a place of its own, stock Argo CD's own plugin server; with the same plugin.yaml.
func (b *bench) ours(pluginYAML string) *harness.Server {
	return harness.StartConfigured(b, harness.NewPlace(b), pluginYAML)
}

func (b *bench) stock(pluginYAML string) *harness.Server {
	return harness.StartStock(b, harness.NewPlace(b), pluginYAML)
}

// pair is both servers.
type pair struct {
	b           *bench
	ours, stock *harness.Server
}

func (b *bench) pair(pluginYAML string) pair {
	return pair{b, b.ours(pluginYAML), b.stock(pluginYAML)}
}

// call is one request at a server.
type call func(context.Context, harness.Client) error

// load is calls of one kind at one server, from some clients at once.
type load struct {
	b       *bench
	server  *harness.Server
	clients []harness.Client
	each    int // calls of a client in a batch
	call    call
	wall    samples // of calls
	cpu     samples // of batches, per call
	every   samples // of batches: the time between one answer and the next
}

// load makes one for each server. The first call of each client is not measured: it pays for lazy initialisation.
func (p pair) load(clients, each int, call call) [2]*load {
	var loads [2]*load
	for i, s := range []*harness.Server{p.ours, p.stock} {
		l := &load{b: p.b, server: s, each: each, call: call}
		for range clients {
			l.clients = append(l.clients, s.Connect(p.b))
		}
		l.run(1)
		l.wall = nil
		loads[i] = l
	}
	return loads
}

// batch runs and measures the calls.
func (l *load) batch() {
	before, start := harness.CPU(l.b, l.server.Pid), time.Now()
	l.run(l.each)
	calls := time.Duration(l.each * len(l.clients))
	l.every.time(time.Since(start) / calls)
	l.cpu.time((harness.CPU(l.b, l.server.Pid) - before) / calls)
}

func (l *load) run(each int) {
	walls, errs := make([]samples, len(l.clients)), make([]error, len(l.clients))
	var all sync.WaitGroup
	for i, client := range l.clients {
		all.Go(func() { errs[i] = repeat(client, l.call, each, &walls[i]) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		l.b.Fatalf("%v\n%s", err, l.server.Log())
	}
	for _, wall := range walls {
		l.wall = append(l.wall, wall...)
	}
}

func repeat(client harness.Client, call call, times int, wall *samples) error {
	for range times {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		start := time.Now()
		err := call(ctx, client)
		wall.time(time.Since(start))
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// inTurn is how everything is compared: what else the machine does meets all alike.
func inTurn(rounds int, steps ...func()) {
	for range rounds {
		for _, step := range steps {
			step()
		}
	}
}

// generating and matching are calls that send what was packed beforehand: packing is the client's own work.
func generating(packed harness.Packed) call {
	return func(ctx context.Context, c harness.Client) error {
		manifests, err := c.GeneratePacked(ctx, packed)
		if err == nil && len(manifests) != 1 {
			err = errors.New("not the one manifest of the application")
		}
		return err
	}
}

func matching(packed harness.Packed) call {
	return func(ctx context.Context, c harness.Client) error {
		match, err := c.MatchPacked(ctx, packed)
		if err == nil && !match.IsSupported {
			err = errors.New("the repository does not match")
		}
		return err
	}
}
