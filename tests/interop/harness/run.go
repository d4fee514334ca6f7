package harness

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Command is one run of a program. The environment is exactly Env.
type Command struct {
	Path  string
	Args  []string
	Env   []string
	Dir   string
	Stdin string
	Limit time.Duration // 0: a minute
}

// Outcome is what a program left. Code is 128 + signal when one ended it.
type Outcome struct {
	Out  []byte
	Err  string
	Code int
	// Usage of the child and everything it waited for.
	User, System time.Duration
	Wall         time.Duration
	MaxRSS       int64 // bytes
}

// CPU is user and system time together.
func (o Outcome) CPU() time.Duration { return o.User + o.System }

// Run runs a program to its end.
func Run(t T, c Command) Outcome {
	t.Helper()
	o, err := c.Run()
	if err != nil {
		t.Fatalf("%s %s: %v", c.Path, strings.Join(c.Args, " "), err)
	}
	return o
}

// MustRun runs a program that has to succeed, and gives its standard output.
func MustRun(t T, c Command) string {
	t.Helper()
	o := Run(t, c)
	if o.Code != 0 {
		t.Fatalf("%s %s: exit %d: %s", c.Path, strings.Join(c.Args, " "), o.Code, o.Err)
	}
	return string(o.Out)
}

// Run is for callers without a test, such as worker goroutines.
func (c Command) Run() (Outcome, error) {
	limit := c.Limit
	if limit == 0 {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env = append([]string{}, c.Env...)
	cmd.Dir = c.Dir
	if c.Stdin != "" {
		cmd.Stdin = strings.NewReader(c.Stdin)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Outcome{}, err
	}
	o := Outcome{Out: out.Bytes(), Err: errs.String(), Wall: wall}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		o.Code = 128 + int(status.Signal())
	} else {
		o.Code = status.ExitStatus()
	}
	o.User, o.System = cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime()
	o.MaxRSS = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return o, nil
}
