package parity_test

import (
	"context"
	"slices"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/git"

	"argocd-decrypt/tests/interop/harness"
	"argocd-decrypt/tests/interop/harness/reposerver"
)

// nativeManifests is Argo CD's own rendering of the decrypted tree.
func (a *application) nativeManifests(t *testing.T, m *matrix, settings []setting) ([]string, error) {
	t.Helper()
	q := reposerver.Request(a.path)
	switch a.kind {
	case "helm":
		q.ApplicationSource.Helm = &v1alpha1.ApplicationSourceHelm{}
	case "kustomize":
		q.ApplicationSource.Kustomize = &v1alpha1.ApplicationSourceKustomize{}
		q.KustomizeOptions = &v1alpha1.KustomizeOptions{}
	default:
		q.ApplicationSource.Directory = &v1alpha1.ApplicationSourceDirectory{}
	}
	for _, s := range settings {
		if s.both != nil {
			s.both(q)
		}
		if s.native != nil {
			s.native(q)
		}
	}
	return generate(a.decrypted(t, m), q)
}

// pluginManifests is Argo CD's rendering of the encrypted tree by the plugin.
func (a *application) pluginManifests(t *testing.T, settings []setting) ([]string, error) {
	t.Helper()
	q := reposerver.Request(a.path)
	// That an empty render is refused is no difference of options.
	parameters := v1alpha1.ApplicationSourcePluginParameters{harness.String("renderer", a.kind), harness.String("allowEmpty", "true")}
	for _, s := range settings {
		if s.both != nil {
			s.both(q)
		}
		for _, p := range s.plugin { // two settings may say the same, but only once
			if !slices.ContainsFunc(parameters, func(q v1alpha1.ApplicationSourcePluginParameter) bool { return q.Name == p.Name }) {
				parameters = append(parameters, p)
			}
		}
	}
	q.ApplicationSource.Plugin = &v1alpha1.ApplicationSourcePlugin{Name: "argocd-decrypt", Parameters: parameters}
	return generate(a.dir, q)
}

func generate(root string, q *apiclient.ManifestRequest) ([]string, error) {
	return reposerver.Generate(context.Background(), root, q, git.NoopCredsStore{})
}
