package faults_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

// denial is a system call that fails for want of something.
type denial struct{ call, errno, says string }

var denials = []denial{
	{"openat", "EMFILE", "Too many open files"},
	{"openat2", "EMFILE", "Too many open files"},
	{"pipe2", "EMFILE", "Too many open files"},
	{"socket", "EMFILE", "Too many open files"},
	{"socketpair", "ENFILE", "Too many open files in system"},
	{"memfd_create", "EMFILE", "Too many open files"},
	{"dup", "EMFILE", "Too many open files"},
	{"dup3", "EMFILE", "Too many open files"},
	{"accept4", "EMFILE", "Too many open files"},
	{"mkdirat", "ENOSPC", "No space left on device"},
	{"mkdir", "ENOSPC", "No space left on device"},
	{"symlink", "ENOSPC", "No space left on device"},
	{"symlinkat", "ENOSPC", "No space left on device"},
	{"pwrite64", "ENOSPC", "No space left on device"},
	{"renameat", "ENOSPC", "No space left on device"},
	{"vfork", "EAGAIN", "Resource temporarily unavailable"},
}

// noLimits of commands: to watch them, the server opens a file of each process of the machine, and as often as a slow
// request lasts. That it can do so without a free descriptor is a test of its own (ProcessTable).
var noLimits = []string{"--max-child-memory-mb=0", "--max-child-processes=0"}

// denier has strace fail one call in each thread that a process has now.
type denier struct {
	command *exec.Cmd
	trace   string
}

// deny begins; the children of the process are not touched.
func deny(t *testing.T, pid int, which denial, nth int) *denier {
	t.Helper()
	tasks, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "task"))
	harness.Check(t, err)
	d := &denier{trace: filepath.Join(t.TempDir(), "trace")}
	args := []string{"-o", d.trace, "-e", "trace=" + which.call, "-e", "signal=none", "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", which.call, which.errno, nth)}
	for _, task := range tasks {
		args = append(args, "-p", task.Name())
	}
	d.command = exec.Command("strace", args...)
	errors, err := d.command.StderrPipe()
	harness.Check(t, err)
	harness.Check(t, d.command.Start())
	t.Cleanup(func() { d.command.Process.Kill() })
	lines := bufio.NewScanner(errors)
	attached, said := false, ""
	for n := 0; n < len(tasks) && lines.Scan(); {
		switch text := lines.Text(); {
		case strings.HasSuffix(text, " attached"):
			attached = true
			n++
		case strings.Contains(text, "attach: "): // a thread that has ended, or no thread is to be had
			said = text
			n++
		default:
			t.Fatal("strace: " + text)
		}
	}
	if !attached {
		t.Fatal("strace may not attach to the server here: it takes CAP_SYS_PTRACE. " + said)
	}
	go func() {
		for lines.Scan() { // what it says at its end
		}
	}()
	return d
}

// count ends it, and tells how many calls it failed.
func (d *denier) count(t *testing.T) int {
	t.Helper()
	d.command.Process.Signal(syscall.SIGTERM)
	d.command.Wait()
	text, err := os.ReadFile(d.trace)
	harness.Check(t, err)
	return strings.Count(string(text), "(INJECTED)")
}

// Whatever call of a request is the one that fails, the answer is right or says what is lacking, and the next one is
// right. A lack that lasts, as in the tests of resources, never comes further than to the first such call.
func TestAnyCallMayBeDenied(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is not on the PATH; scripts/lib/packages.sh lists its package")
	}
	place, key := harness.NewPlace(t), harness.NewKey(t)
	keyFile := place.AddKey(t, key)
	command := place.Command(t, append(noLimits, "--discover-encrypted")...)
	// The key in one place only: from a second one it would be had, too.
	command.Env = slices.DeleteFunc(command.Env, func(entry string) bool { return strings.HasPrefix(entry, "SOPS_AGE_KEY_FILE=") })
	builtIn := harness.Start(t, place, command, place.Socket())
	client := builtIn.Connect(t)
	matching := func(client harness.Client, app harness.App) func(context.Context) ([]string, error) {
		return func(ctx context.Context) ([]string, error) {
			answer, err := client.Match(ctx, app, nil)
			return []string{answer.String()}, err
		}
	}
	apps := encrypted(t, key)
	for name, app := range apps {
		t.Run(name, func(t *testing.T) {
			denyEach(t, builtIn, slices.Equal, func(ctx context.Context) ([]string, error) { return client.Generate(ctx, app) })
		})
		// An error would have Argo CD ask others, and apply the ciphertext in the end.
		t.Run("Is"+name, func(t *testing.T) {
			denyEach(t, builtIn, slices.Equal, func(ctx context.Context) ([]string, error) {
				answer, err := matching(client, app)(ctx)
				if err != nil {
					t.Errorf("not taken: %v", err)
				}
				return answer, err
			})
		})
	}

	t.Run("RotatedKey", func(t *testing.T) {
		app := apps["KSOPS"]
		denyEach(t, builtIn, slices.Equal, func(ctx context.Context) ([]string, error) {
			harness.Check(t, os.Chtimes(keyFile, time.Time{}, time.Now()))
			return client.Generate(ctx, app)
		})
	})

	place = harness.NewPlace(t)
	commands := byScript + "  discover:\n    find:\n      command: [ls, manifest.yaml]\n  parameters:\n    dynamic:\n      command: [echo, '[{\"name\": \"own\"}]']\n"
	byCommands := harness.Start(t, place, place.PluginCommand(t, harness.PluginYAML(plugin, commands), noLimits...), place.SocketOf(plugin))
	ours := byCommands.Connect(t)
	plain, _ := script(t, "cat manifest.yaml")
	t.Run("Command", func(t *testing.T) {
		denyEach(t, byCommands, slices.Equal, func(ctx context.Context) ([]string, error) { return ours.Generate(ctx, plain) })
	})
	t.Run("Discovery", func(t *testing.T) { denyEach(t, byCommands, slices.Equal, matching(ours, plain)) })
	t.Run("DynamicParameters", func(t *testing.T) { denyEach(t, byCommands, slices.Equal, announcedBy(ours, plain)) })
	// What it can't look at could need any parameter: the form has all of them.
	t.Run("Parameters", func(t *testing.T) { denyEach(t, builtIn, includes, announcedBy(client, plain)) })
}

// announcedBy asks for the names of the parameters.
func announcedBy(client harness.Client, app harness.App) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		parameters, err := client.Announce(ctx, app, nil)
		var names []string
		for _, p := range parameters {
			names = append(names, p.Name)
		}
		return names, err
	}
}

func includes(some, all []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}

// encrypted is an application of each kind, of many files: an error taken for an absent
// file or an empty folder would leave something out.
func encrypted(t *testing.T, key harness.Key) map[string]harness.App {
	t.Helper()
	secret := func(name string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\nstringData:\n  password: secret\n"
	}
	chart := func(name string) string { return "apiVersion: v2\nname: " + name + "\nversion: 1.0.0\n" }
	apps := map[string]harness.App{}
	add := func(name string, parameters v1alpha1.ApplicationSourcePluginParameters, tree harness.Tree, encrypt ...string) {
		app := harness.App{Root: harness.TempDir(t, ""), Path: "app", Parameters: parameters}
		key.EncryptFiles(t, tree, encrypt...).Write(t, app.Root)
		apps[name] = app
	}
	add("Directory", v1alpha1.ApplicationSourcePluginParameters{harness.String("recurse", "true")}, harness.Tree{
		"app/s.yaml": secret("s"), "app/plain.yaml": configMap, "app/deep/er/s.yaml": secret("deep"),
		"app/one.jsonnet": "(import 'two.libsonnet') + {kind: 'ConfigMap'}", "app/two.libsonnet": "{apiVersion: 'v1', metadata: {name: 'j'}}",
	}, "app/s.yaml", "app/deep/er/s.yaml")
	add("Kustomize", v1alpha1.ApplicationSourcePluginParameters{harness.Array("components", "../component")}, harness.Tree{
		"app/kustomization.yaml":       "resources: [s.yaml, ../base, ../listed]\nsecretGenerator:\n  - {name: made, envs: [s.env]}\n",
		"app/s.yaml":                   secret("s"),
		"app/s.env":                    "KEY=secret\n",
		"base/kustomization.yaml":      "resources: [s.yaml]\npatches: [{path: patch.yaml}]\n",
		"base/s.yaml":                  secret("base"),
		"base/patch.yaml":              "apiVersion: v1\nkind: Secret\nmetadata:\n  name: base\nstringData:\n  patched: secret\n",
		"listed/kustomization.yml":     "resources: [plain.yaml]\n",
		"listed/plain.yaml":            configMap,
		"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [s.yaml]\n",
		"component/s.yaml":             secret("component"),
	}, "app/s.yaml", "app/s.env", "base/s.yaml", "base/patch.yaml", "component/s.yaml")
	add("KSOPS", nil, harness.Tree{
		"app/kustomization.yaml": "generators: [generator.yaml]\nresources: [plain.yaml]\n",
		"app/generator.yaml":     "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles: [s.yaml]\nsecretFrom:\n  - metadata: {name: made}\n    files: [two.yaml]\n",
		"app/s.yaml":             secret("s"), "app/two.yaml": "password: secret\n", "app/plain.yaml": configMap,
	}, "app/s.yaml", "app/two.yaml")
	add("Helm", v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", "s.yaml"), harness.String("ignoreMissingValueFiles", "true"),
		// The UI writes them all: one that equals the chart's value must not outdo an encrypted file's.
		{Name: "parameters", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"word": "plain", "other": "new"}}},
	}, harness.Tree{
		"app/Chart.yaml": chart("c"), "app/values.yaml": "word: plain\nother: old\n", "app/s.yaml": "password: secret\nword: secret\n",
		"app/templates/s.yaml":     secret("s") + "  more: {{ .Values.password }} {{ .Values.word }}\n",
		"app/templates/plain.yaml": configMap, "app/crds/s.yaml": secret("crd"),
		"app/charts/sub/Chart.yaml": chart("sub"), "app/charts/sub/values.yaml": "enabled: false\n",
		"app/charts/sub/templates/s.yaml": "{{ if not .Values.enabled }}\n" + secret("sub") + "{{ end }}\n",
	}, "app/s.yaml", "app/crds/s.yaml", "app/charts/sub/values.yaml")
	return apps
}

// denyEach fails the first call of each kind, then the second, until no request gets that far.
func denyEach(t *testing.T, server *harness.Server, same func(right, got []string) bool, ask func(context.Context) ([]string, error)) {
	right, err := ask(within(t, time.Minute))
	harness.Check(t, err)
	denied := 0
	for _, which := range denials {
		// A thread that has begun since would hide a call: once is not the end.
		for nth, none := 1, 0; none < 2; nth++ {
			d := deny(t, server.Pid, which, nth)
			got, err := ask(within(t, time.Minute))
			here := d.count(t)
			if here == 0 {
				none++
				continue
			}
			none = 0
			denied += here
			what := fmt.Sprintf("%s number %d", which.call, nth)
			if err != nil {
				lacks(t, what, which, err)
			} else if !same(right, got) {
				t.Errorf("%s: another answer: %.600s", what, got)
			}
			again, err := ask(within(t, time.Minute))
			if err != nil || !slices.Equal(right, again) {
				t.Errorf("after %s: %.300s %v\n%s", what, again, err, server.Log())
			}
		}
	}
	t.Logf("%d calls denied", denied)
	if denied == 0 {
		t.Error("none")
	}
	harness.WaitFor(t, 10*time.Second, server.CheckIdle)
}

// lacks is about an error that has to say what there was not enough of.
func lacks(t *testing.T, what string, which denial, err error) {
	t.Helper()
	text := status.Convert(err).Message()
	says := strings.Contains(strings.ToLower(text), strings.ToLower(which.says)) // sops's words have no capitals
	if status.Code(err) != codes.ResourceExhausted || !says || !strings.Contains(text, "hint: ") {
		t.Errorf("%s: %v: %s", what, status.Code(err), text)
	}
}
