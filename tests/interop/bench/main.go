// Command bench measures the targets of the main job against the real peers, contenders interleaved,
// and fails when one is missed. tests/bench/run builds what it needs and starts it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// program is the harness's T: a failure ends it, after the clean-up.
type program struct {
	cleanups []func()
}

func (p *program) Helper()                         {}
func (p *program) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
func (p *program) Cleanup(f func())                { p.cleanups = append(p.cleanups, f) }
func (p *program) Fatalf(format string, args ...any) {
	p.Logf("error: "+format, args...)
	p.finish()
	os.Exit(2)
}

func (p *program) finish() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
	p.cleanups = nil
}

// bench is one run: what is measured, how often, and what came out.
type bench struct {
	*program
	rounds int
	table  table
}

func main() {
	rounds := flag.Int("rounds", 25, "how often each contender runs")
	only := flag.String("only", "", "decrypt, startup, requests, repository, kustomize or helm; else all")
	flag.Parse()

	b := &bench{program: &program{}, rounds: max(3, *rounds)}
	parts := []struct {
		name    string
		measure func(*bench)
	}{
		{"decrypt", (*bench).decrypt}, {"startup", (*bench).startup}, {"requests", (*bench).requests}, {"repository", (*bench).repository},
		{"kustomize", (*bench).kustomize}, {"helm", (*bench).helm},
	}
	known := false
	for _, part := range parts {
		if *only == "" || *only == part.name {
			known = true
			b.Logf("==> %s", part.name)
			part.measure(b)
		}
	}
	if !known {
		b.Fatalf("no such part: %s", *only)
	}
	b.finish()
	fmt.Printf("%d cores, %s, median of %d rounds\n", runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly), b.rounds)
	if !b.table.print() {
		os.Exit(1)
	}
}

// benchProgram is a helper that tests/bench/run built.
func (b *bench) benchProgram(name string) string {
	dir := os.Getenv("ACD_BENCH_PROGRAMS")
	if dir == "" {
		b.Fatalf("ACD_BENCH_PROGRAMS is not set: start tests/bench/run")
	}
	return filepath.Join(dir, name)
}

var _ harness.T = (*bench)(nil)
