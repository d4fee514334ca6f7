package harness

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Place is where a server lives: its folders outlast it, so that another one can follow.
type Place struct {
	Sockets string // --socket-dir
	Work    string // --workdir, on tmpfs
	Keys    string // ARGOCD_DECRYPT_KEY_DIR
	Bin     string // the PATH of helm and kustomize
	Home    string
	Root    string // all of it
}

// NewPlace makes the folders; helm and kustomize in them are the real ones.
func NewPlace(t T) Place {
	t.Helper()
	root := Tmpfs(t)
	p := Place{
		Sockets: filepath.Join(root, "plugins"), Work: filepath.Join(root, "work"),
		Keys: filepath.Join(root, "sops"), Bin: filepath.Join(root, "bin"), Home: filepath.Join(root, "home"), Root: root,
	}
	for _, dir := range []string{p.Sockets, p.Work, p.Keys, p.Bin, p.Home} {
		Check(t, os.Mkdir(dir, 0o700))
	}
	Check(t, os.Symlink(Helm(t), filepath.Join(p.Bin, "helm")))
	Check(t, os.Symlink(Kustomize(t), filepath.Join(p.Bin, "kustomize")))
	return p
}

// AddKey mounts a key as a Secret would: a file in the key folder. It returns the file's path.
func (p Place) AddKey(t T, key Key) string {
	t.Helper()
	Check(t, os.MkdirAll(filepath.Dir(p.keyFile()), 0o700))
	text, err := os.ReadFile(key.File)
	Check(t, err)
	Check(t, os.WriteFile(p.keyFile(), text, 0o600))
	return p.keyFile()
}

func (p Place) keyFile() string { return filepath.Join(p.Keys, "age", "keys.txt") }

// Socket is the path that the repo-server would dial.
func (p Place) Socket() string { return filepath.Join(p.Sockets, "argocd-decrypt.sock") }

// Command is the server as a sidecar runs it.
func (p Place) Command(t T, args ...string) Command {
	t.Helper()
	return Command{
		Path: Binary(t),
		Args: append([]string{"serve", "--socket-dir", p.Sockets, "--workdir", p.Work}, args...),
		Env: []string{
			"PATH=" + p.Bin + ":/usr/bin:/bin", "HOME=" + p.Home, "TMPDIR=" + p.Home,
			"ARGOCD_DECRYPT_KEY_DIR=" + p.Keys, "SOPS_AGE_KEY_FILE=" + p.keyFile(),
		},
		Dir: p.Home,
	}
}

// Server is a running plugin server, ours or the stock one.
type Server struct {
	Place
	Pid     int
	Ready   time.Duration // from its start to the first answer
	socket  string
	idle    []string // what lies in the workdir before the first request
	log     logBuffer
	exited  chan struct{}
	state   *os.ProcessState
	awaited bool // a test has waited for its end
}

type logBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

// StartServer starts argocd-decrypt and waits until it answers.
func StartServer(t T, p Place, args ...string) *Server {
	t.Helper()
	return Start(t, p, p.Command(t, args...), p.Socket())
}

// Start starts a plugin server by any command and waits until it answers on the socket.
func Start(t T, p Place, c Command, socket string) *Server {
	t.Helper()
	start := time.Now()
	s := Launch(t, p, c, socket)
	s.awaitReady(t, start)
	s.idle = s.below()
	return s
}

// Launch is Start without the waiting.
func Launch(t T, p Place, c Command, socket string) *Server {
	t.Helper()
	s := &Server{Place: p, socket: socket, exited: make(chan struct{})}
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = append(slices.Clone(c.Env), sanitizerOptions()...), c.Dir
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	Check(t, cmd.Start())
	s.Pid = cmd.Process.Pid
	go func() {
		cmd.Wait()
		s.state = cmd.ProcessState
		close(s.exited)
	}()
	t.Cleanup(func() {
		runs := syscall.Kill(s.Pid, syscall.SIGKILL) == nil
		<-s.exited
		if strings.Contains(s.Log(), "Sanitizer:") {
			t.Fatalf("a sanitizer complains:\n%s", s.Log())
		}
		if !runs && !s.awaited {
			t.Fatalf("the server ended by itself: %v\n%s", s.state, s.Log())
		}
	})
	return s
}

// sanitizerOptions are for a server that was built with one: scripts/test runs some tests so.
func sanitizerOptions() []string {
	var options []string
	for _, name := range []string{"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"} {
		if value := os.Getenv(name); value != "" {
			options = append(options, name+"="+value)
		}
	}
	return options
}

// A stale socket file may lie there, so only an answer counts.
func (s *Server) awaitReady(t T, start time.Time) {
	t.Helper()
	WaitFor(t, 20*time.Second, func() error {
		select {
		case <-s.exited:
			t.Fatalf("the server ended at its start: %v\n%s", s.state, s.Log())
		default:
		}
		return Probe(s.socket)
	})
	s.Ready = time.Since(start)
}

// Probe asks a socket for the plugin's configuration.
func Probe(socket string) error {
	connection, err := dialUnix(socket)
	if err != nil {
		return err
	}
	connection.Close()
	client, err := dial(socket)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err = client.Check(ctx)
	return err
}

// Log is what the server wrote so far.
func (s *Server) Log() string {
	s.log.Lock()
	defer s.log.Unlock()
	return s.log.String()
}

// Signal sends the server a signal.
func (s *Server) Signal(t T, signal syscall.Signal) {
	t.Helper()
	Check(t, syscall.Kill(s.Pid, signal))
}

// AwaitExit waits for the server's end; the code is 128 + signal when one ended it.
func (s *Server) AwaitExit(t T, limit time.Duration) int {
	t.Helper()
	s.awaited = true
	select {
	case <-s.exited:
	case <-time.After(limit):
		t.Fatalf("the server still runs after %v\n%s", limit, s.Log())
	}
	status := s.state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// Kill ends the server as the kernel's out-of-memory killer would.
func (s *Server) Kill(t T) {
	t.Helper()
	s.Signal(t, syscall.SIGKILL)
	s.AwaitExit(t, 10*time.Second)
}

// WaitFor repeats a check until it holds.
func WaitFor(t T, limit time.Duration, check func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still not after %v: %v", limit, err)
		}
		time.Sleep(250 * time.Microsecond)
	}
}

// below lists everything in the workdir.
func (p Place) below() []string {
	var found []string
	filepath.WalkDir(p.Work, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// CheckIdle is for WaitFor: the workdir holds what it held before the first request, and charts.
func (s *Server) CheckIdle() error {
	for _, path := range s.below() {
		if !slices.Contains(s.idle, path) && !strings.Contains(path, "/charts/argocd-decrypt/") {
			return fmt.Errorf("%s is left in the workdir", path)
		}
	}
	return nil
}

// Idle is what an idle server keeps in its workdir.
func (s *Server) Idle() []string { return s.idle }
