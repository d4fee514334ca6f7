package sops_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// servedSops is the real sops answering many command lines in one process (served/served.go). It
// serves one goroutine.
type servedSops struct {
	path     string
	process  *exec.Cmd
	requests io.WriteCloser
	answers  *bufio.Reader
}

// newServedSops gives nil where there is none: ACD_SOPS_SERVED names it.
func newServedSops(t *testing.T) *servedSops {
	t.Helper()
	path := os.Getenv("ACD_SOPS_SERVED")
	if path == "" {
		return nil
	}
	s := &servedSops{path: path}
	harness.Check(t, s.start())
	t.Cleanup(s.stop)
	return s
}

func (s *servedSops) start() error {
	s.process = exec.Command(s.path)
	s.process.Env = append(os.Environ(), "SOPS_SERVED=yes", "GOMAXPROCS=1", "GOGC=400")
	requests, err := s.process.StdinPipe()
	if err != nil {
		return err
	}
	answers, err := s.process.StdoutPipe()
	if err != nil {
		return err
	}
	s.requests, s.answers = requests, bufio.NewReaderSize(answers, 1<<20)
	return s.process.Start()
}

func (s *servedSops) stop() {
	s.requests.Close()
	s.process.Wait()
}

// run gives false when the process ended: then only a process of its own can tell how sops answers.
func (s *servedSops) run(c harness.Command, seed int64) (harness.Outcome, bool) {
	line, err := json.Marshal(map[string]any{"Args": c.Args, "Env": c.Env, "Dir": c.Dir, "Seed": seed})
	if err == nil {
		_, err = s.requests.Write(append(line, '\n'))
	}
	var answer []byte
	if err == nil {
		answer, err = s.answers.ReadBytes('\n')
	}
	var o harness.Outcome
	if err == nil {
		err = json.Unmarshal(answer, &o)
	}
	if err != nil {
		s.stop()
		if s.start() != nil {
			panic("sops does not start again as a server")
		}
		return o, false
	}
	return o, true
}
