package discovery

import (
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// names that repositories have, and names with all that is special to a pattern.
var names = []string{
	"a", "b", "c", "ab", "abc", "x", "base", "overlays", "prod", "kustomization.yaml", "Chart.yaml", "values.yaml", "values-prod.yml",
	"secret.enc.yaml", ".hidden", ".git", ".sops.yaml", "..x", "a b", " ", "*", "**", "a*", "?", "[a]", "[", "a]", "{a,b}", "{", "}", "a{1}.yaml",
	"!(a)", "(a)", "\\", "a\\b", "\\*", "^", "-", "~", "$X", "$HOME", "a,b", "a|b", "a+b.c", "é", "日本", "é.yaml", "\xff", "b\xffx", "\ufffd", "🔑",
	"new\nline", "100%", "#", "'", "\"",
}

// repository is a tree on disk as the repo-server has it.
type repository struct {
	dir             string
	folders, others []string // by relative path; others are files and symlinks
}

func newRepository(t *testing.T, r *rand.Rand, dir string) *repository {
	t.Helper()
	tree := &repository{dir: dir, folders: []string{"."}}
	for range 4 + r.Intn(30) {
		tree.add(t, r)
	}
	return tree
}

func (tree *repository) add(t *testing.T, r *rand.Rand) {
	t.Helper()
	parent := pick(r, tree.folders)
	path := filepath.Join(parent, pick(r, names))
	full := filepath.Join(tree.dir, path)
	if _, err := os.Lstat(full); err == nil || strings.Count(path, "/") > 5 {
		return
	}
	switch n := r.Intn(10); {
	case n < 4:
		harness.Check(t, os.Mkdir(full, 0o755))
		tree.folders = append(tree.folders, path)
		return
	case n < 8:
		harness.Check(t, os.WriteFile(full, nil, 0o644))
	default:
		harness.Check(t, os.Symlink(tree.target(r, parent), full))
	}
	tree.others = append(tree.others, path)
}

// target leads to a folder mostly, but also to a file, a symlink, nowhere, or round in a loop.
func (tree *repository) target(r *rand.Rand, parent string) string {
	to := pick(r, tree.folders)
	switch n := r.Intn(10); {
	case n < 3 && len(tree.others) > 0:
		to = pick(r, tree.others)
	case n < 4:
		to = filepath.Join(to, pick(r, names))
	}
	relative, err := filepath.Rel(parent, to)
	if err != nil {
		return "."
	}
	return relative
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.Intn(len(from))] }

func (tree *repository) path(r *rand.Rand) string {
	if len(tree.others) == 0 || r.Intn(3) == 0 {
		return pick(r, tree.folders)
	}
	return pick(r, tree.others)
}

// question is one about what is there, more often than not.
func (tree *repository) question(r *rand.Rand, kind string) question {
	q := question{kind: kind, app: tree.app(r)}
	target, err := filepath.Rel(filepath.Join("/", q.app), filepath.Join("/", tree.path(r)))
	if err != nil || r.Intn(5) == 0 {
		target = tree.path(r)
	}
	if r.Intn(3) > 0 {
		q.app, target = ".", tree.path(r)
	}
	components := strings.Split(target, "/")
	for i := range components {
		components[i] = component(r, components[i])
	}
	switch r.Intn(12) {
	case 0:
		at := r.Intn(len(components) + 1)
		components = append(components[:at], append([]string{pick(r, []string{"**", "*", "..", ".", "", "x"})}, components[at:]...)...)
	case 1:
		components = append(components, pick(r, []string{"**", "*", "*.yaml", "{a,b}", "..", "*a"}))
	case 2:
		components[0] = "**"
	case 3:
		components = components[:1+r.Intn(len(components))]
	}
	q.pattern = strings.Join(components, "/")
	if r.Intn(10) == 0 {
		q.pattern = soup(r, r.Intn(12))
	}
	// A line and its fields end in these; the server gets both from YAML and protobuf, which are UTF-8.
	q.app = strings.ToValidUTF8(strings.NewReplacer("\n", "?", "\t", "?").Replace(q.app), "?")
	q.pattern = strings.ToValidUTF8(strings.NewReplacer("\n", "*", "\t", "*").Replace(q.pattern), "*")
	return q
}

func (tree *repository) app(r *rand.Rand) string {
	switch r.Intn(8) {
	case 0:
		return ""
	case 1:
		return tree.path(r)
	case 2:
		return pick(r, tree.folders) + "/" + pick(r, names)
	case 3:
		return pick(r, []string{"../", "/", "./", "x/../", "a//"}) + tree.path(r) + pick(r, []string{"", "/", "/..", "/."})
	}
	return pick(r, tree.folders)
}

// component is a name, or a pattern for it.
func component(r *rand.Rand, name string) string {
	runes := []rune(name)
	at := 0
	if len(runes) > 0 {
		at = r.Intn(len(runes))
	}
	from := func(n int) string { return string(runes[min(n, len(runes)):]) }
	one := string(runes[at:min(at+1, len(runes))])
	switch r.Intn(24) {
	case 0, 1:
		return "*"
	case 2:
		return "**"
	case 3, 4:
		return string(runes[:at]) + "*"
	case 5, 6:
		return "*" + from(at)
	case 7:
		return string(runes[:at]) + "*" + from(at+1+r.Intn(2))
	case 8:
		return string(runes[:at]) + "?" + from(at+1)
	case 9:
		return string(runes[:at]) + "[" + one + "]" + from(at+1)
	case 10:
		return string(runes[:at]) + "[" + pick(r, []string{"a-z", "^a-z", "!" + one, "^" + one, "x" + one, "\\" + one, "[:alpha:]", one + "-", "z-a", ""}) + "]" + from(at+1)
	case 11:
		return string(runes[:at]) + "\\" + from(at)
	case 12, 13:
		return string(runes[:at]) + "{" + one + "," + pick(r, names) + "}" + from(at+1)
	case 14:
		return "{" + pick(r, names) + "," + name + "}" + pick(r, []string{"", "*", "x"})
	case 15:
		return "!(" + one + ")" + from(at+1) + pick(r, []string{"", "*"})
	case 16:
		return string(runes[:at]) + soup(r, 1+r.Intn(2)) + from(at)
	case 17:
		return pick(r, names)
	}
	return name
}

// soup is what makes sense by chance only.
func soup(r *rand.Rand, size int) string {
	letters := []rune(`aabbc/*?[]{}()!\\^-,.|+$~é日 x`)
	var b strings.Builder
	for range size {
		b.WriteRune(pick(r, letters))
	}
	return b.String()
}
