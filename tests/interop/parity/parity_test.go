// Package parity_test compares what Argo CD itself renders from a decrypted repository (spec.source.helm,
// .kustomize, .directory) with what it gets from the plugin for the encrypted one, both through
// Argo CD's own repository package: the same objects in the same order, for each option and each
// two options together.
package parity_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	log "github.com/sirupsen/logrus"

	"argocd-decrypt/tests/interop/harness"
)

// matrix is what all cases share. Argo CD takes helm, kustomize and the sockets' folder from the
// process's own environment, so the versions of helm are tried one after the other.
type matrix struct {
	key     harness.Key
	scratch string
	bin     string // the PATH
}

func TestParity(t *testing.T) {
	log.SetOutput(io.Discard) // Argo CD's own messages
	root := harness.Tmpfs(t)
	m := &matrix{key: harness.NewKey(t), scratch: filepath.Join(root, "scratch"), bin: filepath.Join(root, "bin")}
	for _, dir := range []string{m.scratch, m.bin, filepath.Join(root, "tmp")} {
		harness.Check(t, os.Mkdir(dir, 0o755))
	}
	harness.Check(t, os.Symlink(harness.Kustomize(t), filepath.Join(m.bin, "kustomize")))
	helms := []struct{ name, path string }{{"Helm3", harness.Helm(t)}, {"Helm4", harness.Helm4(t)}}
	harness.Sops(t) // found on the PATH, so before it is replaced
	t.Setenv("ACD_SOPS", harness.Sops(t))
	t.Setenv("ACD_KUSTOMIZE", harness.Kustomize(t))
	t.Setenv("ACD_HELM", harness.Helm(t))
	t.Setenv("TMPDIR", filepath.Join(root, "tmp"))
	t.Setenv("ARGOCD_LOG_LEVEL", "error")
	t.Setenv("PATH", m.bin+":/usr/bin:/bin")

	all := applications()
	if len(all) < 40 {
		t.Errorf("%d applications", len(all))
	}
	for i, helm := range helms {
		// One name that leads to another program: Argo CD keeps the path that it found first.
		link := filepath.Join(m.bin, "helm")
		os.Remove(link)
		harness.Check(t, os.Symlink(helm.path, link))
		place := harness.NewPlace(t)
		place.AddKey(t, m.key)
		server := place.Command(t, "--helm", helm.path)
		server.Env = append(server.Env, "ARGOCD_DECRYPT_KUSTOMIZE_VERSIONS=v5.0.0="+harness.Kustomize(t))
		harness.Start(t, place, server, place.Socket())
		t.Setenv("ARGOCD_PLUGINSOCKFILEPATH", place.Sockets)
		t.Run(helm.name, func(t *testing.T) {
			for _, a := range all {
				if i > 0 && !a.usesHelm() {
					continue
				}
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					a.ready(t, m)
					for n, settings := range a.cases() {
						t.Run(a.caseName(n, settings), func(t *testing.T) { m.compare(t, a, settings) })
					}
				})
			}
		})
	}
}

// The charts of a kustomization are left to Helm 3: kustomize 5.7 itself does not know Helm 4.
func (a *application) usesHelm() bool { return a.kind == "helm" }

func (a *application) caseName(n int, settings []setting) string {
	settings = settings[len(a.always):]
	if len(settings) == 0 {
		return "Bare"
	}
	if len(settings) == 1 {
		return settings[0].name
	}
	return fmt.Sprintf("Row%d", n)
}

// compare is one case of the matrix.
func (m *matrix) compare(t *testing.T, a *application, settings []setting) {
	absent, mayFail, reason := isMissing(a.feature), a.mayFail, ""
	feature := a.feature
	for _, s := range settings {
		mayFail = mayFail || s.fails
		reason += s.differs
		if isMissing(s.feature) {
			absent, feature = true, s.feature
		}
	}
	want, nativeErr := a.nativeManifests(t, m, settings)
	got, pluginErr := a.pluginManifests(t, settings)
	difference := differ(want, nativeErr, got, pluginErr)
	switch {
	case absent && nativeErr == nil && difference == "":
		t.Errorf("%s works: take it out of the list of what is missing", feature)
	case absent && nativeErr != nil:
		t.Errorf("Argo CD itself fails, so this shows nothing of %s: %v", feature, nativeErr)
	case absent:
		t.Logf("missing: %s: %v", feature, firstLine(difference))
	case reason != "" && difference == "":
		t.Errorf("equal: it is no longer so that %s", reason)
	case reason != "":
		t.Logf("known difference: %s\n%s", reason, difference)
	case difference != "":
		t.Errorf("%s\nsettings: %s", difference, names(settings))
	case nativeErr != nil && !mayFail:
		t.Errorf("Argo CD itself fails, so this shows nothing: %v\nsettings: %s", nativeErr, names(settings))
	case nativeErr != nil:
		t.Logf("both fail:\nArgo CD: %v\nplugin:  %v", nativeErr, pluginErr)
	}
}

func differ(want []string, nativeErr error, got []string, pluginErr error) string {
	switch {
	case nativeErr != nil && pluginErr != nil:
		return ""
	case nativeErr != nil:
		return fmt.Sprintf("Argo CD fails, the plugin gives %d objects: %v", len(got), nativeErr)
	case pluginErr != nil:
		return fmt.Sprintf("Argo CD gives %d objects, the plugin fails: %v", len(want), pluginErr)
	}
	for i := range max(len(want), len(got)) {
		w, g := "nothing", "nothing"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			return fmt.Sprintf("object %d of %d differs:\nArgo CD: %s\nplugin:  %s", i+1, len(want), w, g)
		}
	}
	return ""
}

func names(settings []setting) string {
	var all []string
	for _, s := range settings {
		all = append(all, s.name)
	}
	return strings.Join(all, ", ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
