package cluster

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Program is a server that a test runs. It never outlives the test: not one that fails, nor one that
// the test run's time limit ends.
type Program struct {
	name    string
	pid     int
	log     lines
	exited  chan struct{}
	state   *os.ProcessState
	stopped atomic.Bool // by Stop
	scratch string      // a folder in memory that goes with it
}

// lines is a log that is written by a process and read by a test.
type lines struct {
	sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// run starts a program. Its environment is what the command says and nothing else.
func run(command *exec.Cmd) (*Program, error) {
	p := &Program{name: filepath.Base(command.Args[0]), exited: make(chan struct{})}
	command.Stdout, command.Stderr = &p.log, &p.log
	if command.Env == nil {
		command.Env = []string{"PATH=/usr/bin:/bin"}
	}
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	// A group of its own, so that its children go with it. The kernel ends it when this process goes
	// without a cleanup, or rather when the thread goes that started it: which therefore stays.
	command.SysProcAttr.Setpgid = true
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	command.WaitDelay = 5 * time.Second
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			command.Wait()
			p.state = command.ProcessState
			close(p.exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.pid = command.Process.Pid
	return p, nil
}

// Log is what the program wrote so far.
func (p *Program) Log() string {
	p.log.Lock()
	defer p.log.Unlock()
	return p.log.String()
}

// Stop kills the program and waits for its end.
func (p *Program) Stop() {
	p.stopped.Store(true)
	select {
	case <-p.exited: // and its number may be another's by now
	default:
		syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.exited
	}
}

// failed says how the program ended, when it did so by itself.
func (p *Program) failed() error {
	if p.stopped.Load() {
		return nil
	}
	select {
	case <-p.exited:
		return fmt.Errorf("%s ended by itself: %v", p.name, p.state)
	default:
		return nil
	}
}

// tail is the end of the log, for a test that failed.
func (p *Program) tail() string {
	const shown = 60
	all := strings.Split(strings.TrimRight(p.Log(), "\n"), "\n")
	return fmt.Sprintf("---- %s, the last of %d lines:\n%s", p.name, len(all),
		strings.Join(all[max(0, len(all)-shown):], "\n"))
}

// atEnd stops the program at the end of the test and shows its log when the test failed. A test that
// runs into the time limit of the whole run gets no cleanup, so that one is done a little earlier.
func atEnd(t testing.TB, p *Program) {
	limit := beforeDeadline(t, func() {
		if !p.stopped.Load() {
			fmt.Fprintln(os.Stderr, p.tail())
			p.Stop()
		}
		if p.scratch != "" {
			os.RemoveAll(p.scratch)
		}
	})
	t.Cleanup(func() {
		limit.Stop()
		if err := p.failed(); err != nil {
			t.Error(err)
		}
		wasStopped := p.stopped.Load()
		p.Stop()
		if t.Failed() && !wasStopped {
			t.Log(p.tail())
		}
	})
}

// beforeDeadline calls do shortly before the test run's time limit.
func beforeDeadline(t testing.TB, do func()) *time.Timer {
	limit := 24 * time.Hour
	if limited, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if deadline, set := limited.Deadline(); set {
			limit = time.Until(deadline) - 2*time.Second
		}
	}
	return time.AfterFunc(limit, do)
}
