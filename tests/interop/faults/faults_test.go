// Package faults_test takes away what a server needs, or has its commands do what they should not, and asks what the
// next request gets. No process and no file of a request may be left.
package faults_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

const (
	plugin    = "faulty"
	configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  key: value\n"
)

// byScript is a plugin whose commands are the application's own.
var byScript = "  generate:\n    command: " + harness.Shell(". ./script") + "\n"

// fixture is a server whose applications bring their own commands.
type fixture struct {
	*harness.Server
	harness.Client
	place harness.Place
}

func start(t *testing.T, args ...string) *fixture {
	t.Helper()
	return startAt(t, harness.NewPlace(t), args...)
}

func startAt(t *testing.T, place harness.Place, args ...string) *fixture {
	t.Helper()
	f := &fixture{place: place}
	f.Server = harness.Start(t, place, place.PluginCommand(t, harness.PluginYAML(plugin, byScript), args...), place.SocketOf(plugin))
	f.Client = f.Connect(t)
	return f
}

// script is an application that runs it, and the mark of its processes.
func script(t *testing.T, text string) (harness.App, harness.Mark) {
	t.Helper()
	dir, mark := harness.TempDir(t, ""), harness.NewMark(t)
	harness.Tree{"script": text + "\n", "manifest.yaml": configMap}.Write(t, dir)
	return harness.App{Root: dir, Env: []string{string(mark)}}, mark
}

func within(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// stillGood is the next request, which has to be answered.
func (f *fixture) stillGood(t *testing.T) {
	t.Helper()
	app, _ := script(t, "cat manifest.yaml")
	manifests, err := f.Generate(within(t, time.Minute), app)
	if err != nil {
		t.Fatalf("the next request: %v\n%s", err, f.Log())
	}
	harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
}

// refused runs a script that must end in an error of the server's own, with these words, before the deadline.
func (f *fixture) refused(t *testing.T, limit time.Duration, text string, says ...string) {
	t.Helper()
	app, mark := script(t, text)
	ctx := within(t, limit)
	begun := time.Now()
	_, err := f.Generate(ctx, app)
	checkWords(t, err, says...)
	t.Logf("after %v", time.Since(begun).Round(time.Millisecond))
	harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
	f.stillGood(t)
}

func checkWords(t *testing.T, err error, says ...string) {
	t.Helper()
	if err == nil {
		t.Error("answered")
		return
	}
	text := status.Convert(err).Message()
	t.Logf("%v: %.600s", status.Code(err), text)
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(text, "context deadline exceeded") || strings.Contains(text, "RST_STREAM") || strings.HasSuffix(text, "EOF") {
		t.Errorf("not the server's own words: %v", err)
	}
	if len(text) > 16<<10 {
		t.Errorf("an error of %d bytes", len(text))
	}
	for _, word := range says {
		if !strings.Contains(text, word) {
			t.Errorf("does not say %q", word)
		}
	}
}

// runs waits until so many processes of this name carry the mark.
func runs(t *testing.T, mark harness.Mark, name string, count int) {
	t.Helper()
	harness.WaitFor(t, 30*time.Second, func() error {
		if running := mark.Commands(name); len(running) < count {
			return fmt.Errorf("%d of %d %s run", len(running), count, name)
		}
		return nil
	})
}
