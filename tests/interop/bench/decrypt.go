package main

import (
	"fmt"
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

var decryptLine = regexp.MustCompile(`(?m)^(\w+) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)$`)

// inProcess: files in a server, its key loaded, against a bare loop over the same primitives; and what a value
// costs when there are many.
func (b *bench) inProcess() {
	out := harness.MustRun(b, harness.Command{Path: b.benchProgram("decrypt_bench")})
	ours, floor := map[string]float64{}, map[string]float64{}
	for _, match := range decryptLine.FindAllStringSubmatch(out, -1) {
		ours[match[1]], floor[match[1]] = b.number(match[2]), b.number(match[3])
	}
	const what = "decrypt in a process with the key loaded, "
	for _, row := range []struct {
		name, shown string
		target      float64
	}{{"values_5", "5 values", 2.5}, {"values_200", "200 values", 2.5}, {"mebibyte", "1 MiB", 1.3}} {
		if ours[row.name] == 0 || floor[row.name] == 0 {
			b.Fatalf("decrypt_bench printed no line %s: %s", row.name, out)
		}
		b.table.ratio(what+row.shown+", against the bare primitives: CPU", ours[row.name], floor[row.name], row.target, shownMicroseconds)
	}
	b.table.value("decrypt, 5 values, in a process with the key loaded: CPU", ours["values_5"], 150, " us")
	for _, count := range []string{"10000", "100000"} {
		b.table.ratio("decrypt, "+count+" values, per value, against 1000: CPU", ours["per_value_"+count], ours["per_value_1000"], 1.5, shownMicroseconds)
	}
}

func (b *bench) number(text string) float64 {
	number, err := strconv.ParseFloat(text, 64)
	harness.Check(b, err)
	return number
}

func shownMicroseconds(v float64) string { return fmt.Sprintf("%.3g us", v) }
