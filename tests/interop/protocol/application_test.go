package protocol_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	repoclient "github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/askpass"
	"github.com/argoproj/argo-cd/v3/util/git"

	"argocd-decrypt/tests/interop/harness"
)

// Items 32 to 36: secrets, parameters and credentials.
var applicationItems = []item{
	{
		number: "32", given: "a failing command: the error has no argument of the command, and no path that changes with each request",
		stock: "says why; shows the command line; shows the request's folder", ours: "says why; no command line; no request's folder",
		why: "a script's text and its arguments are shown to every user of the application; a text that changes sets off a new status each time", run: failingCommand,
	},
	{
		number: "32a", given: "the log at its most talkative: holds no manifest",
		stock: "holds the manifests", ours: "no manifest",
		why: "logs are read by more people than Secrets", run: talkativeLog,
	},
	{
		number: "32b", given: "an error of a command: names application, project, path and phase, with a gRPC code that fits",
		stock: "Unknown: the command's words", ours: "FailedPrecondition: application, project, path, phase, and the command's words",
		why: "who reads it has many applications", run: errorContext,
	},
	{
		number: "33", given: "a question for parameters where nothing can be decrypted: answers",
		both: "answered: a",
		run:  announcementsWithoutKeys,
	},
	{
		number: "34", given: "a static and a dynamic parameter of one name: sends it once",
		stock: "a of dynamic, b of dynamic, a of static, c of static", ours: "a of dynamic, b of dynamic, c of static",
		why: "Argo CD's UI takes the first of one name", run: announcedTwice,
	},
	{
		number: "34a", given: "all fields of an announcement, static and dynamic: as they stand there",
		both: "all fields",
		run:  announcementFields,
	},
	{
		number: "34b", given: "a dynamic command that fails, or prints no JSON list: fails",
		both: "exit code: an error; no JSON: an error; an object: an error; nothing: an error",
		run:  badAnnouncements,
	},
	{
		number: "34c", given: "an announcement with a byte that is no UTF-8: has U+FFFD there",
		both: `"a\ufffdb" of "a\ufffd\ufffd"`,
		run:  announcementNotUTF8,
	},
	{
		number: "35", given: "`provideGitCreds` false: no credentials arrive; true: git's askpass program gets them by the repo-server's socket, and no variable holds them",
		both: "false: check false, no askpass; true: check true, user and password by askpass, no variable with the password",
		run:  gitCredentials,
	},
	{
		number: "36", given: "an empty `KUBE_VERSION` (the source hydrator): a command gets it as it is",
		both: "set and empty",
		run:  hydrator,
	},
	{
		number: "36a", given: "the source hydrator and something encrypted, without a `generate` command",
		stock: "has no renderer of its own", ours: "a chart is rendered; what is encrypted is refused",
		why: "the hydrator would commit plaintext to git", run: hydratorAndSecrets,
	},
}

func failingCommand(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("echo because >&2; cat \"$PWD/missing\"; exit 3", "sh", "canary-argument") + "\n"})
	_, err := s.Generate(background(t), plainApp(t))
	if err == nil {
		t.Fatal("exit 3 was a success")
	}
	t.Logf("%v", err)
	r.either(strings.Contains(err.Error(), "because"), "says why", "does not say why")
	r.either(strings.Contains(err.Error(), "canary-argument"), "shows the command line", "no command line")
	r.either(strings.Contains(err.Error(), s.place.Work), "shows the request's folder", "no request's folder")
}

func talkativeLog(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile, verbose: true})
	manifest := strings.Replace(configMap, "value", "canary-value", 1)
	s.render(t, repo(t, harness.Tree{"manifest.yaml": manifest}, ""))
	// The stock server's lines may come a moment after its answer.
	for until := time.Now().Add(3 * time.Second); p == stock && time.Now().Before(until) && !strings.Contains(s.Log(), "canary-value"); {
		time.Sleep(10 * time.Millisecond)
	}
	r.either(strings.Contains(s.Log(), "canary-value"), "holds the manifests", "no manifest")
}

func errorContext(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("echo because >&2; exit 3") + "\n"})
	_, err := s.Generate(background(t), repo(t, harness.Tree{"deep/app/manifest.yaml": configMap}, "deep/app"))
	if err == nil {
		t.Fatal("exit 3 was a success")
	}
	t.Logf("%v", err)
	text := err.Error()
	var named []string
	for _, word := range []struct{ name, text string }{{"application", "sample"}, {"project", harness.Project}, {"path", "deep/app"}, {"phase", "phase"}} {
		if strings.Contains(text, word.text) {
			named = append(named, word.name)
		}
	}
	if len(named) > 0 {
		r.fact("%s: %s, and the command's words", codeName(err), strings.Join(named, ", "))
	} else {
		r.fact("%s: the command's words", codeName(err))
	}
	if !strings.Contains(text, "because") {
		t.Error("not the command's words")
	}
}

func announcementsWithoutKeys(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile + "  parameters:\n    static:\n      - name: a\n"})
	encrypted := harness.NewKey(t).Encrypt(t, "manifest.yaml", configMap)
	announced, err := s.Announce(background(t), repo(t, harness.Tree{"manifest.yaml": encrypted}, ""), nil)
	if err != nil {
		r.fact("%v", err)
		return
	}
	r.fact("answered: %s", names(announced))
}

func names(announced []*repoclient.ParameterAnnouncement) string {
	var all []string
	for _, a := range announced {
		all = append(all, a.Name)
	}
	return strings.Join(all, ", ")
}

func announcedTwice(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: printFile + `  parameters:
    static:
      - {name: a, title: static}
      - {name: c, title: static}
    dynamic:
      command: [/bin/echo]
      args: ['[{"name":"a","title":"dynamic"},{"name":"b","title":"dynamic"}]']
`})
	announced, err := s.Announce(background(t), plainApp(t), nil)
	harness.Check(t, err)
	var all []string
	for _, a := range announced {
		all = append(all, a.Name+" of "+a.Title)
	}
	r.fact("%s", strings.Join(all, ", "))
}

func announcementFields(t *testing.T, p peer, r *record) {
	const fields = `{"name":"n","title":"T","tooltip":"a tip","required":true,"itemType":"number","collectionType":"map","string":"s","array":["x","y"],"map":{"k":"v"}}`
	s := p.start(t, setup{spec: printFile + "  parameters:\n    static:\n      - " + fields + "\n    dynamic:\n      command: [/bin/echo]\n      args: ['[" +
		strings.Replace(fields, `"n"`, `"d"`, 1) + "]']\n"})
	announced, err := s.Announce(background(t), plainApp(t), nil)
	harness.Check(t, err)
	for i, name := range []string{"d", "n"} {
		a := announced[i]
		want := &repoclient.ParameterAnnouncement{Name: name, Title: "T", Tooltip: "a tip", Required: true, ItemType: "number", CollectionType: "map", String_: "s", Array: []string{"x", "y"}, Map: map[string]string{"k": "v"}}
		if a.String() != want.String() {
			t.Errorf("%v", a)
		}
	}
	r.fact("all fields")
}

func announcementNotUTF8(t *testing.T, p peer, r *record) {
	script := `printf '[{"name":"a\377b","title":"a\342\202"}]'`
	s := p.start(t, setup{spec: printFile + "  parameters:\n    dynamic:\n      command: " + harness.Shell(script) + "\n"})
	announced, err := s.Announce(background(t), plainApp(t), nil)
	harness.Check(t, err)
	for _, a := range announced {
		r.fact("%+q of %+q", a.Name, a.Title)
	}
}

func badAnnouncements(t *testing.T, p peer, r *record) {
	for _, c := range []struct{ name, script string }{
		{"exit code", "echo '[]'; exit 3"}, {"no JSON", "echo name: a"}, {"an object", `echo '{"name":"a"}'`}, {"nothing", ":"},
	} {
		s := p.start(t, setup{spec: printFile + "  parameters:\n    dynamic:\n      command: " + harness.Shell(c.script) + "\n"})
		announced, err := s.Announce(background(t), plainApp(t), nil)
		if err != nil {
			t.Logf("%v", err)
			r.fact("%s: an error", c.name)
		} else {
			r.fact("%s: %d announced", c.name, len(announced))
		}
	}
}

// gitCredentials goes the repo-server's whole way. The command asks as git would: $GIT_ASKPASS with a question.
func gitCredentials(t *testing.T, p peer, r *record) {
	spec := "  generate:\n    command: " + harness.Shell(`printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  env: |\n'
env | LC_ALL=C sort | sed 's/^/    /'
printf '  askpass: "%s"\n' "${GIT_ASKPASS:+set}"
if [ -n "$GIT_ASKPASS" ]; then
  printf '  user: "%s"\n' "$($GIT_ASKPASS "Username for 'https://git.example.org': ")"
  printf '  password: "%s"\n' "$($GIT_ASKPASS "Password for 'https://user@git.example.org': " | tr a-z A-Z)"
fi
`) + "\n"
	const password = "canary-password"
	for _, provide := range []string{"false", "true"} {
		place := harness.NewPlace(t)
		// Argo CD's image has its binary there; it acts as $ARGOCD_BINARY_NAME says.
		harness.Check(t, os.Symlink(harness.StockCMP(t), filepath.Join(place.Bin, "argocd")))
		s := p.startAt(t, place, setup{spec: spec + "  provideGitCreds: " + provide + "\n"})
		socket := filepath.Join(place.Root, "askpass.sock")
		store := askpass.NewServer(socket)
		closer, err := store.Start(socket)
		harness.Check(t, err)
		t.Cleanup(func() { closer.Close() })
		manifests, err := s.throughRepoServer(t, plainApp(t), &v1alpha1.ApplicationSourcePlugin{Name: plugin}, func(q *reposerverRequest) {
			q.Repo.Username, q.Repo.Password, q.credentials = "user", password, store
		})
		if err != nil {
			t.Fatalf("%v\n%s", err, s.Log())
		}
		fact := fmt.Sprintf("%s: check %v", provide, s.check(t).ProvideGitCreds)
		if dataOf(t, manifests, "askpass") == "" {
			r.fact("%s, no askpass", fact)
			continue
		}
		if dataOf(t, manifests, "user") == "user" && dataOf(t, manifests, "password") == strings.ToUpper(password) {
			fact += ", user and password by askpass"
		}
		if strings.Contains(dataOf(t, manifests, "env"), password) {
			fact += ", a variable with the password"
		} else {
			fact += ", no variable with the password"
		}
		r.fact("%s", fact)
	}
}

// reposerverRequest is what the repo-server was asked, and where it keeps git credentials.
type reposerverRequest struct {
	*repoclient.ManifestRequest
	credentials git.CredsStore
}

func hydrator(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: variables})
	app := plainApp(t)
	app.Hydrator = true
	got := dataOf(t, s.render(t, app), "env")
	r.either(strings.Contains("\n"+got, "\nKUBE_VERSION=\n"), "set and empty", "not there")
}

// builtIn is our server with its own renderer; the stock one has none.
func builtIn(t *testing.T, p peer, r *record) *server {
	t.Helper()
	if p == stock {
		r.fact("has no renderer of its own")
		return nil
	}
	place := harness.NewPlace(t)
	s := &server{Server: harness.StartServer(t, place), peer: p, place: place}
	s.Client = s.Connect(t)
	return s
}

func hydratorAndSecrets(t *testing.T, p peer, r *record) {
	s := builtIn(t, p, r)
	if s == nil {
		return
	}
	chart := harness.Tree{
		"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/c.yaml": configMap + "  kube: {{ .Capabilities.KubeVersion.Version | quote }}\n",
	}
	app := repo(t, chart, "")
	app.Hydrator = true
	if manifests := s.render(t, app); len(manifests) == 1 {
		r.fact("a chart is rendered")
	}
	key := harness.NewKey(t)
	s.place.AddKey(t, key)
	secret := repo(t, harness.Tree{"manifest.yaml": key.Encrypt(t, "manifest.yaml", configMap)}, "")
	harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, s.render(t, secret)...))
	secret.Hydrator = true
	_, err := s.Generate(background(t), secret)
	r.either(err != nil, "what is encrypted is refused", "what is encrypted is decrypted")
}

func kustomizeGuards(t *testing.T, p peer, r *record) {
	s := builtIn(t, p, r)
	if s == nil {
		return
	}
	ran := filepath.Join(harness.Tmpfs(t), "ran")
	descriptor := "name: evil\nversion: 1.0.0\nusage: x\ndescription: x\ncommand: touch " + ran + "\ndownloaders: [{command: evil.sh, protocols: [evil]}]\n"
	script := "#!/bin/sh\n: >" + ran + "\n"
	for _, tree := range []harness.Tree{
		{"kustomization.yaml": "resources: ['https://git.example.org/x.git//y?ref=--upload-pack=touch%20" + ran + "']\n"},
		{
			"kustomization.yaml":     "helmGlobals: {configHome: home}\nhelmCharts: [{name: a/x, repo: 'evil://h'}]\n",
			"charts/a/x/values.yaml": "", "charts/a/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
			"home/plugins/e/p.yaml":  descriptor,
			"home/plugins/e/evil.sh": script, "home/.data/plugins/e/plugin.yaml": descriptor, "home/.data/plugins/e/evil.sh": script,
		},
	} {
		app := repo(t, tree, "")
		app.Parameters = parameters(harness.String("buildOptions", "--enable-helm"))
		_, err := s.Generate(background(t), app)
		if err == nil {
			t.Error("rendered")
		}
		t.Logf("%v", err)
	}
	r.either(exists(ran), "runs something", "runs neither")
}
