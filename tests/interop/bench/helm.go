package main

import (
	"fmt"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

const (
	chart    = "apiVersion: v2\nname: bench\nversion: 1.0.0\n"
	template = `{{- range $name, $values := .Values.secrets }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
  namespace: {{ $.Release.Namespace }}
stringData:
  {{- toYaml $values | nindent 2 }}
{{- end }}
`
)

// helm: a chart with encrypted value files, against `helm template` with our arguments on the plain ones.
func (b *bench) helm() {
	p := b.place()
	var renderings []*rendering
	for _, count := range []int{1, 5, 20} {
		plain := harness.Tree{"Chart.yaml": chart, "templates/secrets.yaml": template, "values.yaml": "secrets: {}\n"}
		var encrypted []string
		arguments := []string{"template", ".", "--name-template", "sample", "--namespace", harness.Namespace, "--kube-version", harness.KubeVersion}
		for i := range count {
			name := fmt.Sprintf("values-%02d.yaml", i)
			plain[name] = fmt.Sprintf("secrets:\n  secret-%02d:\n    a: value a %[1]d\n    b: value b %[1]d\n    c: value c %[1]d\n    d: value d %[1]d\n    e: value e %[1]d\n", i)
			encrypted = append(encrypted, name)
			arguments = append(arguments, "--values", name)
		}
		for _, version := range strings.Split(harness.APIVersions, ",") {
			arguments = append(arguments, "--api-versions", version)
		}
		arguments = append(arguments, "--include-crds")
		renderings = append(renderings, p.rendering(
			fmt.Sprintf("helm, %d encrypted value files", count), 1.1, plain, p.key.EncryptFiles(b, plain, encrypted...),
			v1alpha1.ApplicationSourcePluginParameters{harness.Array("valueFiles", encrypted...)},
			func(string) harness.Command { return harness.Command{Path: harness.Helm(b), Args: arguments} }))
	}
	b.interleaveRenderings(renderings)
}
