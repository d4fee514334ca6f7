package preview_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

func TestDiffAgainstARevision(t *testing.T) {
	l := newLaptop(t)
	tree := directory.With(harness.Tree{"app/old.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n"})
	dir := l.repository(t, l.mark(t, tree, "app/secret.yaml"))
	if o := l.run(t, 0, dir, "diff", "app", "--namespace", "shop"); len(o.Out) > 0 {
		t.Errorf("a difference between equals:\n%s", o.Out)
	}

	changed := tree.Without("app/old.yaml").With(harness.Tree{
		"app/secret.yaml":     strings.Replace(secret, "-plain", "-changed", 1),
		"app/deployment.yaml": strings.Replace(deployment, "matchLabels: {app: web}", "matchLabels: {app: shop}", 1),
		"app/new.yaml":        "kind: ConfigMap\napiVersion: v1\ndata:\n  b: x\n  a: z\nmetadata: {name: new}\n",
	})
	harness.Check(t, os.Remove(dir+"/app/old.yaml"))
	l.mark(t, changed, "app/secret.yaml").Write(t, dir)
	o := l.run(t, 1, dir, "diff", "app", "--namespace", "shop")
	has(t, o.Out,
		"diff Secret shop/database\n--- old/Secret/shop/database\n+++ new/Secret/shop/database\n@@ -3,5 +3,5 @@\n",
		"-  password: hmac:", "+  password: hmac:", "\n   user: hmac:",
		"--- old/ConfigMap/shop/old\n+++ /dev/null\n@@ -1,4 +0,0 @@\n",
		"--- /dev/null\n+++ new/ConfigMap/shop/new\n@@ -0,0 +1,7 @@\n+apiVersion: v1\n+data:\n+  a: z\n+  b: x\n",
		"-      app: web\n+      app: shop\n")
	hasNot(t, o.Out, "\x1b", "changed")
	has(t, []byte(o.Err), "Deployment.apps shop/web: spec.selector cannot be changed", "ConfigMap shop/old: is removed: where pruning is on",
		"objects: 1 added, 2 changed, 1 removed; lines: +9 -6\n")
	if again := l.run(t, 1, dir, "diff", "app", "--namespace", "shop"); string(again.Out) != string(o.Out) || again.Err != o.Err {
		t.Errorf("two runs differ:\n%s\n%s", o.Out, again.Out)
	}
	l.run(t, 0, dir, "diff", "app", "--exit-zero", "--namespace", "shop")
	colours := l.run(t, 1, dir, "diff", "app", "--color", "always")
	has(t, colours.Out, "\x1b[1m--- old/", "\x1b[36m@@ ", "\x1b[31m-", "\x1b[32m+")
	stat := l.run(t, 1, dir, "diff", "app", "--stat", "--namespace", "shop")
	if string(stat.Out) != "A ConfigMap shop/new +7 -0\nD ConfigMap shop/old +0 -4\nM Secret shop/database +1 -1\nM Deployment.apps shop/web +1 -1\n" {
		t.Errorf("--stat:\n%s", stat.Out)
	}
	file := filepath.Join(harness.TempDir(t, ""), "out.diff")
	if written := l.run(t, 1, dir, "diff", "app", "-o", file, "-q"); len(written.Out) > 0 || written.Err != "" {
		t.Errorf("with -o and -q: %s %s", written.Out, written.Err)
	}

	// What was committed is another revision's; the next commit is where everything is equal again.
	l.commit(t, dir, nil)
	l.run(t, 0, dir, "diff", "app")
	for _, revision := range []string{"HEAD~1", "main~1", l.git(t, dir, "rev-parse", "--short", "HEAD~1")[:7]} {
		l.run(t, 1, dir+"/app", "diff", "--against", revision)
	}
	revealed := l.runRevealing(t, 1, dir, "diff", "app", "--against", "HEAD~1", "--reveal")
	has(t, revealed.Out, "-  password: "+l.canary+"-plain\n+  password: "+l.canary+"-changed\n")
}

// What makes no difference to the cluster makes none here.
func TestDiffIgnoresFormAndReencryption(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, directory, "app/secret.yaml"))
	l.mark(t, harness.Tree{
		"app/secret.yaml": "stringData: {user: app, password: 'CANARY-plain'}\nmetadata: {name: database}\nkind: Secret\napiVersion: v1\n",
	}, "app/secret.yaml").Write(t, dir)
	l.run(t, 0, dir, "diff", "app")
}

func TestDiffAgainstAFolder(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, harness.Tree{
		"staging/secret.yaml": secret, "production/secret.yaml": strings.Replace(secret, "-plain", "-other", 1),
	}, "staging/secret.yaml", "production/secret.yaml"))
	o := l.run(t, 1, dir, "diff", "production", "--against", "staging")
	has(t, o.Out, "-  password: hmac:", "+  password: hmac:")
	l.run(t, 0, dir, "diff", "production", "--against", "./production")
	l.git(t, dir, "branch", "staging")
	l.run(t, 0, dir, "diff", "production", "--against", "staging") // a revision comes first
	l.run(t, 1, dir, "diff", "production", "--against", "./staging")
}

func TestDiffOfANewApplication(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, harness.Tree{"README.md": "x\n"})
	l.mark(t, directory, "app/secret.yaml").Write(t, dir)
	o := l.run(t, 1, dir, "diff", "app")
	has(t, o.Out, "--- /dev/null\n+++ new/Secret/default/database\n")
	has(t, []byte(o.Err), "HEAD has no folder app: everything is new")
}

// Names that change with their content are one object's.
func TestDiffOfGeneratedNames(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, kustomized, "app/secret.yaml"))
	l.mark(t, harness.Tree{"app/secret.yaml": strings.Replace(kustomized["app/secret.yaml"], "-ksops", "-again", 1)}, "app/secret.yaml").Write(t, dir)
	o := l.run(t, 1, dir, "diff", "app")
	has(t, o.Out, "-  name: database-hmac:", "+  name: database-hmac:")
	has(t, []byte(o.Err), "objects: 0 added, 2 changed, 0 removed") // and what refers to it
}

func TestDiffsTroubles(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, directory.With(harness.Tree{"app/link.yaml": "x"}), "app/secret.yaml"))
	for name, c := range map[string]struct {
		code  int
		args  []string
		words string
	}{
		"no such revision": {3, []string{"--against", "v9"}, "--against v9: v9: no such revision, and no folder\nhint: in a shallow clone"},
		"an option":        {3, []string{"--against=--output=x"}, "no such revision"},
		"no parameter":     {3, []string{"--param", "valueFile=x"}, "argocd-decrypt diff: --param valueFile: no such parameter\nhint: did you mean valueFiles?"},
		"wrong colour":     {2, []string{"--color", "red"}, "--color"},
		"no such flag":     {2, []string{"--colour"}, "--colour"},
		"no namespace":     {2, []string{"--unified", "x"}, "--unified"},
	} {
		o := l.run(t, c.code, dir, append([]string{"diff", "app"}, c.args...)...)
		if len(o.Out) > 0 {
			t.Errorf("%s: output %s", name, o.Out)
		}
		has(t, []byte(o.Err), c.words)
	}
	plain := harness.TempDir(t, "")
	l.mark(t, directory, "app/secret.yaml").Write(t, plain)
	o := l.run(t, 3, plain, "diff", "app")
	has(t, []byte(o.Err), "not a git repository")

	// A side that cannot be rendered is no difference.
	harness.Tree{"app/link.yaml": "a: b\n---\n---x\n", "app/broken.yaml": "apiVersion: v1\nkind: [\nmetadata: {name: x}\n"}.Write(t, dir)
	l.run(t, 3, dir, "diff", "app")
}

// A revision is read as git has it: links, modes, submodules, attributes and all.
func TestDiffReadsRevisionsAsTheyAre(t *testing.T) {
	l := newLaptop(t)
	dir := l.repository(t, l.mark(t, directory.With(harness.Tree{
		".gitattributes":     "*.yaml export-ignore filter=none\n",
		"shared/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\n",
		"app/päth x.yaml":    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\n",
	}), "app/secret.yaml"))
	harness.Check(t, os.Symlink("../shared/config.yaml", dir+"/app/shared.yaml"))
	l.git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.TrimSpace(l.git(t, dir, "rev-parse", "HEAD"))+",module")
	harness.Check(t, os.MkdirAll(dir+"/module", 0o755))
	l.commit(t, dir, nil)
	l.run(t, 0, dir, "diff", "app")
	harness.Check(t, os.Remove(dir+"/app/shared.yaml"))
	o := l.run(t, 1, dir, "diff", "app", "--root", dir)
	has(t, o.Out, "--- old/ConfigMap/default/shared\n+++ /dev/null\n")
}
