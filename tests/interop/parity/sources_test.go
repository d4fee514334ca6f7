package parity_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"k8s.io/apimachinery/pkg/api/resource"

	"argocd-decrypt/tests/interop/harness"
)

const revision = "0123456789abcdef0123456789abcdef01234567"

// request is what the application controller asks a repo-server.
func (a *application) request() *apiclient.ManifestRequest {
	url := "https://git.example.org/team/repo.git"
	return &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: url}, Revision: "main",
		AppLabelKey: "app.kubernetes.io/instance", TrackingMethod: string(v1alpha1.TrackingMethodAnnotationAndLabel),
		AppName: "sample", Namespace: harness.Namespace, ProjectName: harness.Project,
		KubeVersion: "v" + harness.KubeVersion, ApiVersions: strings.Split(harness.APIVersions, ","),
		ApplicationSource: &v1alpha1.ApplicationSource{RepoURL: url, Path: a.path, TargetRevision: "main"},
		HelmOptions:       &v1alpha1.HelmOptions{ValuesFileSchemes: []string{"https", "http"}},
	}
}

// nativeManifests is Argo CD's own rendering of the decrypted tree.
func (a *application) nativeManifests(t *testing.T, m *matrix, settings []setting) ([]string, error) {
	t.Helper()
	q := a.request()
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
	return generate(a.decrypted(t, m), a.path, q)
}

// pluginManifests is Argo CD's rendering of the encrypted tree by the plugin.
func (a *application) pluginManifests(t *testing.T, settings []setting) ([]string, error) {
	t.Helper()
	q := a.request()
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
	return generate(a.dir, a.path, q)
}

func generate(root, path string, q *apiclient.ManifestRequest) ([]string, error) {
	paths := utilio.NewRandomizedTempPaths(root)
	paths.Add(git.NormalizeGitURL(q.Repo.Repo), root)
	response, err := repository.GenerateManifests(context.Background(), filepath.Join(root, path), root, revision, q,
		false, git.NoopCredsStore{}, resource.MustParse("10M"), paths)
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}
