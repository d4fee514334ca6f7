// Package harness holds what the interop tests and the benches share: the real programs, keys,
// encrypted fixtures, a running server and Argo CD's own client for it.
package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// T is the part of testing.TB that the helpers use; the bench program brings its own.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

var _ T = testing.TB(nil)

// Binary is the argocd-decrypt under test. It has no default: a test must say what it tests.
func Binary(t T) string {
	t.Helper()
	path := os.Getenv("ACD_BINARY")
	if path == "" {
		t.Fatalf("ACD_BINARY is not set: it names the argocd-decrypt binary to test")
	}
	return executable(t, "ACD_BINARY", path)
}

// The real programs. A missing one fails the test: an interop run without its peer proves nothing.

func Sops(t T) string      { t.Helper(); return tool(t, "ACD_SOPS", "sops") }
func AgeKeygen(t T) string { t.Helper(); return tool(t, "ACD_AGE_KEYGEN", "age-keygen") }
func Kubeseal(t T) string  { t.Helper(); return tool(t, "ACD_KUBESEAL", "kubeseal") }
func Helm(t T) string      { t.Helper(); return tool(t, "ACD_HELM", "helm") }
func Helm4(t T) string     { t.Helper(); return tool(t, "ACD_HELM4", "helm4") }
func Kustomize(t T) string { t.Helper(); return tool(t, "ACD_KUSTOMIZE", "kustomize") }

func tool(t T, variable, name string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return executable(t, variable, path)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not on the PATH; install it or name it in %s", name, variable)
	}
	return absolute(t, path)
}

func executable(t T, variable, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil && (info.IsDir() || info.Mode()&0o111 == 0) {
		err = errors.New("not an executable file")
	}
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return absolute(t, path)
}

func absolute(t T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	Check(t, err)
	return abs
}

// Check ends the test on an error that is not what it is about.
func Check(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// DirPrefix begins the name of each folder that TempDir makes, and of none that another package's tests make at the same time.
func DirPrefix() string { return fmt.Sprintf("acd-%d-", os.Getpid()) }

// TempDir is a new folder below parent (empty: the default one), removed at the end.
func TempDir(t T, parent string) string {
	t.Helper()
	dir, err := os.MkdirTemp(parent, DirPrefix())
	Check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Tmpfs is a new folder in memory, where the server wants its workspace to be.
func Tmpfs(t T) string {
	t.Helper()
	return TempDir(t, "/dev/shm")
}

// Tree is a folder's files by their relative paths.
type Tree map[string]string

// Write puts the files into a folder, which may exist.
func (tree Tree) Write(t T, dir string) {
	t.Helper()
	for name, content := range tree {
		path := filepath.Join(dir, name)
		Check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		Check(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

// With is a copy in which the given files replace or join the others.
func (tree Tree) With(files Tree) Tree {
	all := Tree{}
	for name, content := range tree {
		all[name] = content
	}
	for name, content := range files {
		all[name] = content
	}
	return all
}

// Without is a copy that lacks one file.
func (tree Tree) Without(name string) Tree {
	all := tree.With(nil)
	delete(all, name)
	return all
}
