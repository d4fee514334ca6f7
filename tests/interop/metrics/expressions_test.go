package metrics

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// What Prometheus itself adds to each series of a PodMonitor's target.
var ofTarget = []string{"namespace", "pod", "container", "job", "instance"}

// scraped is a scrape after requests of each kind.
func scraped(t *testing.T) scrape {
	t.Helper()
	f := newFixture(t)
	f.requests(t)
	return f.scrape(t)
}

// family is the one that a name in an expression belongs to: histograms have three names.
func (s scrape) family(name string) *dto.MetricFamily {
	if family := s[name]; family != nil {
		return family
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		base, ok := strings.CutSuffix(name, suffix)
		if family := s[base]; ok && family.GetType() == dto.MetricType_HISTOGRAM {
			return family
		}
	}
	return nil
}

func (s scrape) has(name, label string) bool {
	if slices.Contains(ofTarget, label) || (label == "le" && strings.HasSuffix(name, "_bucket")) {
		return true
	}
	return s.labelsOf(s.family(name).GetName())[label]
}

// fits checks that each name and label of an expression exists, and that a value which is asked for by name does.
func (s scrape) fits(t *testing.T, where, expression string) {
	t.Helper()
	parsed, err := parser.ParseExpr(expression)
	if err != nil {
		t.Errorf("%s: %v\n%s", where, err, expression)
		return
	}
	var names []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		names = append(names, selector.Name)
		if s.family(selector.Name) == nil {
			t.Errorf("%s: no metric %s", where, selector.Name)
			return nil
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != labels.MetricName {
				s.matches(t, where, selector.Name, matcher)
			}
		}
		return nil
	})
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		aggregate, ok := node.(*parser.AggregateExpr)
		if !ok {
			return nil
		}
		parser.Inspect(aggregate.Expr, func(below parser.Node, _ []parser.Node) error {
			if selector, ok := below.(*parser.VectorSelector); ok && s.family(selector.Name) != nil {
				for _, label := range aggregate.Grouping {
					if !s.has(selector.Name, label) {
						t.Errorf("%s: %s has no label %s", where, selector.Name, label)
					}
				}
			}
			return nil
		})
		return nil
	})
	if len(names) == 0 {
		t.Errorf("%s: it asks for nothing: %s", where, expression)
	}
}

// A matcher on a label of ours has to hit a series, now or with its first failure.
func (s scrape) matches(t *testing.T, where, name string, matcher *labels.Matcher) {
	t.Helper()
	if !s.has(name, matcher.Name) {
		t.Errorf("%s: %s has no label %s", where, name, matcher.Name)
		return
	}
	if slices.Contains(ofTarget, matcher.Name) {
		return
	}
	for _, metric := range s.family(name).Metric {
		for _, label := range metric.Label {
			if label.GetName() == matcher.Name && matcher.Matches(label.GetValue()) {
				return
			}
		}
	}
	t.Errorf("%s: no series of %s has %s", where, name, matcher)
}

type rules struct {
	Spec struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
}

var (
	templateLabel = regexp.MustCompile(`\$labels\.(\w+)`)
	setting       = regexp.MustCompile(`ARGOCD_DECRYPT_\w+|--[a-z-]+`)
)

func TestAlertsAskForWhatThereIs(t *testing.T) {
	s := scraped(t)
	var file rules
	if err := yaml.Unmarshal([]byte(read(t, "manifests/components/monitoring/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, group := range file.Spec.Groups {
		for _, rule := range group.Rules {
			seen++
			s.fits(t, rule.Alert, rule.Expr)
			for _, name := range []string{"summary", "description", "action"} {
				if rule.Annotations[name] == "" {
					t.Errorf("%s: no %s", rule.Alert, name)
				}
			}
			if rule.Labels["severity"] == "" {
				t.Errorf("%s: no severity", rule.Alert)
			}
			for _, found := range templateLabel.FindAllStringSubmatch(fmt.Sprint(rule.Annotations), -1) {
				if !strings.Contains(rule.Expr, found[1]) && !slices.Contains([]string{"pod", "namespace"}, found[1]) {
					t.Errorf("%s: the description names %s, which the expression does not keep", rule.Alert, found[1])
				}
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d alerts", seen)
	}
}

// What the alerts tell people to set exists.
func TestAlertsNameRealSettings(t *testing.T) {
	settings := read(t, "plugin/commands/engine_options.cc") + read(t, "plugin/commands/serve_flags.cc")
	for _, found := range setting.FindAllString(read(t, "manifests/components/monitoring/alerts.yaml"), -1) {
		flag := strings.TrimPrefix(found, "--")
		flag = strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(flag, "ARGOCD_DECRYPT_")), "_", "-")
		if flag != "plugin-tar-exclude" && !strings.Contains(settings, `"`+flag+`"`) { // that one is the repo-server's
			t.Errorf("no setting %s", found)
		}
	}
}

type panel struct {
	ID      int
	Title   string
	Type    string
	GridPos struct{ X, Y, W, H int }
	Targets []struct{ Expr, LegendFormat string }
}

var (
	inLegend    = regexp.MustCompile(`{{(\w+)}}`)
	labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)
)

func TestDashboardAsksForWhatThereIs(t *testing.T) {
	s := scraped(t)
	var dashboard struct {
		UID, Title string
		Panels     []panel
		Templating struct {
			List []struct{ Name, Definition string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "manifests/components/monitoring/dashboard.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.UID == "" || dashboard.Title == "" {
		t.Error("Grafana wants an identifier and a title")
	}
	fill := strings.NewReplacer("$__rate_interval", "5m", "$namespace", "argocd", "$pod", "argocd-repo-server-1")
	used := map[string]bool{}
	ids := map[int]bool{}
	for i, panel := range dashboard.Panels {
		if ids[panel.ID] {
			t.Errorf("%s: two panels have number %d", panel.Title, panel.ID)
		}
		ids[panel.ID] = true
		for _, other := range dashboard.Panels[:i] {
			a, b := panel.GridPos, other.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s lies over %s", panel.Title, other.Title)
			}
		}
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("%s shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			expression := fill.Replace(target.Expr)
			s.fits(t, panel.Title, expression)
			for name := range s {
				used[name] = used[name] || strings.Contains(expression, name)
			}
			for _, label := range inLegend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !strings.Contains(expression, label[1]) {
					t.Errorf("%s: the legend names %s, which the expression does not keep", panel.Title, label[1])
				}
			}
		}
	}
	for name := range s {
		if !used[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	for _, variable := range dashboard.Templating.List {
		if variable.Definition == "" {
			continue
		}
		query := labelValues.FindStringSubmatch(fill.Replace(variable.Definition))
		if query == nil {
			t.Errorf("variable %s: %s", variable.Name, variable.Definition)
			continue
		}
		s.fits(t, variable.Name, query[1])
	}
}

var documented = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| ([^|]*)\\|")

func TestEveryMetricIsDocumentedAsItIs(t *testing.T) {
	s := scraped(t)
	names := map[string]bool{}
	for _, row := range documented.FindAllStringSubmatch(read(t, "docs/metrics.md"), -1) {
		name := row[1]
		names[name] = true
		if s[name] == nil {
			t.Errorf("%s: documented, and not there", name)
			continue
		}
		if kind := strings.ToLower(s[name].GetType().String()); kind != row[2] {
			t.Errorf("%s is a %s", name, kind)
		}
		want := map[string]bool{}
		for _, label := range strings.FieldsFunc(row[3], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			want[label] = true
		}
		if got := s.labelsOf(name); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s has the labels %v, documented are %v", name, got, want)
		}
	}
	for name := range s {
		if !names[name] {
			t.Errorf("%s is not documented", name)
		}
	}
}
