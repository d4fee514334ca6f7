package protocol_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"

	"argocd-decrypt/tests/interop/harness"
	"argocd-decrypt/tests/interop/harness/reposerver"
)

// Items 27 to 31: what a command prints, and what Argo CD gets of it.
var outputItems = []item{
	{
		number: "27", given: "a document without `kind` or `apiVersion`: fails, naming only its index or name",
		stock: "no kind: passed on, and Argo CD's error shows the whole object; no apiVersion: passed on", ours: "no kind: refused, without its content; no apiVersion: refused, without its content",
		why: "Argo CD puts the object into logs, Redis and the UI: with the secrets in it", run: incompleteObjects,
	},
	{
		number: "28", given: "empty, comment-only and `null` documents: drops them",
		both: "two objects of eight documents",
		run:  emptyDocuments,
	},
	{
		number: "28a", given: "only such: fails, unless empty output is allowed",
		stock: "no manifests, no error; with allowEmpty: no manifests", ours: "refused; with allowEmpty: no manifests",
		why: "with automated pruning, no manifests delete the whole application; the parameter `allowEmpty` of `true` allows it", run: noDocuments,
	},
	{
		number: "29", given: "a List, and objects with `items` at the top: the same resources for Argo CD",
		both: "the resources, tracked by Argo CD",
		run:  lists,
	},
	{
		number: "30", given: "unquoted `n`, `yes`, `0777`, merge keys, anchors, huge numbers: the same objects for Argo CD (YAML 1.1)",
		both: "the resources, tracked by Argo CD",
		run:  oldYAML,
	},
	{
		number: "30a", given: "a JSON stream, a BOM, CRLF: the same objects; text that is no YAML, a scalar, a list at the top: fails",
		both: "JSON stream: 2; BOM: 1; CRLF: 2; not YAML: fails; scalar: fails; list: fails",
		run:  otherTexts,
	},
	{
		number: "30b", given: "output that still holds SOPS ciphertext",
		stock: "passed on", ours: "refused",
		why: "ciphertext must not become somebody's password", run: leftCiphertext,
	},
	{
		number: "31", given: "the same archive and variables twice: the same bytes in the same order",
		both: "the same bytes",
		run:  twice,
	},
}

// printing is a plugin whose output is the repository's file `out`.
const printing = "  generate:\n    command: [/bin/cat, out]\n"

func (s *server) printed(t *testing.T, out string, parameters ...v1alpha1.ApplicationSourcePluginParameter) ([]string, error) {
	t.Helper()
	app := repo(t, harness.Tree{"out": out}, "")
	app.Parameters = parameters
	return s.Generate(background(t), app)
}

func incompleteObjects(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	for _, c := range []struct{ name, line string }{{"no kind", "apiVersion: v1\n"}, {"no apiVersion", "kind: Secret\n"}} {
		manifests, err := s.printed(t, configMap+"---\n"+c.line+"metadata: {name: bad}\nstringData: {password: canary-password}\n")
		if err != nil {
			t.Logf("%v", err)
			shown := strings.Contains(err.Error(), "canary-password")
			named := strings.Contains(err.Error(), "bad") || strings.Contains(err.Error(), "2")
			if shown || !named {
				r.fact("%s: %v", c.name, err)
			} else {
				r.fact("%s: refused, without its content", c.name)
			}
			continue
		}
		passed := c.name + ": passed on"
		for _, manifest := range manifests {
			if _, err := kube.SplitYAML([]byte(manifest)); err != nil && strings.Contains(err.Error(), "canary-password") {
				passed += ", and Argo CD's error shows the whole object"
			}
		}
		r.fact("%s", passed)
	}
}

func emptyDocuments(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	second := strings.Replace(configMap, "plain", "second", 1)
	manifests, err := s.printed(t, "---\n---\n# a comment\n---\n"+configMap+"---\nnull\n---\n\n---\n"+second+"---\n# the end\n---\n")
	harness.Check(t, err)
	harness.SameObjects(t, harness.Objects(t, configMap, second), harness.Objects(t, manifests...))
	r.either(len(manifests) == 2, "two objects of eight documents", fmt.Sprintf("%d manifests", len(manifests)))
}

func noDocuments(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	const nothing = "---\n# a comment\n---\nnull\n---\n"
	for _, out := range []string{nothing, "\n"} {
		_, err := s.printed(t, out)
		if p == stock {
			harness.Check(t, err)
		} else if err == nil {
			t.Errorf("%q is answered", out)
		}
	}
	manifests, err := s.printed(t, nothing)
	if err != nil {
		t.Logf("%v", err)
		r.fact("refused")
	} else if len(manifests) == 0 {
		r.fact("no manifests, no error")
	}
	manifests, err = s.printed(t, nothing, harness.String("allowEmpty", "true"))
	harness.Check(t, err)
	r.either(len(manifests) == 0, "with allowEmpty: no manifests", "with allowEmpty: manifests")
}

// downstream is what the repo-server makes of a plugin's answer, by its own code: probing, splitting, tracking.
func (s *server) downstream(t *testing.T, out string) []string {
	t.Helper()
	app := repo(t, harness.Tree{"out": out}, "")
	manifests, err := s.throughRepoServer(t, app, &v1alpha1.ApplicationSourcePlugin{Name: plugin}, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Log())
	}
	return manifests
}

func (s *server) throughRepoServer(t *testing.T, app harness.App, source *v1alpha1.ApplicationSourcePlugin, change func(*reposerverRequest)) ([]string, error) {
	t.Helper()
	t.Setenv("ARGOCD_PLUGINSOCKFILEPATH", s.place.Sockets)
	q := &reposerverRequest{ManifestRequest: reposerver.Request(app.Path), credentials: git.NoopCredsStore{}}
	q.ApplicationSource.Plugin = source
	if change != nil {
		change(q)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30e9)
	defer cancel()
	return reposerver.Generate(ctx, app.Root, q.ManifestRequest, q.credentials)
}

// tracked compares what the repo-server gets with the resources themselves, before it labels them.
func tracked(t *testing.T, r *record, manifests []string) {
	t.Helper()
	r.detail(strings.Join(manifests, "\n"))
	for _, manifest := range manifests {
		if !strings.Contains(manifest, "argocd.argoproj.io/tracking-id") {
			t.Errorf("not tracked: %s", manifest)
		}
	}
	r.fact("the resources, tracked by Argo CD")
}

func lists(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	item := func(name string) string {
		return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `"},"data":{"k":"v"}}`
	}
	manifests := s.downstream(t, `apiVersion: v1
kind: List
items: [`+item("a")+", "+item("b")+`]
---
apiVersion: example.org/v1
kind: WidgetBundle
metadata: {name: bundle}
items:
  - `+item("c")+`
---
`+item("d")+`
---
apiVersion: v1
kind: ConfigMapList
items: [`+item("e")+`]
`)
	if len(manifests) != 5 {
		t.Errorf("%d objects", len(manifests))
	}
	tracked(t, r, manifests)
}

func oldYAML(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	tracked(t, r, s.downstream(t, `apiVersion: example.org/v1
kind: Widget
metadata: {name: old, annotations: {quoted: "yes", date: "2024-01-01"}}
spec:
  answer: yes
  off: no
  letters: {n: y, y: n}
  on: ON
  octal: 0777
  newOctal: 0o17
  hex: 0x1F
  binary: 0b101
  underscores: 1_000
  sexagesimal: 190:20:30
  float: 1.5e+06
  infinity: "x"
  huge: 123456789012345678901234567890
  large: 9007199254740993
  date: 2024-01-01
  tilde: ~
  empty:
  base: &base {a: 1, b: 2}
  merged: {<<: *base, b: 3}
  folded: >-
    one
    two
  keys: {1: a, true: b, 1.5: c}
  "quoted": 'it''s'
`))
}

func otherTexts(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	json := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}`
	two := strings.Replace(json, "one", "two", 1)
	for _, c := range []struct{ name, out string }{
		{"JSON stream", json + "\n" + two}, {"BOM", "\ufeff" + configMap}, {"CRLF", strings.ReplaceAll(configMap+"---\n"+two+"\n", "\n", "\r\n")},
		{"not YAML", configMap + "---\na: [\n"}, {"scalar", "only text\n"}, {"list", "[" + json + "]\n"},
	} {
		manifests, err := s.printed(t, c.out)
		if err == nil { // the repo-server may still not take it
			count := 0
			for _, manifest := range manifests {
				objects, wrong := kube.SplitYAML([]byte(manifest))
				count += len(objects)
				if wrong != nil {
					err = wrong
				}
			}
			if err == nil {
				r.fact("%s: %d", c.name, count)
				for _, object := range harness.Objects(t, manifests...) {
					text, err := object.MarshalJSON()
					harness.Check(t, err)
					r.detail(string(text))
				}
				continue
			}
		}
		t.Logf("%v", err)
		r.fact("%s: fails", c.name)
	}
}

func leftCiphertext(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	const ciphertext = "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]"
	_, err := s.printed(t, strings.Replace(configMap, "value", ciphertext, 1))
	t.Logf("%v", err)
	r.either(err == nil, "passed on", "refused")
}

func twice(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printing})
	var all strings.Builder
	for i := range 20 {
		fmt.Fprintf(&all, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n%d}\ndata: {z: \"1\", a: \"2\", m: \"3\"}\n---\n", 20-i)
	}
	answers := map[string]bool{}
	for range 3 {
		manifests, err := s.printed(t, all.String())
		harness.Check(t, err)
		answers[strings.Join(manifests, "\x00")] = true
	}
	r.either(len(answers) == 1, "the same bytes", "other bytes")
}
