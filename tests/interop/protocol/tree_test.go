package protocol_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/argoproj/argo-cd/v3/util/io/files"

	"argocd-decrypt/tests/interop/harness"
)

// Items 13 to 19: what becomes of the archive.
var treeItems = []item{
	{
		number: "13", given: "entries `.` and `./`, folders without a slash, PAX names, UTF-8, empty folders and files: recreates them all",
		both: "packed by Argo CD: all of it; by hand: all of it",
		run:  unusualEntries,
	},
	{
		number: "14", given: "an entry `../x`: refuses the archive; and nothing is written outside, of an absolute name either",
		stock: "above: refused; absolute: stays inside; nothing outside", ours: "above: refused; absolute: refused; nothing outside",
		why: "Argo CD's client never sends an absolute name, so such an archive is somebody else's", run: outsideNames,
	},
	{
		number: "15", given: "a chain of links `d/up -> ..`, `d/up/e -> ../s`: refuses it",
		both: "refused",
		run:  linkChain,
	},
	{
		number: "16", given: "an absolute link target `/etc/hostname` of `d/l`: keeps it inside, or refuses it",
		stock: "stored as d/etc/hostname", ours: "refused",
		why: "a link that leads elsewhere than the repository says would be used without anybody noticing", run: absoluteLink,
	},
	{
		number: "16a", given: "links that leave the root, straight or through a folder: refuses the archive; a dangling one inside, and one to the root: keeps them",
		both: "out: refused; out by a folder: refused; written through: refused; dangling: kept; to the root: kept",
		run:  links,
	},
	{
		number: "17", given: "hard links, devices and FIFOs: ignores them",
		both: "ignored, and the rest is there",
		run:  specialEntries,
	},
	{
		number: "18", given: "`preserveFileMode` false: files 0644, folders 0755; true: the archive's permission bits",
		both: "false: f 644, f 644, d 755; true: f 750, f 604, d 700",
		run:  modes,
	},
	{
		number: "18a", given: "a set-user-ID bit with `preserveFileMode`: has no effect",
		stock: "refused", ours: "f 755",
		why: "Go's os.Root refuses such a mode, and with it the whole repository", run: setUserID,
	},
	{
		number: "18b", given: "`preserveFileMode` with bits that the server's umask takes (0664)",
		stock: "f 644", ours: "f 664",
		why: "what a repository says does not depend on how the container was started", run: beyondUmask,
	},
	{
		number: "19", given: "an `appRelPath` that leaves the root, straight or by a link: refuses it",
		both: "..: refused; ../..: refused; absolute: inside; by a link: refused; a link inside: followed",
		run:  outsidePaths,
	},
	{
		number: "19a", given: "an `appRelPath` of `../NAME0` beside the request's own folder NAME: refuses it",
		stock: "gives what lies there", ours: "refused",
		why: "the stock server compares the beginning of the two paths as texts", run: siblingPath,
	},
}

// listTree is what listing prints of a folder, with modes as a server makes them.
func listTree(t *testing.T, root string) string {
	t.Helper()
	var lines, sums []string
	harness.Check(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, _ := filepath.Rel(root, path)
		switch {
		case entry.IsDir():
			lines = append(lines, "d 755 "+name+" ")
		case entry.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			lines = append(lines, "l 777 "+name+" "+target)
		default:
			text, _ := os.ReadFile(path)
			lines = append(lines, "f 644 "+name+" ")
			sums = append(sums, fmt.Sprintf("%x  ./%s", sha256.Sum256(text), name))
		}
		return nil
	}))
	slices.Sort(lines)
	slices.Sort(sums)
	return strings.Join(append(lines, sums...), "\n")
}

func unusualEntries(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	long := strings.Repeat("long-name-", 15)
	root := harness.TempDir(t, "")
	harness.Tree{
		"plain.txt": "x", "empty-file": "", "ünïcode/日本.txt": "u", "deep/" + long + "/" + long + "/x.txt": "deep", "with blank/a b": "b",
	}.Write(t, root)
	harness.Check(t, os.MkdirAll(filepath.Join(root, "empty-folder/inner"), 0o755))
	harness.Check(t, os.Symlink("../plain.txt", filepath.Join(root, "deep/link")))
	harness.Check(t, os.Symlink("x/"+long+long, filepath.Join(root, "dangling")))
	var packed bytes.Buffer
	_, err := files.Tgz(root, nil, nil, &packed)
	harness.Check(t, err)
	r.either(s.listed(t, packed.Bytes()) == listTree(t, root), "packed by Argo CD: all of it", "packed by Argo CD: something else")

	folder := func(name string) harness.Entry {
		return harness.Entry{Header: tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeDir}}
	}
	pax := func(entry harness.Entry, format tar.Format) harness.Entry {
		entry.Format = format
		return entry
	}
	archive := harness.Archive(t, folder("./"), folder("."), folder("./empty-folder"), folder("empty-folder/inner"),
		harness.File("./plain.txt", "x"), harness.File("empty-file", ""), pax(harness.File("ünïcode/日本.txt", "u"), tar.FormatPAX),
		pax(harness.File("deep/"+long+"/"+long+"/x.txt", "deep"), tar.FormatGNU), harness.File("with blank//a b", "b"),
		harness.Link("deep/link", "../plain.txt"), pax(harness.Link("dangling", "x/"+long+long), tar.FormatPAX))
	r.either(s.listed(t, archive) == listTree(t, root), "by hand: all of it", "by hand: something else")
	s.clean(t)
}

// listed is the tree as the command saw it.
func (s *server) listed(t *testing.T, archive []byte) string {
	t.Helper()
	manifests, err := s.generate(background(t), "", archive)
	harness.Check(t, err)
	return strings.TrimSpace(dataOf(t, manifests, "tree"))
}

// verdict is what comes of an archive: refused, or one line of the tree.
func (s *server) verdict(t *testing.T, name string, entries ...harness.Entry) string {
	t.Helper()
	manifests, err := s.generate(background(t), "", harness.Archive(t, append([]harness.Entry{harness.File("manifest.yaml", configMap)}, entries...)...))
	if err != nil {
		t.Logf("%v", err)
		return "refused"
	}
	for _, line := range strings.Split(dataOf(t, manifests, "tree"), "\n") {
		if fields := strings.SplitN(line, " ", 4); len(fields) == 4 && fields[2] == name {
			return strings.TrimSpace(fields[0] + " " + fields[3])
		}
	}
	return "ignored"
}

func outsideNames(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	r.fact("above: %s", s.verdict(t, "x", harness.File("../x", "x")))
	if got := s.verdict(t, strings.TrimPrefix(s.place.Root, "/")+"/absolute", harness.File(s.place.Root+"/absolute", "x")); got == "f" {
		r.fact("absolute: stays inside")
	} else {
		r.fact("absolute: %s", got)
	}
	s.clean(t)
	r.either(exists(filepath.Join(s.place.Root, "absolute")) || exists(filepath.Join(s.place.Work, "x")), "something outside", "nothing outside")
}

func linkChain(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	r.fact("%s", s.verdict(t, "d/up/e", harness.Link("d/up", ".."), harness.Link("d/up/e", "../s")))
	s.clean(t)
}

func absoluteLink(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	got := s.verdict(t, "d/l", harness.Link("d/l", "/etc/hostname"))
	if got == "l etc/hostname" {
		got = "stored as d/etc/hostname"
	}
	r.fact("%s", got)
	s.clean(t)
}

func links(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	kept := func(target, got string) string {
		if got == "l "+target {
			return "kept"
		}
		return got
	}
	r.fact("out: %s", s.verdict(t, "l", harness.Link("l", "../x")))
	r.fact("out by a folder: %s", s.verdict(t, "d/l", harness.Link("d/l", "../../x")))
	r.fact("written through: %s", s.verdict(t, "d/x", harness.Link("d", "../.."), harness.File("d/x", "x")))
	r.fact("dangling: %s", kept("nowhere", s.verdict(t, "l", harness.Link("l", "nowhere"))))
	r.fact("to the root: %s", kept("..", s.verdict(t, "d/l", harness.Link("d/l", ".."))))
	s.clean(t)
}

func specialEntries(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing})
	special := func(kind byte, name, target string) harness.Entry {
		return harness.Entry{Header: tar.Header{Name: name, Linkname: target, Mode: 0o644, Typeflag: kind, Devmajor: 1, Devminor: 3}}
	}
	root := harness.TempDir(t, "")
	harness.Tree{"manifest.yaml": configMap, "d/last.txt": "x"}.Write(t, root)
	got := s.listed(t, harness.Archive(t, harness.File("manifest.yaml", configMap),
		special(tar.TypeLink, "hard", "manifest.yaml"), special(tar.TypeLink, "hard-outside", "/etc/passwd"),
		special(tar.TypeChar, "null", ""), special(tar.TypeBlock, "block", ""), special(tar.TypeFifo, "fifo", ""),
		harness.File("d/last.txt", "x")))
	if got == listTree(t, root) {
		r.fact("ignored, and the rest is there")
	} else {
		r.fact("%s", got)
	}
	s.clean(t)
}

func modes(t *testing.T, p peer, r *record) {
	defer syscall.Umask(syscall.Umask(0o022))
	archive := harness.Archive(t, harness.Entry{Header: tar.Header{Name: "c", Mode: 0o700, Typeflag: tar.TypeDir}},
		withMode(harness.File("a", "x"), 0o750), withMode(harness.File("b", "x"), 0o604))
	for _, preserve := range []string{"false", "true"} {
		s := p.start(t, setup{spec: listing + "  preserveFileMode: " + preserve + "\n"})
		seen := typesAndModes(s.listed(t, archive))
		r.fact("%s: %s, %s, %s", preserve, seen["a"], seen["b"], seen["c"])
	}
}

func beyondUmask(t *testing.T, p peer, r *record) {
	defer syscall.Umask(syscall.Umask(0o022))
	s := p.start(t, setup{spec: listing + "  preserveFileMode: true\n"})
	r.fact("%s", typesAndModes(s.listed(t, harness.Archive(t, withMode(harness.File("a", "x"), 0o664))))["a"])
}

func withMode(entry harness.Entry, mode int64) harness.Entry {
	entry.Mode = mode
	return entry
}

// typesAndModes takes a listing apart.
func typesAndModes(listed string) map[string]string {
	seen := map[string]string{}
	for _, line := range strings.Split(listed, "\n") {
		if fields := strings.Fields(line); len(fields) == 3 {
			seen[fields[2]] = fields[0] + " " + fields[1]
		}
	}
	return seen
}

func setUserID(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: listing + "  preserveFileMode: true\n"})
	manifests, err := s.generate(background(t), "", harness.Archive(t, withMode(harness.File("a", "x"), 0o4755)))
	if err != nil {
		t.Logf("%v", err)
		r.fact("refused")
	} else {
		r.fact("%s", typesAndModes(dataOf(t, manifests, "tree"))["a"])
	}
	s.clean(t)
}

func outsidePaths(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	harness.Check(t, os.WriteFile(filepath.Join(s.place.Work, "manifest.yaml"), []byte(configMap), 0o644))
	manifest := harness.File("app/manifest.yaml", configMap)
	archive := harness.Archive(t, harness.File("manifest.yaml", configMap), manifest)
	say := func(name, path string, archive []byte, accepted string) {
		_, err := s.generate(background(t), path, archive)
		t.Logf("%s: %v", name, err)
		if err == nil {
			r.fact("%s: %s", name, accepted)
		} else {
			r.fact("%s: refused", name)
		}
	}
	say("..", "..", archive, "accepted")
	say("../..", "../..", archive, "accepted")
	say("absolute", "/app", archive, "inside")
	say("by a link", "out", harness.Archive(t, manifest, harness.Link("out", "../..")), "accepted")
	say("a link inside", "in", harness.Archive(t, manifest, harness.Link("in", "app")), "followed")
	harness.Check(t, os.Remove(filepath.Join(s.place.Work, "manifest.yaml")))
	s.clean(t)
}

// siblingPath learns the name of the request's folder while its stream is open.
func siblingPath(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile})
	stream, err := s.GenerateManifest(background(t))
	harness.Check(t, err)
	base := filepath.Join(s.place.Work, "_cmp_server")
	name := "request"
	if p == stock {
		harness.WaitFor(t, 10e9, func() error {
			entries, err := os.ReadDir(base)
			if err != nil || len(entries) == 0 {
				return fmt.Errorf("no folder for the request: %v", err)
			}
			name = entries[0].Name()
			return nil
		})
	} else {
		base = filepath.Join(s.place.Work, "argocd-decrypt")
		if entries, _ := filepath.Glob(base + "/process-*"); len(entries) > 0 {
			name = filepath.Base(entries[0])
		}
	}
	sibling := filepath.Join(base, name+"0")
	harness.Tree{"manifest.yaml": configMap}.Write(t, sibling)
	defer os.RemoveAll(sibling)
	request := harness.RawRequest{App: harness.App{Path: "../" + name + "0"}, Archive: harness.Archive(t, harness.File("manifest.yaml", configMap))}
	_, err = request.Finish(stream)
	t.Logf("%v", err)
	r.either(err == nil, "gives what lies there", "refused")
}
