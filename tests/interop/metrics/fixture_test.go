// Package metrics reads what a server tells Prometheus with Prometheus's own parsers, and holds the documented
// metrics, the dashboard and the alerts against it.
package metrics

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"argocd-decrypt/tests/interop/harness"
)

const repository = "../../.."

// fixture is a server with a metrics port, Argo CD's client, and a canary that marks every secret.
type fixture struct {
	harness.Client
	place  harness.Place
	server *harness.Server
	key    harness.Key
	canary string
	url    string
}

func newFixture(t *testing.T, args ...string) *fixture {
	t.Helper()
	f := &fixture{place: harness.NewPlace(t), key: harness.NewKey(t), canary: harness.NewCanary()}
	f.place.AddKey(t, f.key)
	f.server = harness.StartServer(t, f.place, append([]string{"--metrics-address", "127.0.0.1:0"}, args...)...)
	f.Client = f.server.Connect(t)
	f.url = "http://" + f.address(t) + "/metrics"
	return f
}

// address is in the line that says that the server is there, which may come a moment after its first answer.
func (f *fixture) address(t *testing.T) (address string) {
	t.Helper()
	harness.WaitFor(t, 5*time.Second, func() error {
		for _, line := range strings.Split(f.server.Log(), "\n") {
			var said struct{ Msg, Metrics string }
			if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "serving" {
				address = said.Metrics
				return nil
			}
		}
		return fmt.Errorf("no line \"serving\":\n%s", f.server.Log())
	})
	return address
}

// repo is an Application's repository; its name must not get into a label.
func (f *fixture) repo(t *testing.T, tree harness.Tree) harness.App {
	t.Helper()
	dir := harness.TempDir(t, "")
	tree.Write(t, dir)
	return harness.App{Name: "app-" + f.canary, Root: dir}
}

func (f *fixture) secret(t *testing.T, name string) string {
	t.Helper()
	return f.key.Encrypt(t, name, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: "+f.canary+"\n")
}

func (f *fixture) generate(t *testing.T, app harness.App) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return f.Generate(ctx, app)
}

// text is a scrape.
func (f *fixture) text(t *testing.T) string {
	t.Helper()
	response, err := http.Get(f.url)
	harness.Check(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	harness.Check(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, body)
	}
	if format := expfmt.ResponseFormat(response.Header); format.FormatType() != expfmt.TypeTextPlain {
		t.Fatalf("Prometheus does not know the content type %q", response.Header.Get("Content-Type"))
	}
	return string(body)
}

// scrape is a scrape as Prometheus understands it.
type scrape map[string]*dto.MetricFamily

func (f *fixture) scrape(t *testing.T) scrape {
	t.Helper()
	return parse(t, f.text(t))
}

func parse(t *testing.T, text string) scrape {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatalf("Prometheus does not read it: %v\n%s", err, text)
	}
	return families
}

// value is that of one series: `value("x_total", "method", "Y")`. A histogram's is its count.
func (s scrape) value(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	family := s["argocd_decrypt_"+name]
	for _, metric := range family.GetMetric() {
		found := map[string]string{}
		for _, label := range metric.Label {
			found[label.GetName()] = label.GetValue()
		}
		fits := true
		for i := 0; i+1 < len(labels); i += 2 {
			fits = fits && found[labels[i]] == labels[i+1]
		}
		if !fits {
			continue
		}
		switch family.GetType() {
		case dto.MetricType_COUNTER:
			return metric.Counter.GetValue()
		case dto.MetricType_HISTOGRAM:
			return float64(metric.Histogram.GetSampleCount())
		default:
			return metric.Gauge.GetValue()
		}
	}
	t.Fatalf("no series %s %v", name, labels)
	return 0
}

// labelsOf are the names of a family's labels.
func (s scrape) labelsOf(name string) map[string]bool {
	names := map[string]bool{}
	for _, metric := range s[name].GetMetric() {
		for _, label := range metric.Label {
			names[label.GetName()] = true
		}
	}
	return names
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, path))
	harness.Check(t, err)
	return string(text)
}
