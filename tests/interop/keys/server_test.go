package keys_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// start runs a server that has its keys from the key folder only.
func start(t *testing.T, place harness.Place, args ...string) *harness.Server {
	t.Helper()
	command := place.Command(t, args...)
	command.Env = []string{"PATH=" + place.Bin + ":/usr/bin:/bin", "HOME=" + place.Home, "ARGOCD_DECRYPT_KEY_DIR=" + place.Keys}
	return harness.Start(t, place, command, place.Socket())
}

// secretManifest is a Secret, marked so that an answer tells whose it is.
func secretManifest(name string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n    name: " + name + "\nstringData:\n    password: " + canary + "-" + name + "\n"
}

// app is an Application whose only file is encrypted for a key.
func app(t *testing.T, name string, keys ...key) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	harness.Tree{"secret.yaml": secretManifest(name)}.Write(t, dir)
	args := []string{"-e", "-i", "--encrypted-regex", "^(data|stringData)$"}
	for _, k := range keys {
		args = append(args, k.recipient...)
	}
	file := filepath.Join(dir, "secret.yaml")
	harness.MustRun(t, harness.Command{Path: harness.Sops(t), Args: append(args, file), Env: environment(keys...)})
	return harness.App{Root: dir}
}

// mount swaps a folder's only file as the kubelet does with a Secret.
type mount struct {
	dir   string
	count int
}

func (m *mount) swap(files map[string]string) error {
	m.count++
	folder := fmt.Sprintf("..%d", m.count)
	if err := os.Mkdir(filepath.Join(m.dir, folder), 0o700); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(m.dir, folder, name), []byte(text), 0o600); err != nil {
			return err
		}
		os.Symlink("..data/"+name, filepath.Join(m.dir, name)) // there already from the second time on
	}
	old, _ := os.Readlink(filepath.Join(m.dir, "..data"))
	if err := os.Symlink(folder, filepath.Join(m.dir, "..data_tmp")); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(m.dir, "..data_tmp"), filepath.Join(m.dir, "..data")); err != nil {
		return err
	}
	// The kubelet takes away the names of files that are no more, and the old folder.
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if _, kept := files[entry.Name()]; !kept && !strings.HasPrefix(entry.Name(), "..") {
			os.Remove(filepath.Join(m.dir, entry.Name()))
		}
	}
	if old != "" {
		return os.RemoveAll(filepath.Join(m.dir, old))
	}
	return nil
}

func text(t *testing.T, k key) string {
	t.Helper()
	content, err := os.ReadFile(k.file)
	harness.Check(t, err)
	return string(content)
}

func newMount(t *testing.T, place harness.Place, kind string) *mount {
	t.Helper()
	m := &mount{dir: filepath.Join(place.Keys, kind)}
	harness.Check(t, os.MkdirAll(m.dir, 0o700))
	return m
}

// history says which key may have been mounted when.
type history struct {
	sync.Mutex
	events []event
}

type event struct {
	key           int
	before, after time.Time
}

func (h *history) mountedDuring(key int, start, end time.Time) bool {
	h.Lock()
	defer h.Unlock()
	for i, e := range h.events {
		if e.key != key || e.before.After(end) {
			continue
		}
		if i+1 == len(h.events) || h.events[i+1].after.After(start) {
			return true
		}
	}
	return false
}

func TestFiveHundredSwapsOfAMountedSecret(t *testing.T) {
	const swaps, workers = 500, 4
	place := harness.NewPlace(t)
	keys := []key{newAge(t), newAge(t)}
	apps := []harness.App{app(t, "first", keys[0]), app(t, "second", keys[1])}
	texts := []string{text(t, keys[0]), text(t, keys[1])}
	secrets := newMount(t, place, "age")
	h := &history{}
	swap := func(to int) {
		e := event{key: to, before: time.Now(), after: time.Now().Add(time.Hour)}
		h.Lock()
		h.events = append(h.events, e)
		h.Unlock()
		harness.Check(t, secrets.swap(map[string]string{"keys.txt": texts[to]}))
		h.Lock()
		h.events[len(h.events)-1].after = time.Now()
		h.Unlock()
	}
	swap(0)
	server := start(t, place)

	var wait sync.WaitGroup
	stop := make(chan struct{})
	var counts sync.Map
	for worker := range workers {
		client := server.Connect(t)
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := worker; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				which := i % 2
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				began := time.Now()
				manifests, err := client.Generate(ctx, apps[which])
				ended := time.Now()
				cancel()
				outcome := checkAnswer(h, which, manifests, err, began, ended)
				if outcome != "opened" && outcome != "refused" {
					t.Error(outcome)
					return
				}
				n, _ := counts.LoadOrStore(outcome, new(int))
				h.Lock()
				*n.(*int)++
				h.Unlock()
			}
		}()
	}
	for i := 1; i <= swaps; i++ {
		swap(i % 2)
		time.Sleep(3 * time.Millisecond)
	}
	close(stop)
	wait.Wait()
	opened, _ := counts.Load("opened")
	refused, _ := counts.Load("refused")
	if opened == nil || refused == nil {
		t.Fatalf("answers of one kind only: opened %v, refused %v", opened, refused)
	}
	t.Logf("%d swaps; %d requests opened, %d refused, none wrong", swaps, *opened.(*int), *refused.(*int))
	if harness.NewNeedles(canary, keys[0].secret, keys[1].secret).In([]byte(server.Log())) {
		t.Error("the log holds a secret")
	}
}

// checkAnswer judges one answer; any other text than opened and refused is an error.
func checkAnswer(h *history, which int, manifests []string, err error, began, ended time.Time) string {
	name := []string{"first", "second"}[which]
	if err != nil {
		if !strings.Contains(err.Error(), "none of the keys at hand is a recipient") &&
			!strings.Contains(err.Error(), "no private key is loaded") {
			return "unexpected: " + err.Error()
		}
		if !h.mountedDuring(1-which, began, ended) {
			return "refused although its key was mounted all the time"
		}
		return "refused"
	}
	if !strings.Contains(strings.Join(manifests, ""), canary+"-"+name) {
		return "a wrong answer"
	}
	if !h.mountedDuring(which, began, ended) {
		return "opened with a key that was revoked before the request began"
	}
	return "opened"
}

func health(t *testing.T, place harness.Place, args ...string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: harness.Binary(t), Args: append([]string{"healthcheck", "--socket", place.Socket()}, args...)})
}

func TestBrokenKeysAreNamedAndHealthSaysSo(t *testing.T) {
	outer := t
	place := harness.NewPlace(t)
	server := start(t, place)
	client := server.Connect(t)
	if o := health(t, place); o.Code != 0 || string(o.Out) != "serving\n" {
		t.Fatalf("without any key: exit %d: %s", o.Code, o.Err)
	}
	for _, kind := range []struct {
		name, broken, line string
		k                  key
	}{
		{"age", "# a comment\nhunter2\n", "line 2", newAge(t)},
		{"ssh", "hunter2\n", "line 1", newSSH(t, "-t", "ed25519")},
		{"pgp", "hunter2\n", "line 1", newPGP(t, "ed25519", "cv25519", "", "never")},
	} {
		t.Run(kind.name, func(t *testing.T) {
			secrets := newMount(t, place, kind.name)
			target := app(t, kind.name, kind.k)
			generate := func() ([]string, error) {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				return client.Generate(ctx, target)
			}
			good := func(state string) {
				t.Helper()
				harness.Check(t, secrets.swap(map[string]string{"k": text(t, kind.k)}))
				manifests, err := generate()
				harness.Check(t, err)
				if !strings.Contains(strings.Join(manifests, ""), canary+"-"+kind.name) {
					t.Fatalf("%s: a wrong answer", state)
				}
				if o := health(t, place); o.Code != 0 || o.Err != "" {
					t.Errorf("%s: health: exit %d: %s", state, o.Code, o.Err)
				}
			}
			bad := func(state string, files map[string]string, texts ...string) {
				t.Helper()
				harness.Check(t, secrets.swap(files))
				_, err := generate()
				if err == nil {
					t.Fatalf("%s: still answers", state)
				}
				o := health(t, place)
				if o.Code != 1 || string(o.Out) != "not serving\n" {
					t.Errorf("%s: health: exit %d: %s", state, o.Code, o.Out)
				}
				if live := health(t, place, "--live"); live.Code != 0 {
					t.Errorf("%s: live: exit %d", state, live.Code)
				}
				for _, want := range append(texts, filepath.Join(secrets.dir, "k")) {
					if !strings.Contains(o.Err, want) {
						t.Errorf("%s: health has no %q: %s", state, want, o.Err)
					}
					if state != "empty" && !strings.Contains(err.Error(), want) {
						t.Errorf("%s: the answer has no %q: %v", state, want, err)
					}
				}
				if strings.Contains(o.Err+err.Error(), "hunter2") {
					t.Errorf("%s: content is shown", state)
				}
			}
			good("at first")
			bad("broken", map[string]string{"k": kind.broken}, kind.line)
			good("repaired")
			bad("empty", map[string]string{"k": ""}, "no key in it")
			good("repaired again")
			bad("vanished", map[string]string{}, "vanished")
			good("back again")
			harness.Check(t, os.RemoveAll(secrets.dir))
			harness.Check(t, os.MkdirAll(secrets.dir, 0o700))
			// A server starts anew: what it saw before does not count for the next kind.
			server.Signal(t, syscall.SIGTERM)
			server.AwaitExit(t, 10*time.Second)
			server = start(outer, place)
			client = server.Connect(outer)
		})
	}
	noPrivateAgent(t)
}

func TestServerOpensPGPInParallelAndLeavesNothing(t *testing.T) {
	place := harness.NewPlace(t)
	keys := []key{newPGP(t, "rsa2048", "rsa2048", "", "never"), newPGP(t, "ed25519", "cv25519", "", "never")}
	secrets := newMount(t, place, "pgp")
	both := map[string]string{"rsa.asc": text(t, keys[0]), "curve.asc": text(t, keys[1])}
	harness.Check(t, secrets.swap(both))
	apps := []harness.App{app(t, "first", keys[0]), app(t, "second", keys[1])}
	server := start(t, place)
	needles := harness.NewNeedles(canary, keys[0].secret, keys[1].secret)
	var wait sync.WaitGroup
	for i := range 16 {
		client := server.Connect(t)
		wait.Add(1)
		go func() {
			defer wait.Done()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			manifests, err := client.Generate(ctx, apps[i%2])
			if err != nil || !strings.Contains(strings.Join(manifests, ""), canary) {
				t.Errorf("request %d: %v", i, err)
			}
			for _, where := range needles.Processes(server.Pid) {
				t.Errorf("the %s shows a secret", where)
			}
		}()
	}
	wait.Wait()
	noPrivateAgent(t)
	client := server.Connect(t)

	// A revoked key is in no keyring any longer, and does not open.
	harness.Check(t, secrets.swap(map[string]string{"curve.asc": text(t, keys[1])}))
	if _, err := client.Generate(context.Background(), apps[0]); err == nil || !strings.Contains(err.Error(), "No secret key") {
		t.Errorf("revoked: %v", err)
	}
	if n := keyrings(place); n != 1 {
		t.Errorf("%d keyrings", n)
	}
	if _, err := client.Generate(context.Background(), apps[1]); err != nil {
		t.Errorf("the other key: %v", err)
	}
	harness.Check(t, secrets.swap(map[string]string{}))
	health(t, place)
	if n := keyrings(place); n != 0 {
		t.Errorf("%d keyrings without a key", n)
	}
	harness.Check(t, secrets.swap(both))
	if _, err := client.Generate(context.Background(), apps[1]); err != nil {
		t.Errorf("mounted again: %v", err)
	}
	if needles.In([]byte(server.Log())) {
		t.Error("the log holds a secret")
	}

	// Killed, its agent dies with it; the folder goes with the next start.
	server.Kill(t)
	noPrivateAgent(t)
	server = start(t, place)
	if n := keyrings(place); n != 0 {
		t.Errorf("%d keyrings of a predecessor", n)
	}
	client = server.Connect(t)
	if _, err := client.Generate(context.Background(), apps[0]); err != nil {
		t.Error(err)
	}
	server.Signal(t, syscall.SIGTERM)
	if code := server.AwaitExit(t, 10*time.Second); code != 0 {
		t.Errorf("exit %d", code)
	}
	if len(privateAgents()) != 0 || keyrings(place) != 0 {
		t.Errorf("left: %v, %d keyrings", privateAgents(), keyrings(place))
	}
}

func keyrings(place harness.Place) int {
	found, _ := filepath.Glob(filepath.Join(place.Work, "argocd-decrypt", "*", "gpg-*"))
	return len(found)
}

// A key command runs in the server only when it is allowed.
func TestServerRunsNoKeyCommandUnlessAllowed(t *testing.T) {
	k := newAge(t)
	target := app(t, "first", k)
	for _, allowed := range []bool{false, true} {
		place := harness.NewPlace(t)
		var args []string
		if allowed {
			args = append(args, "--allow-key-commands")
		}
		command := place.Command(t, args...)
		marker := filepath.Join(place.Root, "ran")
		command.Env = []string{
			"PATH=" + place.Bin + ":/usr/bin:/bin", "HOME=" + place.Home, "ARGOCD_DECRYPT_KEY_DIR=" + place.Keys,
			"SOPS_AGE_KEY_CMD=sh -c 'touch " + marker + "; cat " + k.file + "'",
		}
		server := harness.Start(t, place, command, place.Socket())
		_, err := server.Connect(t).Generate(context.Background(), target)
		_, ran := os.Stat(marker)
		if allowed && (err != nil || ran != nil) {
			t.Errorf("allowed: %v", err)
		}
		if !allowed && (ran == nil || err == nil || !strings.Contains(err.Error(), "--allow-key-commands")) {
			t.Errorf("not allowed: %v", err)
		}
	}
}
