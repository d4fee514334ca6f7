package metrics

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"argocd-decrypt/tests/interop/harness"
)

// expect holds series against their values.
type expect struct {
	name   string
	labels []string
	value  float64
}

func (s scrape) check(t *testing.T, rows ...expect) {
	t.Helper()
	for _, row := range rows {
		if got := s.value(t, row.name, row.labels...); got != row.value {
			t.Errorf("%s %v: %v, want %v", row.name, row.labels, got, row.value)
		}
	}
}

// requests makes two renders that succeed and three that fail, each in another way.
func (f *fixture) requests(t *testing.T) {
	t.Helper()
	plain := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n"
	broken := strings.Replace(f.secret(t, "secret.yaml"), "type:str", "type:int", 1)
	for _, row := range []struct {
		tree harness.Tree
		good bool
	}{
		{harness.Tree{"secret-" + f.canary + ".yaml": f.secret(t, "a.yaml"), "plain.yaml": plain}, true},
		{harness.Tree{
			"kustomization.yaml": "resources: [secret.yaml]\nsecretGenerator:\n- name: g\n  envs: [a.env]\n",
			"secret.yaml":        f.secret(t, "a.yaml"), "a.env": f.key.Encrypt(t, "a.env", "PASSWORD="+f.canary+"\n"),
		}, true},
		{harness.Tree{"secret.yaml": broken}, false},
		{harness.Tree{"kustomization.yaml": "resources: [" + f.canary + ".yaml]\n"}, false},
		{harness.Tree{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/x.yaml": "{{ fail \"no\" }}\n"}, false},
	} {
		_, err := f.generate(t, f.repo(t, row.tree))
		if (err == nil) != row.good {
			t.Fatalf("%v: %v", row.tree, err)
		}
	}
}

func TestCountsWhatHappened(t *testing.T) {
	f := newFixture(t)
	before := f.scrape(t)
	before.check(t,
		expect{"requests_total", []string{"method", "GenerateManifest", "code", "FAILED_PRECONDITION"}, 0},
		expect{"render_failures_total", []string{"phase", "decrypt"}, 0},
		expect{"children_failed_total", []string{"tool", "helm", "reason", "exit"}, 0},
		expect{"children_failed_total", []string{"tool", "kustomize", "reason", "memory"}, 0},
	)
	f.requests(t)
	after := f.scrape(t)
	render := []string{"method", "GenerateManifest"}
	failed := 0.0
	for _, metric := range after["argocd_decrypt_requests_total"].Metric {
		for _, label := range metric.Label {
			if label.GetName() == "code" && label.GetValue() != "OK" {
				failed += metric.Counter.GetValue()
			}
		}
	}
	if failed != 3 {
		t.Errorf("%v calls failed, want 3", failed)
	}
	after.check(t,
		expect{"requests_total", append(render, "code", "OK"), 2},
		expect{"request_duration_seconds", render, 5},
		expect{"phase_duration_seconds", []string{"phase", "receive"}, 5},
		expect{"phase_duration_seconds", []string{"phase", "guard"}, 2},
		expect{"render_failures_total", []string{"phase", "decrypt"}, 1},
		expect{"files_decrypted_total", []string{"format", "yaml", "key_type", "age"}, 2},
		expect{"files_decrypted_total", []string{"format", "dotenv", "key_type", "age"}, 1},
		expect{"manifests_total", nil, 4},
		expect{"renders_running", nil, 0},
		expect{"renders_waiting", nil, 0},
		expect{"renders_refused_total", []string{"reason", "overload"}, 0},
		expect{"children_running", nil, 0},
		expect{"children_started_total", []string{"tool", "helm"}, 1},
		expect{"children_failed_total", []string{"tool", "helm", "reason", "exit"}, 1},
		expect{"keys_loaded", []string{"type", "age"}, 1},
		expect{"keys_loaded", []string{"type", "pgp"}, 0},
		expect{"has_key", nil, 1},
		expect{"key_problems", nil, 0},
		expect{"config_reloads_total", []string{"outcome", "failure"}, 0},
	)
	// kustomize also says its version, which nobody counts on here.
	if started := after.value(t, "children_started_total", "tool", "kustomize"); started < 1 {
		t.Errorf("kustomize was started %v times", started)
	}
	for name, least := range map[string]float64{
		"received_bytes_total": 500, "unpacked_bytes_total": 1000, "manifest_bytes_total": 200, "renders_limit": 1,
		"workspace_bytes": 1, "workspace_limit_bytes": 1 << 20,
	} {
		if got := after.value(t, name); got < least {
			t.Errorf("%s: %v", name, got)
		}
	}
	if age := after.value(t, "key_file_age_seconds", "file", "oldest"); age < 0 || age > 300 {
		t.Errorf("the key file's age: %v", age)
	}
	if version := after["argocd_decrypt_build_info"].Metric[0].Label[0].GetValue(); !strings.Contains(harness.MustRun(t, harness.Command{Path: harness.Binary(t), Args: []string{"version"}}), version) {
		t.Errorf("version %q", version)
	}
}

func TestShowsNoSecretAndNoName(t *testing.T) {
	f := newFixture(t)
	f.requests(t)
	text := f.text(t)
	needles := harness.NewNeedles(f.canary, f.key.Secret, strings.ToLower(f.key.Secret))
	if needles.In([]byte(text)) {
		t.Errorf("a secret or a name is in the metrics:\n%s", text)
	}
	for _, word := range []string{harness.Project, harness.Namespace, "secret", "git.example.org", f.place.Root, f.key.Recipient, "Secret"} {
		for _, line := range strings.Split(text, "\n") {
			if !strings.HasPrefix(line, "#") && strings.Contains(line, word) {
				t.Errorf("%q is in %s", word, line)
			}
		}
	}
}

func TestPrometheusFindsNothingToCorrect(t *testing.T) {
	f := newFixture(t)
	f.requests(t)
	text := f.text(t)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	harness.Check(t, err)
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	var names []string
	for _, line := range strings.Split(text, "\n") {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			names = append(names, strings.Fields(name)[0])
		}
	}
	if !slices.IsSorted(names) || len(names) < 20 {
		t.Errorf("not in order: %v", names)
	}
	for name, family := range parse(t, text) {
		if family.GetHelp() == "" || family.GetType() == dto.MetricType_UNTYPED {
			t.Errorf("%s: no help or no type", name)
		}
	}
}

func TestShowsTheQueueWhileItIsFull(t *testing.T) {
	f := newFixture(t, "--max-concurrent-renders", "1")
	hold := harness.HoldTool(t, f.place, "kustomize", "build", false)
	app := f.repo(t, harness.Tree{"kustomization.yaml": "resources: [secret.yaml]\n", "secret.yaml": f.secret(t, "a.yaml")})
	done := make(chan error, 2)
	request := func(limit time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		_, err := f.Generate(ctx, app)
		done <- err
	}
	go request(time.Minute)
	hold.AwaitStart(t)
	go request(3 * time.Second)
	harness.WaitFor(t, 3*time.Second, func() error {
		if f.scrape(t).value(t, "renders_waiting") != 1 {
			return os.ErrNotExist
		}
		return nil
	})
	f.scrape(t).check(t, expect{"renders_running", nil, 1}, expect{"renders_limit", nil, 1}, expect{"children_running", nil, 1},
		expect{"requests_here", nil, 2})
	if err := <-done; err == nil {
		t.Error("the second request was answered while the first one held the only place")
	}
	hold.Release(t)
	harness.Check(t, <-done)
	f.scrape(t).check(t,
		expect{"renders_running", nil, 0}, expect{"renders_waiting", nil, 0}, expect{"children_running", nil, 0},
		expect{"renders_refused_total", []string{"reason", "deadline"}, 1},
		expect{"requests_total", []string{"method", "GenerateManifest", "code", "DEADLINE_EXCEEDED"}, 1},
	)
}

func TestSeesKeysComeAndGo(t *testing.T) {
	f := newFixture(t)
	file := f.place.AddKey(t, f.key)
	harness.Check(t, os.WriteFile(file, []byte("junk "+f.canary+"\n"), 0o600))
	broken := f.scrape(t)
	broken.check(t,
		expect{"has_key", nil, 0}, expect{"keys_loaded", []string{"type", "age"}, 0},
		expect{"key_reloads_total", []string{"outcome", "failure"}, 1},
		expect{"key_reloads_total", []string{"outcome", "success"}, 0},
	)
	if broken.value(t, "key_problems") < 1 || broken["argocd_decrypt_key_file_age_seconds"] != nil {
		t.Error("a file without a key counts")
	}
	f.place.AddKey(t, f.key)
	f.scrape(t).check(t,
		expect{"has_key", nil, 1}, expect{"keys_loaded", []string{"type", "age"}, 1}, expect{"key_problems", nil, 0},
		expect{"key_reloads_total", []string{"outcome", "success"}, 1},
	)
}

func TestCountsWhatIsRefusedAtTheDoor(t *testing.T) {
	f := newFixture(t, "--max-concurrent-renders", "1", "--max-waiting-requests", "0")
	hold := harness.HoldTool(t, f.place, "kustomize", "build", false)
	app := f.repo(t, harness.Tree{"kustomization.yaml": "resources: [secret.yaml]\n", "secret.yaml": f.secret(t, "a.yaml")})
	done := make(chan error, 1)
	go func() {
		_, err := f.Generate(context.Background(), app)
		done <- err
	}()
	hold.AwaitStart(t)
	if _, err := f.generate(t, app); err == nil {
		t.Error("there was no room for the second request")
	}
	f.scrape(t).check(t,
		expect{"requests_here", nil, 1}, expect{"requests_limit", nil, 1},
		expect{"renders_refused_total", []string{"reason", "overload"}, 1},
		expect{"requests_total", []string{"method", "GenerateManifest", "code", "RESOURCE_EXHAUSTED"}, 1},
	)
	hold.Release(t)
	harness.Check(t, <-done)
}

func TestCountsReloadsOfTheConfiguration(t *testing.T) {
	place := harness.NewPlace(t)
	file := place.Root + "/plugin.yaml"
	write := func(spec string) {
		text := "apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata: {name: argocd-decrypt}\nspec: " + spec + "\n"
		harness.Check(t, os.WriteFile(file+".new", []byte(text), 0o600))
		harness.Check(t, os.Rename(file+".new", file))
	}
	write("{}")
	f := &fixture{place: place, server: harness.StartServer(t, place, "--metrics-address", "127.0.0.1:0", "--config", file)}
	f.url = "http://" + f.address(t) + "/metrics"
	await := func(outcome string, count float64) {
		t.Helper()
		harness.WaitFor(t, 20*time.Second, func() error {
			if f.scrape(t).value(t, "config_reloads_total", "outcome", outcome) != count {
				return os.ErrNotExist
			}
			return nil
		})
	}
	write("{preserveFileMode: true}")
	await("success", 1)
	write("[")
	await("failure", 1)
	write("{}")
	await("success", 2)
	await("failure", 1)
}

// What a tool was ended for is told apart.
func TestCountsToolsThatPassTheirLimits(t *testing.T) {
	f := newFixture(t, "--max-child-memory-mb", "1")
	harness.HoldTool(t, f.place, "kustomize", "build", false)
	_, err := f.generate(t, f.repo(t, harness.Tree{"kustomization.yaml": "resources: [secret.yaml]\n", "secret.yaml": f.secret(t, "a.yaml")}))
	if err == nil {
		t.Fatal("kustomize fits into a megabyte")
	}
	f.scrape(t).check(t, expect{"children_failed_total", []string{"tool", "kustomize", "reason", "memory"}, 1})
}

// Idle and half-sent connections of strangers hold up neither a scrape nor a render.
func TestStrangersHoldUpNothing(t *testing.T) {
	f := newFixture(t)
	for range 100 {
		connection, err := net.Dial("tcp", f.address(t))
		harness.Check(t, err)
		defer connection.Close()
		connection.Write([]byte("GET /metrics HTTP/1.1\r\nX: "))
	}
	f.scrape(t)
	f.requests(t)
	response, err := http.Head(f.url)
	harness.Check(t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Error(response.Status)
	}
	if open := parse(t, f.text(t))["process_open_fds"].Metric[0].Gauge.GetValue(); open > 100 {
		t.Errorf("%v descriptors are open", open)
	}
}

func TestNoAddressNamesTheSetting(t *testing.T) {
	o := harness.Run(t, harness.NewPlace(t).Command(t, "--metrics-address", "nonsense"))
	for _, word := range []string{"--metrics-address", "ARGOCD_DECRYPT_METRICS_ADDRESS", "nonsense"} {
		if o.Code != 1 || !strings.Contains(o.Err, word) {
			t.Errorf("exit %d, without %q: %s", o.Code, word, o.Err)
		}
	}
}

// Two sidecars of one pod share its ports: the second one has to serve all the same.
func TestATakenPortStopsNoRequest(t *testing.T) {
	f := newFixture(t)
	for _, address := range []string{f.address(t), "192.0.2.1:9096"} {
		server := harness.StartServer(t, harness.NewPlace(t), "--metrics-address", address)
		for _, word := range []string{"metrics are not served", "--metrics-address", "ARGOCD_DECRYPT_METRICS_ADDRESS", address} {
			harness.WaitFor(t, 10*time.Second, func() error {
				if !strings.Contains(server.Log(), word) {
					return fmt.Errorf("without %q: %s", word, server.Log())
				}
				return nil
			})
		}
	}
}

func TestWithoutTheSettingNothingListens(t *testing.T) {
	server := harness.StartServer(t, harness.NewPlace(t))
	if strings.Contains(server.Log(), `"metrics"`) {
		t.Error(server.Log())
	}
}
