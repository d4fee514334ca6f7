package helm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// The component on Argo CD's own manifests: the pod has all that the plugin.yaml files name, and argocd-cm
// allows the schemes that they offer.
func TestComponentFitsArgoCD(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v3").Output()
	harness.Check(t, err)
	install, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "manifests", "install.yaml"))
	harness.Check(t, err)
	dir := harness.TempDir(t, "")
	harness.Check(t, os.CopyFS(filepath.Join(dir, "ours"), os.DirFS("../../../manifests")))
	harness.Tree{
		"install.yaml":       string(install),
		"kustomization.yaml": "resources: [install.yaml, ours/base]\ncomponents: [ours/components/sidecar, ours/components/helm-downloader]\n",
	}.Write(t, dir)
	built := harness.MustRun(t, harness.Command{Path: harness.Kustomize(t), Args: []string{"build", dir}, Env: []string{"PATH=/usr/bin:/bin", "HOME=" + dir}})

	var server appsv1.Deployment
	var settings corev1.ConfigMap
	for _, document := range strings.Split(built, "\n---\n") {
		document += "\n"
		if strings.Contains(document, "\nkind: Deployment\n") && strings.Contains(document, "\n  name: argocd-repo-server\n") {
			harness.Check(t, yaml.UnmarshalStrict([]byte(document), &server))
		}
		if strings.Contains(document, "\nkind: ConfigMap\n") && strings.Contains(document, "\n  name: argocd-cm\n") {
			harness.Check(t, yaml.UnmarshalStrict([]byte(document), &settings))
		}
	}
	pod := server.Spec.Template.Spec
	volumes := map[string]corev1.VolumeSource{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = volume.VolumeSource
	}
	mounted := map[string]bool{}
	for _, mount := range pod.Containers[0].VolumeMounts {
		if _, ok := volumes[mount.Name]; !ok {
			t.Errorf("no volume %s", mount.Name)
		}
		mounted[mount.MountPath] = true
	}
	for _, path := range []string{"/helm-plugins/bin", "/helm-plugins/helm3/argocd-decrypt/plugin.yaml", "/helm-plugins/helm4/argocd-decrypt/plugin.yaml", "/sops/age"} {
		if !mounted[path] {
			t.Errorf("%s is not mounted in %s", path, pod.Containers[0].Name)
		}
	}
	if name := volumes["argocd-decrypt-helm-downloader"].ConfigMap; name == nil || !strings.Contains(built, "\n  name: "+name.Name+"\n") {
		t.Errorf("no ConfigMap for the plugin.yaml files: %+v", name)
	}
	for _, file := range []string{"helm3.yaml", "helm4.yaml"} {
		content, err := os.ReadFile(filepath.Join(component, file))
		harness.Check(t, err)
		for _, line := range strings.Split(string(content), "\n") {
			if scheme, ok := strings.CutPrefix(strings.TrimSpace(line), "- secrets"); ok {
				if !strings.Contains(settings.Data["helm.valuesFileSchemes"]+",", "secrets"+scheme+",") {
					t.Errorf("%s: argocd-cm lacks secrets%s", file, scheme)
				}
			}
		}
	}
}
