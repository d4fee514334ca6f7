package main

import (
	"path/filepath"
	"regexp"
	"strconv"

	"argocd-decrypt/tests/interop/harness"
)

const fiveValues = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: five\nstringData:\n  a: first value\n  b: second value\n  c: third value\n  d: fourth value\n  e: fifth value\n"

// decrypt: one small file, as people loop over them and as kustomize starts `ksops`.
func (b *bench) decrypt() {
	key := harness.NewKey(b)
	dir := harness.Tmpfs(b)
	file := filepath.Join(dir, "five.yaml")
	harness.Tree{"five.yaml": key.Encrypt(b, "five.yaml", fiveValues, "--encrypted-regex", "^stringData$")}.Write(b, dir)
	ours := &contender{command: harness.Command{Path: harness.Binary(b), Args: []string{"decrypt", file}, Env: key.Environment(), Dir: dir}}
	sops := &contender{command: harness.Command{Path: harness.Sops(b), Args: []string{"-d", file}, Env: key.Environment(), Dir: dir}}
	b.interleave(2*b.rounds, ours, sops)

	const what = "decrypt, 5 values, against sops -d: "
	b.table.ratio(what+"wall", ours.wall.median(), sops.wall.median(), 0.30, milliseconds)
	b.table.ratio(what+"CPU", ours.cpu.median(), sops.cpu.median(), 0.30, milliseconds)
	b.table.ratio(what+"peak memory", ours.rss.median(), sops.rss.median(), 0.5, mebibytes)
	b.inProcess()
}

var microseconds = regexp.MustCompile(`(?m)^five_values_us (\d+(?:\.\d+)?)$`)

// inProcess: the same file in a server, its key loaded.
func (b *bench) inProcess() {
	out := harness.MustRun(b, harness.Command{Path: b.benchProgram("decrypt_bench")})
	match := microseconds.FindStringSubmatch(out)
	if match == nil {
		b.Fatalf("decrypt_bench printed no line five_values_us: %s", out)
	}
	cpu, err := strconv.ParseFloat(match[1], 64)
	harness.Check(b, err)
	b.table.value("decrypt, 5 values, in a process with the key loaded: CPU", cpu, 150, " us")
}
