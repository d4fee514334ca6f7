package reflection

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apiclient/version"
	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

func (p peer) version(t *testing.T) *version.VersionMessage {
	t.Helper()
	answer, err := version.NewVersionServiceClient(p.ClientConn).Version(background(t), &emptypb.Empty{})
	harness.Check(t, err)
	return answer
}

func TestVersionsOfToolsAreWhatTheStockServerSays(t *testing.T) {
	p := ours(t)
	got, want := p.version(t), stock(t).version(t)
	if got.KustomizeVersion != want.KustomizeVersion || !strings.HasPrefix(got.KustomizeVersion, "v") {
		t.Errorf("kustomize %q, and the stock server %q", got.KustomizeVersion, want.KustomizeVersion)
	}
	if got.HelmVersion != want.HelmVersion || !strings.HasPrefix(got.HelmVersion, "v") {
		t.Errorf("helm %q, and the stock server %q", got.HelmVersion, want.HelmVersion)
	}
	if got.Platform != want.Platform {
		t.Errorf("platform %q, and the stock server %q", got.Platform, want.Platform)
	}
	if !strings.HasPrefix(got.JsonnetVersion, "v0.") || !strings.HasPrefix(want.JsonnetVersion, "v0.") {
		t.Errorf("jsonnet %q, and the stock server %q", got.JsonnetVersion, want.JsonnetVersion)
	}
	said := harness.MustRun(t, harness.Command{Path: harness.Binary(t), Args: []string{"version"}})
	if "argocd-decrypt "+got.Version+"\n" != said {
		t.Errorf("version %q, and the program says %q", got.Version, said)
	}
	if got.Compiler == "" || got.GoVersion != "" {
		t.Errorf("compiler %q, Go %q", got.Compiler, got.GoVersion)
	}
}

func TestVersionSaysThatAToolIsMissing(t *testing.T) {
	for _, start := range []func(*testing.T) peer{ours, stock} {
		p := start(t)
		harness.Check(t, os.Remove(filepath.Join(p.place.Bin, "helm")))
		harness.Check(t, os.Remove(filepath.Join(p.place.Bin, "kustomize")))
		answer := p.version(t)
		if !strings.HasPrefix(answer.HelmVersion, "could not get helm version: ") || !strings.HasPrefix(answer.KustomizeVersion, "could not get kustomize version: ") {
			t.Errorf("%s: %q, %q", p.name, answer.HelmVersion, answer.KustomizeVersion)
		}
	}
}

// A tool is started when somebody asks, and then no more.
func TestToolsAreAskedOnce(t *testing.T) {
	p := ours(t)
	log := filepath.Join(p.place.Root, "starts")
	helm := filepath.Join(p.place.Bin, "helm")
	script := func(version string) string {
		return fmt.Sprintf("#!/bin/sh\necho \"$@\" >>%s\necho %s\n", log, version)
	}
	harness.Check(t, os.Remove(helm))
	harness.Check(t, os.WriteFile(helm, []byte(script("v1")), 0o755))
	if _, err := os.Stat(log); err == nil {
		t.Error("helm was started before anybody asked")
	}
	for range 3 {
		if answer := p.version(t); answer.HelmVersion != "v1" {
			t.Errorf("helm %q", answer.HelmVersion)
		}
	}
	harness.Check(t, os.Remove(helm))
	harness.Check(t, os.WriteFile(helm, []byte(script("v2.0")), 0o755))
	if answer := p.version(t); answer.HelmVersion != "v2.0" {
		t.Errorf("the new helm is %q", answer.HelmVersion)
	}
	starts, err := os.ReadFile(log)
	harness.Check(t, err)
	if string(starts) != "version --short\nversion --short\n" {
		t.Errorf("helm was started with: %s", starts)
	}
}
