package faults_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"

	"argocd-decrypt/tests/interop/harness"
)

// vanishing is a client in a process of its own, which can be killed.
type vanishing struct{ command *exec.Cmd }

const vanishingSocket = "ACD_TEST_VANISHING_CLIENT"

// TestMain is also the vanishing client's main.
func TestMain(m *testing.M) {
	if socket := os.Getenv(vanishingSocket); socket != "" {
		if err := sendHalf(socket); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("half")
		time.Sleep(time.Minute)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sendHalf begins a request and leaves it at half an archive.
func sendHalf(socket string) error {
	_, client, err := apiclient.NewConfigManagementPluginClientSet(socket).NewConfigManagementPluginClient()
	if err != nil {
		return err
	}
	stream, err := client.GenerateManifest(context.Background())
	if err != nil {
		return err
	}
	metadata, err := harness.RawRequest{}.Metadata()
	if err != nil {
		return err
	}
	if err := stream.Send(metadata); err != nil {
		return err
	}
	return stream.Send(harness.FileMessage([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")))
}

// startVanishing waits until half of the stream is sent.
func startVanishing(t *testing.T, socket string) *vanishing {
	t.Helper()
	self, err := os.Executable()
	harness.Check(t, err)
	c := &vanishing{command: exec.Command(self)}
	c.command.Env = append(os.Environ(), vanishingSocket+"="+socket)
	out, err := c.command.StdoutPipe()
	harness.Check(t, err)
	c.command.Stderr = os.Stderr
	harness.Check(t, c.command.Start())
	t.Cleanup(func() { c.command.Process.Kill() })
	said := make([]byte, 4)
	if _, err := io.ReadFull(out, said); err != nil {
		t.Fatalf("the client ended: %v", err)
	}
	return c
}

// vanish kills the client.
func (c *vanishing) vanish(t *testing.T) {
	t.Helper()
	harness.Check(t, c.command.Process.Signal(syscall.SIGKILL))
	c.command.Wait()
}
