package protocol_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

// Items 20 to 26: how commands run, and what they are given.
var commandItems = []item{
	{
		number: "20", given: "a deadline: answers before it with an error of its own, and leaves no process; each of the four commands",
		both: "generate: its own words; init: its own words; find.command: its own words; parameters: its own words; no process and no folder is left",
		run:  deadline,
	},
	{
		number: "20a", given: "`ARGOCD_EXEC_TIMEOUT`: ends a command",
		stock: "the command runs until the request's deadline", ours: "the command is ended",
		why: "Argo CD's manual promises it; the stock server knows it for helm and kustomize only", run: execTimeout,
	},
	{
		number: "21", given: "a client that goes away: kills the command's processes and removes the folder, within 5 s",
		both: "killed and removed in time",
		run:  vanishingClient,
	},
	{
		number: "22", given: "a process that ignores SIGTERM and holds the output: answers before the deadline all the same",
		stock: "only the client's own deadline; no process is left in the end", ours: "its own words; no process is left in the end",
		why: "the stock server waits for the output's end", run: stubbornChild,
	},
	{
		number: "22a", given: "a process that a command leaves behind in the background, after success: the answer comes at once, and the process ends",
		both: "answered; the process is ended",
		run:  backgroundChild,
	},
	{
		number: "22b", given: "a process that a command leaves behind in a session of its own (a daemon): it ends with the request",
		stock: "answered; the daemon runs on", ours: "answered; the process is ended",
		why: "a request's leftovers would read the next one's files", run: daemon,
	},
	{
		number: "22c", given: "what a process in the background prints after the command itself has ended: belongs to the output",
		both: "all of it",
		run:  latePrinter,
	},
	{
		number: "22d", given: "a process in the background that holds the output and prints nothing",
		stock: "nothing before the deadline", ours: "refused after ten seconds, with the reason",
		why: "something may be missing; the stock server waits until its time is up, and then takes what has come for all", run: silentHolder,
	},
	{
		number: "23", given: "success or failure: the request's folder is gone; leftovers of a killed server are removed at the next start",
		both: "gone after success; gone after failure; left by SIGKILL; removed by the successor",
		run:  leftovers,
	},
	{
		number: "24", given: "a variable in both the server's environment and the request: the command gets the request's; entries without a name are dropped",
		both: "both: request; only the server's: server; last of two: second; value with =: a=b; no entry without a name",
		run:  environment,
	},
	{
		number: "24a", given: "variables that hold private keys (`SOPS_AGE_KEY`, `AGE_PASSPHRASE`) in the server's environment: commands",
		stock: "get them", ours: "don't get them",
		why: "only the server holds keys; `argocd-decrypt decrypt` in a script needs the setting that allows it", run: keyVariables,
	},
	{
		number: "24b", given: "a command: runs in the application's folder, with nothing to read on its input, arguments unchanged, after `init`, whose output is dropped",
		both: "folder: app; input: empty; arguments: [a b] [] [$HOME *]; sees what init made; no output of init",
		run:  circumstances,
	},
	{
		number: "25", given: "`ARGOCD_APP_PARAMETERS` of no parameters, of an empty list and of empty values: the command sees them as they were sent",
		both: "none: null; empty list: []; empty values: [{\"name\":\"a\",\"string\":\"\"},{\"array\":[],\"name\":\"b\"},{\"map\":{},\"name\":\"c\"}]",
		run:  parameterTexts,
	},
	{
		number: "26", given: "parameters whose `PARAM_` names collide: the JSON has both, the variable the later",
		both: "JSON: both; PARAM_A_B: two",
		run:  collidingParameters,
	},
}

// marked is an application whose commands can be found among all processes.
func marked(t *testing.T) (harness.App, harness.Mark) {
	t.Helper()
	app, mark := plainApp(t), harness.NewMark(t)
	app.Env = []string{string(mark)}
	return app, mark
}

// untilItsDeadline makes a call that can't be answered. The stock server keeps but 100 ms for its answer, which a loaded
// machine may take: so it has several tries.
func untilItsDeadline(t *testing.T, call func(context.Context) error) string {
	t.Helper()
	var err error
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		err = call(ctx)
		cancel()
		if says := words(err); says != onlyDeadline {
			t.Logf("%v", err)
			return says
		}
	}
	t.Logf("%v", err)
	return onlyDeadline
}

const onlyDeadline = "only the client's own deadline"

// words tells a server's error from what the client says by itself when its deadline has come.
func words(err error) string {
	text := status.Convert(err).Message()
	switch {
	case err == nil:
		return "an answer"
	case strings.Contains(text, "context deadline exceeded") || strings.Contains(text, "RST_STREAM"):
		return onlyDeadline
	default:
		return "its own words"
	}
}

// codeName is an error's gRPC code.
func codeName(err error) string { return status.Code(err).String() }

func deadline(t *testing.T, p peer, r *record) {
	app, mark := marked(t)
	calls := []struct {
		name, spec string
		call       func(*server) func(context.Context) error
	}{
		{"generate", sleeping, generateCall(app)},
		{"init", printFile + "  init:\n    command: [/bin/sleep, \"1000\"]\n", generateCall(app)},
		{"find.command", printFile + "  discover:\n    find:\n      command: [/bin/sleep, \"1000\"]\n", func(s *server) func(context.Context) error {
			return func(ctx context.Context) error { _, err := s.Match(ctx, app, app.Env); return err }
		}},
		{"parameters", printFile + "  parameters:\n    dynamic:\n      command: [/bin/sleep, \"1000\"]\n", func(s *server) func(context.Context) error {
			return func(ctx context.Context) error { _, err := s.Announce(ctx, app, app.Env); return err }
		}},
	}
	for _, c := range calls {
		s := p.start(t, setup{spec: c.spec})
		r.fact("%s: %s", c.name, untilItsDeadline(t, c.call(s)))
		harness.WaitFor(t, 5*time.Second, mark.CheckGone)
		s.clean(t)
	}
	r.fact("no process and no folder is left")
}

func generateCall(app harness.App) func(*server) func(context.Context) error {
	return func(s *server) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.Generate(ctx, app); return err }
	}
}

func execTimeout(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: sleeping, env: []string{"ARGOCD_EXEC_TIMEOUT=1s"}})
	app, mark := marked(t)
	limit := 5 * time.Second
	if p == ours {
		limit = time.Minute // it has to come long before this
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	begun := time.Now()
	_, err := s.Generate(ctx, app)
	t.Logf("after %v: %v", time.Since(begun), err)
	if err == nil {
		t.Fatal("an answer")
	}
	r.either(time.Since(begun) < limit-time.Second, "the command is ended", "the command runs until the request's deadline")
	harness.WaitFor(t, 5*time.Second, mark.CheckGone)
	s.clean(t)
}

func vanishingClient(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("sleep 1000 & sleep 1000") + "\n"})
	app, mark := marked(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := s.InBackground(ctx, app)
	mark.AwaitCommand(t, "sleep")
	cancel()
	<-done
	harness.WaitFor(t, 5*time.Second, mark.CheckGone)
	harness.WaitFor(t, 5*time.Second, s.CheckIdle)
	r.fact("killed and removed in time")
}

func stubbornChild(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("(trap '' TERM; sleep 1000; sleep 1000) & wait") + "\n"})
	app, mark := marked(t)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	_, err := s.Generate(ctx, app)
	t.Logf("%v", err)
	r.fact("%s", words(err))
	harness.WaitFor(t, 20*time.Second, mark.CheckGone)
	s.clean(t)
	r.fact("no process is left in the end")
}

func backgroundChild(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("sleep 1000 >/dev/null 2>&1 & cat manifest.yaml") + "\n"})
	app, mark := marked(t)
	s.stillGood(t, app)
	r.fact("answered")
	harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	r.fact("the process is ended")
	s.clean(t)
}

func latePrinter(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("(sleep 0.5; cat manifest.yaml) & exit 0") + "\n"})
	app, _ := marked(t)
	s.stillGood(t, app)
	r.fact("all of it")
	s.clean(t)
}

func silentHolder(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("sleep 1000 & cat manifest.yaml") + "\n"})
	app, mark := marked(t)
	ctx, cancel := context.WithTimeout(background(t), 14*time.Second)
	defer cancel()
	begun := time.Now()
	_, err := s.Generate(ctx, app)
	refused := err != nil && strings.Contains(err.Error(), "still holds its standard output")
	if took := time.Since(begun); !refused && took < 13*time.Second {
		t.Fatalf("after %v: %v", took, err)
	}
	r.either(refused, "refused after ten seconds, with the reason", "nothing before the deadline")
	harness.WaitFor(t, 10*time.Second, mark.CheckGone)
}

func daemon(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: "  generate:\n    command: " + harness.Shell("setsid -f sleep 1000 >/dev/null 2>&1; cat manifest.yaml") + "\n"})
	app, mark := marked(t)
	s.stillGood(t, app)
	r.fact("answered")
	ended := false
	for limit := time.Now().Add(7 * time.Second); !ended && time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		ended = mark.CheckGone() == nil
	}
	r.either(ended, "the process is ended", "the daemon runs on")
	s.clean(t)
}

// outcome of a command that does as a file of the repository says.
func leftovers(t *testing.T, p peer, r *record) {
	place := harness.NewPlace(t)
	spec := "  generate:\n    command: " + harness.Shell(". ./script") + "\n"
	s := p.startAt(t, place, setup{spec: spec})
	good := repo(t, harness.Tree{"script": "cat manifest.yaml\n", "manifest.yaml": configMap}, "")
	s.stillGood(t, good)
	s.clean(t)
	r.fact("gone after success")
	if _, err := s.Generate(background(t), repo(t, harness.Tree{"script": "touch made; exit 3\n"}, "")); err == nil {
		t.Error("exit 3 was a success")
	}
	s.clean(t)
	r.fact("gone after failure")

	mark := harness.NewMark(t)
	slow := repo(t, harness.Tree{"script": "sleep 1000\n"}, "")
	slow.Env = []string{string(mark)}
	done := s.InBackground(background(t), slow)
	mark.AwaitCommand(t, "sleep")
	s.Kill(t)
	<-done
	r.either(s.CheckIdle() == nil, "nothing left by SIGKILL", "left by SIGKILL")
	for _, pid := range mark.Processes() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	next := p.startAt(t, place, setup{spec: spec})
	next.stillGood(t, good)
	next.clean(t)
	left := 0
	for _, path := range next.Idle() {
		if strings.HasSuffix(path, "/script") {
			left++
		}
	}
	r.either(left == 0, "removed by the successor", "still there")
}

// lines are a command's variables.
func lines(text string) map[string]string {
	variables := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if name, value, found := strings.Cut(line, "="); found {
			variables[name] = value
		}
	}
	return variables
}

func environment(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: variables, env: []string{"ARGOCD_APP_NAME=server", "ARGOCD_ENV_ONLY=server"}})
	archive := harness.Archive(t, harness.File("manifest.yaml", configMap))
	app := harness.App{Name: "request", Env: []string{"ARGOCD_ENV_TWICE=first", "ARGOCD_ENV_TWICE=second", "ARGOCD_ENV_EQUALS=a=b", "=unnamed"}}
	manifests, err := harness.RawRequest{App: app, Archive: archive}.Generate(background(t), s.Client)
	harness.Check(t, err)
	got := lines(dataOf(t, manifests, "env"))
	r.fact("both: %s", got["ARGOCD_APP_NAME"])
	r.fact("only the server's: %s", got["ARGOCD_ENV_ONLY"])
	r.fact("last of two: %s", got["ARGOCD_ENV_TWICE"])
	r.fact("value with =: %s", got["ARGOCD_ENV_EQUALS"])
	_, unnamed := got[""]
	r.either(unnamed, "an entry without a name", "no entry without a name")
}

func keyVariables(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: variables, env: []string{"SOPS_AGE_KEY=AGE-SECRET-KEY-1SAMPLE", "AGE_PASSPHRASE=words"}})
	got := lines(dataOf(t, s.render(t, plainApp(t)), "env"))
	_, key := got["SOPS_AGE_KEY"]
	_, passphrase := got["AGE_PASSPHRASE"]
	switch {
	case key && passphrase:
		r.fact("get them")
	case !key && !passphrase:
		r.fact("don't get them")
	default:
		r.fact("get one of them")
	}
}

func circumstances(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: `  init:
    command: [/bin/sh]
    args: [-c, "echo dropped; echo made >by-init"]
  generate:
    command: [/bin/sh, -c, "printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n'; echo \"  folder: ${PWD##*/}\"; echo \"  input: <$(cat)>\"; echo \"  arguments: '[$1] [$2] [$3]'\"; echo \"  init: $(cat by-init)\"", name]
    args: ["a b", "", "$HOME *"]
`})
	got := s.render(t, repo(t, harness.Tree{"app/manifest.yaml": configMap}, "app"))
	r.fact("folder: %s", dataOf(t, got, "folder"))
	if input := dataOf(t, got, "input"); input == "<>" {
		r.fact("input: empty")
	} else {
		r.fact("input: %s", input)
	}
	r.fact("arguments: %s", dataOf(t, got, "arguments"))
	r.either(dataOf(t, got, "init") == "made", "sees what init made", "does not see what init made")
	r.either(strings.Contains(strings.Join(got, ""), "dropped"), "output of init", "no output of init")
}

// parameterJSON is what a command sees, through a file that the plugin prints.
func parameterJSON(t *testing.T, s *server, env ...string) string {
	t.Helper()
	metadata := harness.RawRequest{Archive: harness.Archive(t, harness.File("manifest.yaml", configMap))}
	first, err := metadata.Metadata()
	harness.Check(t, err)
	message := first.GetMetadata()
	message.Env = nil
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		message.Env = append(message.Env, &apiclient.EnvEntry{Name: name, Value: value})
	}
	metadata.Before = []*apiclient.AppStreamRequest{first}
	manifests, err := metadata.Generate(background(t), s.Client)
	harness.Check(t, err)
	return lines(dataOf(t, manifests, "env"))["ARGOCD_APP_PARAMETERS"]
}

func parameterTexts(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: variables})
	for _, c := range []struct{ name, text string }{
		{"none", "null"}, {"empty list", "[]"},
		{"empty values", `[{"name":"a","string":""},{"array":[],"name":"b"},{"map":{},"name":"c"}]`},
	} {
		r.fact("%s: %s", c.name, parameterJSON(t, s, "ARGOCD_APP_NAME=sample", "ARGOCD_APP_PARAMETERS="+c.text))
	}
	if got := parameterJSON(t, s, "ARGOCD_APP_NAME=sample"); got != "" {
		t.Errorf("of an unset variable: %q", got)
	}
}

func collidingParameters(t *testing.T, p peer, r *record) {
	s := p.start(t, setup{spec: variables})
	app := plainApp(t)
	app.Parameters = parameters(harness.String("a-b", "one"), harness.String("a.b", "two"))
	got := lines(dataOf(t, s.render(t, app), "env"))
	json := got["ARGOCD_APP_PARAMETERS"]
	r.either(strings.Contains(json, `"a-b"`) && strings.Contains(json, `"a.b"`), "JSON: both", fmt.Sprintf("JSON: %s", json))
	r.fact("PARAM_A_B: %s", got["PARAM_A_B"])
}

// readFile is a file's text.
func readFile(t *testing.T, elements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elements...))
	harness.Check(t, err)
	return string(text)
}
