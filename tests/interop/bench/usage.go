package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// usage is what one run of a program took.
type usage struct {
	Wall, User, System time.Duration
	MaxRSS             int64
}

func (u usage) cpu() time.Duration { return u.User + u.System }

// contender collects the usage of one program.
type contender struct {
	command        harness.Command
	wall, cpu, rss samples
}

// run measures one run, which has to succeed.
func (b *bench) run(c *contender) {
	reader, writer, err := os.Pipe()
	harness.Check(b, err)
	cmd := exec.Command(b.benchProgram("run_once"), append([]string{c.command.Path}, c.command.Args...)...)
	cmd.Env, cmd.Dir = c.command.Env, c.command.Dir
	cmd.ExtraFiles = []*os.File{writer}
	var errs strings.Builder
	cmd.Stderr = &errs
	err = cmd.Run()
	writer.Close()
	report, _ := io.ReadAll(reader)
	reader.Close()
	if err != nil {
		b.Fatalf("%s %s: %v: %s", c.command.Path, strings.Join(c.command.Args, " "), err, errs.String())
	}
	var u usage
	harness.Check(b, json.Unmarshal(report, &u))
	c.wall.time(u.Wall)
	c.cpu.time(u.cpu())
	c.rss.add(float64(u.MaxRSS))
}

// interleave runs the contenders in turn, so that what else the machine does meets all alike.
func (b *bench) interleave(rounds int, contenders ...*contender) {
	for range rounds {
		for _, c := range contenders {
			b.run(c)
		}
	}
}
