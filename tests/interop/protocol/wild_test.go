package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

// A plugin as people write them: shell scripts in the file itself, programs by their names, variables and parameters in
// all the forms that Argo CD has for them.
const wildSpec = `  init:
    command: [sh, -c]
    args:
      - |
        set -eu
        echo "preparing $ARGOCD_APP_NAME" >&2
        mkdir -p .rendered
        # What Argo CD knows of the application goes into a file that generate reads.
        {
          echo "app=$ARGOCD_APP_NAME"
          echo "namespace=$ARGOCD_APP_NAMESPACE"
          echo "revision=$ARGOCD_APP_REVISION_SHORT"
        } >.rendered/facts
        echo this goes nowhere
  generate:
    command: [sh, -c]
    args:
      - |
        set -eu
        . ./.rendered/facts
        fail() { echo "error: $*" >&2; exit 1; }
        [ -n "${ARGOCD_ENV_STAGE:-}" ] || fail "set STAGE in spec.source.plugin.env"
        replicas=${PARAM_REPLICAS:-1}
        owner=$(printf '%s' "$ARGOCD_APP_PARAMETERS" | tr '{' '\n' | sed -n 's/.*"name":"owner","string":"\([^"]*\)".*/\1/p')
        for template in templates/*.yaml; do
          echo ---
          sed -e "s|@APP@|$app|g" -e "s|@STAGE@|$ARGOCD_ENV_STAGE|g" -e "s|@REPLICAS@|$replicas|g" \
            -e "s|@OWNER@|${owner:-nobody}|g" -e "s|@REVISION@|$revision|g" -e "s|@NAMESPACE@|$namespace|g" "$template"
        done
        i=0
        while eval "host=\${PARAM_HOSTS_$i:-}"; [ -n "$host" ]; do
          cat <<EOF
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: $app-$i
          labels: {team: "${PARAM_LABELS_TEAM:-none}"}
        spec:
          type: ExternalName
          externalName: $host
        EOF
          i=$((i + 1))
        done
        echo "rendered with Kubernetes $KUBE_VERSION" >&2
  parameters:
    static:
      - name: replicas
        title: Replicas
        tooltip: How many pods there are
        required: true
        itemType: number
        collectionType: string
        string: "1"
      - name: hosts
        title: Hosts
        collectionType: array
        array: [a.example.org, b.example.org]
      - name: labels
        collectionType: map
        map:
          team: none
    dynamic:
      command: [sh, -c]
      args:
        - |
          printf '['
          first=yes
          for template in templates/*.yaml; do
            [ -n "$first" ] || printf ','
            first=
            printf '{"name":"skip-%s","title":"Skip %s","itemType":"boolean","string":"false"}' "$(basename "$template" .yaml)" "$template"
          done
          printf ']'
`

var wildTree = harness.Tree{
	"apps/shop/templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: @APP@\n  labels: {owner: \"@OWNER@\"}\ndata:\n  stage: @STAGE@\n  on: \"yes\"\n  revision: \"@REVISION@\"\n",
	"apps/shop/templates/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: @APP@\n  namespace: @NAMESPACE@\nspec:\n  replicas: @REPLICAS@\n  selector: {matchLabels: {app: @APP@}}\n" +
		"  template:\n    metadata: {labels: {app: @APP@}}\n    spec: {containers: [{name: web, image: \"example.org/web:1\"}]}\n",
	"apps/shop/plugin-marker": "",
	"apps/other/readme.txt":   "nothing to render",
}

// asked is one answer of a server, as a text that another server's can be compared with.
type asked struct{ question, answer string }

// An existing plugin.yaml serves unchanged: each question is answered as by the stock server.
func TestExistingPluginServesUnchanged(t *testing.T) {
	discoveries := map[string]string{
		"FileName": "  discover:\n    fileName: \"./plugin-mark*\"\n",
		"Glob":     "  discover:\n    find:\n      glob: \"**/plugin-marker\"\n",
		"Command":  "  discover:\n    find:\n      command: [sh, -c, \"find . -name plugin-marker\"]\n",
		"None":     "",
	}
	for name, discover := range discoveries {
		t.Run(name, func(t *testing.T) {
			answers := map[peer][]asked{}
			for _, p := range []peer{stock, ours} {
				answers[p] = askWild(t, p.start(t, setup{spec: wildSpec + discover, version: "v1.2"}))
			}
			if len(answers[stock]) != len(answers[ours]) {
				t.Fatalf("%d answers and %d", len(answers[stock]), len(answers[ours]))
			}
			for i, want := range answers[stock] {
				if got := answers[ours][i]; got != want {
					t.Errorf("%s:\nstock: %s\nours:  %s", want.question, want.answer, got.answer)
				}
			}
		})
	}
}

func askWild(t *testing.T, s *server) []asked {
	t.Helper()
	var answers []asked
	note := func(question string, answer any, err error) {
		text, wrong := json.Marshal(answer)
		harness.Check(t, wrong)
		if err != nil {
			says := err.Error()
			t.Logf("%s: %s: …%s", s.peer, question, says[max(0, len(says)-100):])
			text = []byte("an error")
		}
		answers = append(answers, asked{question, string(text)})
	}
	note("configuration", s.check(t), nil)
	stage := v1alpha1.Env{{Name: "STAGE", Value: "prod-$ARGOCD_APP_NAME"}}
	full := parameters(harness.String("replicas", "3"), harness.String("owner", "the <team> & co"), harness.Array("hosts", "x.example.org", "y.example.org"),
		v1alpha1.ApplicationSourcePluginParameter{Name: "labels", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"team": "web"}}})
	sources := []struct {
		name   string
		source *v1alpha1.ApplicationSourcePlugin
	}{
		{"named", &v1alpha1.ApplicationSourcePlugin{Name: plugin + "-v1.2", Env: stage}},
		{"with parameters", &v1alpha1.ApplicationSourcePlugin{Name: plugin + "-v1.2", Env: stage, Parameters: full}},
		{"unnamed", &v1alpha1.ApplicationSourcePlugin{Env: stage}},
		{"without the variable", &v1alpha1.ApplicationSourcePlugin{Name: plugin + "-v1.2"}},
	}
	rendered := 0
	for _, path := range []string{"apps/shop", "apps/other"} {
		app := repo(t, wildTree, path)
		for _, c := range sources {
			manifests, err := s.throughRepoServer(t, app, c.source, nil)
			note(path+" "+c.name, manifests, err)
			if err == nil && strings.Contains(strings.Join(manifests, ""), "prod-sample") {
				rendered++
			}
		}
		match, err := s.Match(background(t), app, nil)
		note(path+" match", match, err)
		announced, err := s.Announce(background(t), app, nil)
		note(path+" parameters", announced, err)
	}
	if rendered < 2 {
		t.Errorf("%s rendered only %d", s.peer, rendered)
	}
	s.clean(t)
	return answers
}
