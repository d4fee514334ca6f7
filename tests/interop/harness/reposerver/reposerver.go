// Package reposerver is the part of Argo CD's repo-server that makes manifests, with its own probing of plugins. It is
// apart from the harness because it is large.
package reposerver

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"k8s.io/apimachinery/pkg/api/resource"

	"argocd-decrypt/tests/interop/harness"
)

const revision = "0123456789abcdef0123456789abcdef01234567"

// Request is what the application controller asks a repo-server about an application at this path.
func Request(path string) *apiclient.ManifestRequest {
	url := "https://git.example.org/team/repo.git"
	return &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: url}, Revision: "main",
		AppLabelKey: "app.kubernetes.io/instance", TrackingMethod: string(v1alpha1.TrackingMethodAnnotationAndLabel),
		AppName: "sample", Namespace: harness.Namespace, ProjectName: harness.Project,
		KubeVersion: "v" + harness.KubeVersion, ApiVersions: strings.Split(harness.APIVersions, ","),
		ApplicationSource: &v1alpha1.ApplicationSource{RepoURL: url, Path: path, TargetRevision: "main"},
		HelmOptions:       &v1alpha1.HelmOptions{ValuesFileSchemes: []string{"https", "http"}},
	}
}

// Generate renders the request's application from a checked out repository. Plugins are looked for where
// $ARGOCD_PLUGINSOCKFILEPATH of this process says.
func Generate(ctx context.Context, root string, q *apiclient.ManifestRequest, credentials git.CredsStore) ([]string, error) {
	paths := utilio.NewRandomizedTempPaths(root)
	paths.Add(git.NormalizeGitURL(q.Repo.Repo), root)
	response, err := repository.GenerateManifests(ctx, filepath.Join(root, q.ApplicationSource.Path), root, revision, q,
		false, credentials, resource.MustParse("10M"), paths)
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}
