package cmp_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"argocd-decrypt/tests/interop/harness"
)

// heldKustomize is a request whose kustomize has started and waits: what it is going to be answered with, what
// holds it, and the answer.
func (f *fixture) heldKustomize(t *testing.T, stubborn bool) (string, *harness.Hold, chan harness.Answer) {
	t.Helper()
	app, want := f.kustomizeApp(t)
	hold := harness.HoldTool(t, f.place, "kustomize", "build", stubborn)
	done := f.InBackground(background(t), app)
	hold.AwaitStart(t)
	return want, hold, done
}

func (f *fixture) kustomizeApp(t *testing.T) (harness.App, string) {
	t.Helper()
	plain := f.mark(kustomize)
	tree := f.key.EncryptFiles(t, plain, "base/secret.yaml", "overlay/token.yaml", "overlay/more.json")
	return repo(t, tree, "overlay"), kustomizeBuild(t, plain, "overlay")
}

func TestDeadlineEndsTheToolAndSaysSo(t *testing.T) {
	for name, stubborn := range map[string]bool{"PoliteTool": false, "ToolThatIgnoresSigterm": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			app, _ := f.kustomizeApp(t)
			after := f.goodApp(t)
			hold := harness.HoldTool(t, f.place, "kustomize", "build", stubborn)
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			answer := <-f.InBackground(ctx, app)
			if answer.Err == nil {
				t.Fatal("an answer from a tool that never ran")
			}
			if strings.Contains(answer.Err.Error(), "context deadline exceeded") || !strings.Contains(answer.Err.Error(), "kustomize") {
				t.Errorf("the client saw its own deadline and not the server's message: %v", answer.Err)
			}
			harness.WaitFor(t, 5*time.Second, hold.CheckGone)
			f.stillGood(t, after)
			f.clean(t)
		})
	}
}

func TestClientCancelEndsTheToolAndTheWorkspace(t *testing.T) {
	for _, tool := range []string{"kustomize", "helm"} {
		t.Run(tool, func(t *testing.T) {
			f := newFixture(t)
			app, subcommand := harness.App{}, "build"
			if tool == "helm" {
				app, _ = f.helmApp(t)
				subcommand = "template"
			} else {
				app, _ = f.kustomizeApp(t)
			}
			after := f.goodApp(t)
			hold := harness.HoldTool(t, f.place, tool, subcommand, true)
			ctx, cancel := context.WithCancel(context.Background())
			done := f.InBackground(ctx, app)
			hold.AwaitStart(t)
			cancel()
			<-done
			harness.WaitFor(t, 5*time.Second, hold.CheckGone)
			f.stillGood(t, after)
			f.clean(t)
		})
	}
}

func TestSigtermFinishesTheRunningRequest(t *testing.T) {
	f := newFixture(t)
	want, hold, done := f.heldKustomize(t, false)

	f.server.Signal(t, syscall.SIGTERM)
	harness.WaitFor(t, 5*time.Second, func() error {
		if _, err := os.Lstat(f.place.Socket()); err == nil {
			return os.ErrExist
		}
		return nil
	})
	hold.Release(t)
	answer := <-done
	if answer.Err != nil {
		t.Fatalf("the running request was cut off: %v", answer.Err)
	}
	harness.SameObjects(t, harness.Objects(t, want), harness.Objects(t, answer.Manifests...))
	if code := f.server.AwaitExit(t, 10*time.Second); code != 0 {
		t.Errorf("exit %d\n%s", code, f.server.Log())
	}
	f.clean(t)
}

// Whoever can't wait gets an end at once, and no plaintext stays.
func TestThirdSignalEndsEverything(t *testing.T) {
	f := newFixture(t)
	_, _, done := f.heldKustomize(t, true)
	for range 3 {
		syscall.Kill(f.server.Pid, syscall.SIGTERM) // on a busy machine the second may have ended it before the third
		time.Sleep(50 * time.Millisecond)
	}
	if code := f.server.AwaitExit(t, 5*time.Second); code != 1 {
		t.Errorf("exit %d\n%s", code, f.server.Log())
	}
	if answer := <-done; answer.Err == nil {
		t.Error("the request was answered")
	}
	f.clean(t)
	if left, _ := filepath.Glob(f.place.Work + "/argocd-decrypt/*-*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestIdleServerEndsAtOnce(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		f := newFixture(t)
		f.server.Signal(t, signal)
		if code := f.server.AwaitExit(t, 5*time.Second); code != 0 {
			t.Errorf("%v: exit %d\n%s", signal, code, f.server.Log())
		}
	}
}

func TestKilledServerLeavesNothingForItsSuccessor(t *testing.T) {
	f := newFixture(t)
	app, want := f.kustomizeApp(t)
	hold := harness.HoldTool(t, f.place, "kustomize", "build", false)
	done := f.InBackground(background(t), app)
	hold.AwaitStart(t)
	f.server.Kill(t)
	<-done
	if _, err := os.Lstat(f.place.Socket()); err != nil {
		t.Fatalf("no stale socket to replace: %v", err)
	}
	if f.server.CheckIdle() == nil {
		t.Fatal("nothing was left: the test saw no running request")
	}
	before := f.server.Idle()
	harness.WaitFor(t, 10*time.Second, hold.CheckGone)

	f.start(t)
	f.clean(t)
	if after := f.server.Idle(); len(after) != len(before) {
		t.Errorf("the first server began with %v, its successor with %v", before, after)
	}
	done = f.InBackground(background(t), app)
	hold.Release(t)
	answer := <-done
	harness.Check(t, answer.Err)
	harness.SameObjects(t, harness.Objects(t, want), harness.Objects(t, answer.Manifests...))
}

func TestSecondServerOnALiveSocketIsRefused(t *testing.T) {
	f := newFixture(t)
	good := f.goodApp(t)
	second := harness.NewPlace(t)
	second.Sockets = f.place.Sockets
	o := harness.Run(t, second.Command(t))
	if o.Code == 0 || o.Code > 125 || !strings.Contains(o.Err, "argocd-decrypt.sock") {
		t.Errorf("exit %d: %s", o.Code, o.Err)
	}
	f.stillGood(t, good)
}

// Two servers may share a workdir, as after a restart that overlaps: each keeps off the other's.
func TestSecondServerOnALiveWorkdirLeavesTheFirstAlone(t *testing.T) {
	f := newFixture(t)
	want, hold, done := f.heldKustomize(t, false)

	place := harness.NewPlace(t)
	place.Work = f.place.Work
	place.AddKey(t, f.key)
	second := &fixture{place: place, key: f.key, canary: f.canary}
	second.start(t)
	second.stillGood(t, f.goodApp(t))
	second.server.Signal(t, syscall.SIGTERM)
	second.server.AwaitExit(t, 5*time.Second)

	hold.Release(t)
	answer := <-done
	harness.Check(t, answer.Err)
	harness.SameObjects(t, harness.Objects(t, want), harness.Objects(t, answer.Manifests...))
	f.clean(t)
}

func TestHealthServiceIsServing(t *testing.T) {
	f := newFixture(t)
	connection, err := grpc.NewClient("unix://"+f.place.Socket(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	harness.Check(t, err)
	defer connection.Close()
	response, err := healthpb.NewHealthClient(connection).Check(background(t), &healthpb.HealthCheckRequest{})
	harness.Check(t, err)
	if response.Status != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("status %v", response.Status)
	}
	healthcheck := harness.Command{Path: harness.Binary(t), Args: []string{"healthcheck", "--socket", f.place.Socket()}}
	harness.MustRun(t, healthcheck)
	f.server.Kill(t)
	if o := harness.Run(t, healthcheck); o.Code != 1 {
		t.Errorf("healthcheck of a dead server: exit %d: %s", o.Code, o.Err)
	}
}
