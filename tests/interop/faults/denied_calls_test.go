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
	{"mkdirat", "ENOSPC", "No space left on device"},
	{"mkdir", "ENOSPC", "No space left on device"},
	{"symlinkat", "ENOSPC", "No space left on device"},
	{"vfork", "EAGAIN", "Resource temporarily unavailable"},
	{"clone", "EAGAIN", "Resource temporarily unavailable"},
}

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
	said, err := d.command.StderrPipe()
	harness.Check(t, err)
	harness.Check(t, d.command.Start())
	t.Cleanup(func() { d.command.Process.Kill() })
	attached := bufio.NewScanner(said)
	for n := 0; n < len(tasks) && attached.Scan(); {
		if strings.HasSuffix(attached.Text(), " attached") || strings.Contains(attached.Text(), "No such process") {
			n++
		}
	}
	go func() {
		for attached.Scan() { // what it says at its end
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
	place.AddKey(t, key)
	builtIn := harness.StartServer(t, place)
	client := builtIn.Connect(t)
	for name, app := range encrypted(t, key) {
		t.Run(name, func(t *testing.T) {
			denyEach(t, builtIn, slices.Equal, func(ctx context.Context) ([]string, error) { return client.Generate(ctx, app) })
		})
	}

	place = harness.NewPlace(t)
	commands := byScript + "  discover:\n    find:\n      command: [ls, manifest.yaml]\n  parameters:\n    dynamic:\n      command: [echo, '[{\"name\": \"own\"}]']\n"
	byCommands := harness.Start(t, place, place.PluginCommand(t, harness.PluginYAML(plugin, commands)), place.SocketOf(plugin))
	ours := byCommands.Connect(t)
	plain, _ := script(t, "cat manifest.yaml")
	t.Run("Command", func(t *testing.T) {
		denyEach(t, byCommands, slices.Equal, func(ctx context.Context) ([]string, error) { return ours.Generate(ctx, plain) })
	})
	t.Run("Discovery", func(t *testing.T) {
		denyEach(t, byCommands, slices.Equal, func(ctx context.Context) ([]string, error) {
			answer, err := ours.Match(ctx, plain, nil)
			return []string{answer.String()}, err
		})
	})
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

// encrypted is an application of each kind.
func encrypted(t *testing.T, key harness.Key) map[string]harness.App {
	t.Helper()
	const secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: secret\n"
	apps := map[string]harness.App{}
	for name, tree := range map[string]harness.Tree{
		"Directory": {"s.yaml": secret, "plain.yaml": configMap},
		"Kustomize": {"s.yaml": secret, "kustomization.yaml": "resources: [s.yaml]\n"},
		"Helm":      {"s.yaml": "password: secret\n", "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/s.yaml": secret + "  more: {{ .Values.password }}\n"},
	} {
		app := harness.App{Root: harness.TempDir(t, "")}
		key.EncryptFiles(t, tree, "s.yaml").Write(t, app.Root)
		if name == "Helm" {
			app.Parameters = append(app.Parameters, harness.Array("valueFiles", "s.yaml"))
		}
		apps[name] = app
	}
	return apps
}

// denyEach fails the first call of each kind, then the second, until no request gets that far.
func denyEach(t *testing.T, server *harness.Server, same func(right, got []string) bool, ask func(context.Context) ([]string, error)) {
	right, err := ask(within(t, time.Minute))
	harness.Check(t, err)
	denied := 0
	for _, which := range denials {
		for nth := 1; ; nth++ {
			d := deny(t, server.Pid, which, nth)
			got, err := ask(within(t, time.Minute))
			here := d.count(t)
			if here == 0 {
				break
			}
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
	if denied < 5 {
		t.Error("too few to be all")
	}
	harness.WaitFor(t, 10*time.Second, server.CheckIdle)
}

// lacks is about an error that has to say what there was not enough of.
func lacks(t *testing.T, what string, which denial, err error) {
	t.Helper()
	text := status.Convert(err).Message()
	if status.Code(err) != codes.ResourceExhausted || !strings.Contains(text, which.says) || !strings.Contains(text, "hint: ") {
		t.Errorf("%s: %v: %s", what, status.Code(err), text)
	}
}
