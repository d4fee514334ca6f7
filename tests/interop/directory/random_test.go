package directory_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/glob"

	"argocd-decrypt/tests/interop/harness"
)

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// Pieces of files: documents, and what stands between them.
func document(r *rand.Rand) string {
	name := "n" + strconv.Itoa(r.IntN(1000))
	if r.IntN(8) > 0 {
		return pick(r,
			configMap(name), jsonConfigMap(name)+"\n", "{apiVersion: v1, kind: ConfigMap, metadata: {name: "+name+"}}\n",
			"apiVersion: v1\nkind: List\nitems:\n- "+jsonConfigMap(name)+"\n- "+jsonConfigMap(name+"b")+"\n",
			"apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: "+name+"}\nspec:\n  v: "+value(r)+"\n",
			"# a comment\n", "null\n")
	}
	return pick(r,
		configMap(name), configMap(name), configMap(name),
		jsonConfigMap(name)+"\n", jsonConfigMap(name),
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: "+name+"}}\n",
		"apiVersion: v1\nkind: List\nitems:\n- "+jsonConfigMap(name)+"\n- "+jsonConfigMap(name+"b")+"\n",
		"apiVersion: v1\nkind: List\nitems: "+pick(r, "[]", "null", "~", "text", "{}")+"\n",
		"apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: "+name+"}\nspec:\n  v: "+value(r)+"\n  w: "+value(r)+"\n",
		"apiVersion: x.io/v1\nkind: Widget\nmetadata:\n  name: "+name+"\nspec: &a\n  v: "+value(r)+"\nmore: *a\n",
		"# a comment\n", "", "\n", "null\n", "~\n", "--- # x\n", "a: b\n", "- a\n", "text\n", "kind: "+pick(r, "''", "5", "null", "[]")+"\n",
		"{{ template }}\n", "a: [\n", "a:\n\tb\n", "...\n", "%YAML 1.1\n", "\"a\": \"b\n", "\ufeff", "\x00",
		"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "+name+"\n bad: x\n",
	)
}

func value(r *rand.Rand) string {
	return pick(r, "1", "1.5", "1e3", "0777", "0o17", "0x1F", "1_000", "yes", "n", "on", "~", "null", "''", "'x: y'", "\"\\u00e9\\n\"", "2001-01-01",
		"190:20:30", ".5", ".inf", "-.5e2", "+1", "|\n    a\n    ---\n    b", ">-\n    a\n\n    b", "[1, 'a', {b: c}]", "{a: {b: [c]}}", "!!str 5", "!!int '5'",
		"!!binary aGk=", "- 1", "9007199254740993", "12345678901234567890", "\"\\ud83d\\ude00\"", "ü😀", "'a''b'", "{<<: {a: b}, c: d}", "{a: 1, a: 2}", "a\u2028b", "= ", "<<")
}

func file(r *rand.Rand) string {
	var text strings.Builder
	for n := 1 + r.IntN(4); n > 0; n-- {
		text.WriteString(document(r))
		text.WriteString(pick(r, "---\n", "---\n", "---\n", "---\n", "---\n", "---\n", "---\n", "---\n", "\n---\n", "\n---\n", "---", "--- \n", "--- # c\n", "---\r\n", "", "\n", " ---\n", "--- x\n", "...\n---\n"))
	}
	content := text.String()
	switch r.IntN(20) {
	case 0:
		return "# +argocd:skip-file-rendering\n" + content
	case 1:
		return strings.ReplaceAll(content, "\n", "\r\n")
	case 2:
		return "# \xfc\n" + content
	}
	return content
}

func randomApp(r *rand.Rand) app {
	a := app{tree: harness.Tree{}, directory: v1alpha1.ApplicationSourceDirectory{Recurse: r.IntN(2) == 0}}
	for n := 1 + r.IntN(3); n > 0; n-- {
		name := pick(r, "", "", "d/", "d/e/", "z/") + pick(r, "a", "b", "c-d", "c") + pick(r, ".yaml", ".yml", ".yaml", ".json", ".txt")
		content := file(r)
		if strings.HasSuffix(name, ".json") && r.IntN(3) > 0 {
			content = pick(r, "", " ", "\n") + jsonConfigMap("j") + pick(r, "", "\n", " ", ",", "{}", "null", "#")
		}
		a.tree[name] = content
	}
	if r.IntN(8) == 0 {
		a.tree["link.yaml"] = linkPrefix + pick(r, "a.yaml", "d", "nowhere", "../x", "d/e/a.yaml")
	}
	return a
}

// Where we may refuse what Argo CD renders: each is described in docs/differences.md.
var onPurpose = regexp.MustCompile(strings.Join([]string{
	"apiVersion: missing or not a string", "kind: missing or not a string", "is not an object",
	"a second document without a --- line before it", "not a JSON object",
	"no document separator", "neither JSON",
	// Behind the end of a document, or words of a manifest without a colon.
	"did not find expected", "could not find expected", "mapping values are not allowed", "unexpected end of stream",
	"found character that cannot start", "control characters are not allowed", "found unexpected document indicator",
}, "|"))

func TestRandomTreesAreRenderedAlike(t *testing.T) {
	p := newPeer(t)
	r := rand.New(rand.NewPCG(uint64(harness.Seed(t)), 1))
	count, stricterOnes, failures := 1500, 0, 0
	if text := os.Getenv("ACD_DIRECTORY_COUNT"); text != "" {
		count, _ = strconv.Atoi(text)
	}
	rendered := 0
	for i := 0; i < count && failures < 12; i++ {
		a := randomApp(r)
		root := write(t, a.tree)
		native, nativeErr := p.native(root, a)
		plugin, pluginErr := p.plugin(root, a)
		os.RemoveAll(root)
		difference, isStricter := same(native, nativeErr, plugin, pluginErr)
		switch {
		case isStricter && onPurpose.MatchString(pluginErr.Error()):
			stricterOnes++
		case difference != "" && strings.Contains(fmt.Sprint(a.tree), "\ufeff---"):
			// A byte order mark before dashes in the middle of a file: no document to us.
		case difference != "":
			failures++
			t.Errorf("tree %d: %s\n%s", i, difference, show(a))
		case pluginErr == nil && len(plugin) > 0:
			rendered++
		}
	}
	t.Logf("%d trees: %d rendered alike, %d refused by us alone, on purpose", count, rendered, stricterOnes)
}

// Without what gobwas, Argo CD's matcher, is known to get wrong: `{a*,b}` before another wildcard, and
// characters of more than one byte, where it may even panic.
func TestRandomPatternsSelectAlike(t *testing.T) {
	p := newPeer(t)
	r := rand.New(rand.NewPCG(uint64(harness.Seed(t)), 2))
	tree := harness.Tree{}
	for _, dir := range []string{"", "a/", "b/", "a/b/"} {
		for _, name := range []string{"a", "b", "ab", "c", "cb", "-", "a,b", "{a}", "!a", "^", "]"} {
			tree[dir+name+".yaml"] = configMap(fmt.Sprintf("n%d", len(tree)))
		}
	}
	root := write(t, tree)
	refused := 0
	for i := 0; i < 400; i++ {
		var pattern strings.Builder
		for n := 1 + r.IntN(5); n > 0; n-- {
			pattern.WriteString(pick(r, "a", "b", "*", "**", "?", "/", ".yaml", "*.yaml", "{a,b}", "[ab]", "[a-c]", "[!a]", "[^a]", "\\{", "\\*", ",", "{,a}", "{a,{b,c}}", "!", "[", "{", "}", "]", "\\", "[a,b]"))
		}
		a := app{directory: v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: pattern.String()}}
		if r.IntN(2) == 0 {
			a.directory.Include, a.directory.Exclude = "", pattern.String()
		}
		native, nativeErr, panics := p.nativeOrPanic(root, a)
		plugin, pluginErr := p.plugin(root, a)
		if panics {
			refused++
			continue
		}
		if pluginErr != nil && strings.Contains(pluginErr.Error(), "parameter ") {
			refused++ // a broken pattern, which Argo CD takes for one that matches nothing
			continue
		}
		if difference, _ := same(native, nativeErr, plugin, pluginErr); difference != "" && !gobwasErrs(pattern.String(), tree) {
			t.Errorf("pattern %q: %.600s", pattern.String(), difference)
		}
	}
	t.Logf("%d of 400 patterns refused", refused)
}

// gobwasErrs says that gobwas matches a pattern with alternatives otherwise than the patterns without that
// it stands for (`*{,a}b**` no "ab", which `*ab**` does), or a path that is shorter than what the pattern
// says letter by letter (`a.yaml*.yaml` the path "a.yaml").
func gobwasErrs(pattern string, tree harness.Tree) bool {
	// What a backslash is in front of, and a class, becomes a letter of its own, for as long as braces are
	// looked at.
	const first = 0xe000
	var letters []string
	masked := regexp.MustCompile(`\\.|\[[!^]?[^]\\[]+\]`).ReplaceAllStringFunc(pattern, func(s string) string {
		letters = append(letters, s)
		return string(rune(first + len(letters) - 1))
	})
	if strings.Contains(masked, "[") {
		return false
	}
	unmask := func(r rune) string {
		if r >= first {
			return letters[r-first]
		}
		return string(r)
	}
	for path := range tree {
		one := false
		for _, alternative := range alternatives(masked) {
			var plain strings.Builder
			for _, r := range alternative {
				plain.WriteString(unmask(r))
			}
			matches := glob.Match(plain.String(), path)
			if matches && len([]rune(strings.ReplaceAll(alternative, "*", ""))) > len(path) {
				return true
			}
			one = one || matches
		}
		if one != glob.Match(pattern, path) {
			return true
		}
	}
	return false
}

// alternatives takes the first innermost braces of a pattern apart, and so on.
func alternatives(pattern string) []string {
	end := strings.IndexByte(pattern, '}')
	begin := strings.LastIndexByte(pattern[:max(end, 0)], '{')
	if begin < 0 {
		return []string{pattern}
	}
	var all []string
	for _, one := range strings.Split(pattern[begin+1:end], ",") {
		all = append(all, alternatives(pattern[:begin]+one+pattern[end+1:])...)
	}
	return all
}

// nativeOrPanic is native, which gobwas lets panic for a few patterns.
func (p *peer) nativeOrPanic(root string, a app) (native []string, err error, panics bool) {
	defer func() {
		if recover() != nil {
			panics = true
		}
	}()
	native, err = p.native(root, a)
	return native, err, false
}
