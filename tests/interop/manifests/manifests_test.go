// Package manifests tries what manifests/ gives to a cluster operator on Argo CD's own manifests and code.
package manifests

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/settings"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

const repository = "../../.."

// argoCD is the folder of the released module, which carries its manifests.
func argoCD(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v3").Output()
	harness.Check(t, err)
	return strings.TrimSpace(string(out))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	harness.Check(t, err)
	return content
}

// built is `kustomize build` of Argo CD's install manifest with our base, both components, and more.
func built(t *testing.T, more ...string) [][]byte {
	t.Helper()
	dir := t.TempDir()
	harness.Check(t, os.CopyFS(filepath.Join(dir, "ours"), os.DirFS(filepath.Join(repository, "manifests"))))
	harness.Tree{
		"install.yaml": string(read(t, filepath.Join(argoCD(t), "manifests", "install.yaml"))),
		"kustomization.yaml": "resources: [install.yaml, ours/base]\n" +
			"components: [" + strings.Join(append([]string{"ours/components/sidecar", "ours/components/health-checks"}, more...), ", ") + "]\n",
	}.Write(t, dir)
	out, err := exec.Command(harness.Kustomize(t), "build", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bytes.Split(out, []byte("\n---\n"))
}

// find decodes the document of a kind whose name begins with a prefix, strictly.
func find[Object any](t *testing.T, documents [][]byte, kind, prefix string) Object {
	t.Helper()
	var found Object
	for _, document := range documents {
		var head metav1.PartialObjectMetadata
		harness.Check(t, yaml.Unmarshal(document, &head))
		if head.Kind == kind && strings.HasPrefix(head.Name, prefix) {
			if err := yaml.UnmarshalStrict(document, &found); err != nil {
				t.Fatalf("%s %s: %v", kind, head.Name, err)
			}
			return found
		}
	}
	t.Fatalf("no %s %s*", kind, prefix)
	return found
}

func TestSidecarJoinsTheRepoServerConfined(t *testing.T) {
	documents := built(t)
	pod := find[appsv1.Deployment](t, documents, "Deployment", "argocd-repo-server").Spec.Template.Spec
	var names []string
	for _, container := range pod.Containers {
		names = append(names, container.Name)
	}
	if !slices.Equal(names, []string{"argocd-repo-server", "argocd-decrypt"}) {
		t.Fatalf("containers are %v", names)
	}
	if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
		t.Error("the pod gets a service account token")
	}
	sidecar := pod.Containers[1]
	security := sidecar.SecurityContext
	if security == nil || !*security.RunAsNonRoot || *security.RunAsUser != 999 || !*security.ReadOnlyRootFilesystem ||
		*security.AllowPrivilegeEscalation || security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault ||
		!slices.Equal(security.Capabilities.Drop, []corev1.Capability{"ALL"}) {
		t.Errorf("security context: %+v", security)
	}
	if sidecar.ReadinessProbe == nil || sidecar.LivenessProbe == nil || sidecar.StartupProbe == nil {
		t.Error("a probe is missing")
	}

	volumes := map[string]corev1.VolumeSource{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = volume.VolumeSource
	}
	mounted := map[string]corev1.VolumeSource{}
	for _, mount := range sidecar.VolumeMounts {
		source, ok := volumes[mount.Name]
		if !ok {
			t.Errorf("no volume %s", mount.Name)
		}
		mounted[mount.MountPath] = source
	}
	if tmp := mounted["/tmp"].EmptyDir; tmp == nil || tmp.Medium != corev1.StorageMediumMemory || tmp.SizeLimit == nil {
		t.Errorf("/tmp: %+v", tmp)
	}
	if key := mounted["/sops/age"].Secret; key == nil || key.SecretName != "sops-age-key" || *key.DefaultMode != 0o400 {
		t.Errorf("/sops/age: %+v", key)
	}
	if mounted["/home/argocd/cmp-server/plugins"].EmptyDir == nil {
		t.Error("the socket folder is not the pod's emptyDir")
	}
	// kustomize hashed the name, so that a change of plugin.yaml restarts the pod.
	config := mounted["/home/argocd/cmp-server/config"].ConfigMap
	plugin := find[corev1.ConfigMap](t, documents, "ConfigMap", "argocd-decrypt-plugin-")
	if config == nil || config.Name != plugin.Name || plugin.Data["plugin.yaml"] == "" {
		t.Errorf("the mounted configuration is %+v, the ConfigMap %s", config, plugin.Name)
	}
	// The key is for the sidecar alone.
	for _, container := range append(pod.InitContainers, pod.Containers[0]) {
		for _, mount := range container.VolumeMounts {
			if mount.Name == "sops-age-key" || mount.Name == "argocd-decrypt-tmp" {
				t.Errorf("container %s mounts %s", container.Name, mount.Name)
			}
		}
	}
}

// podMonitor is as much of the Prometheus Operator's kind as ours uses.
type podMonitor struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            struct {
		Selector  metav1.LabelSelector `json:"selector"`
		Endpoints []struct {
			Port     string `json:"port"`
			Path     string `json:"path"`
			Interval string `json:"interval"`
		} `json:"podMetricsEndpoints"`
	} `json:"spec"`
}

// Prometheus finds the port in the pods that it is told to look at, and no policy keeps it out.
func TestMonitoringReachesTheSidecar(t *testing.T) {
	documents := built(t, "ours/components/monitoring")
	pod := find[appsv1.Deployment](t, documents, "Deployment", "argocd-repo-server").Spec.Template
	sidecar := pod.Spec.Containers[1]
	if len(sidecar.Ports) != 1 {
		t.Fatalf("ports: %+v", sidecar.Ports)
	}
	port := sidecar.Ports[0]
	address := corev1.EnvVar{Name: "ARGOCD_DECRYPT_METRICS_ADDRESS", Value: fmt.Sprintf(":%d", port.ContainerPort)}
	if !slices.Contains(sidecar.Env, address) {
		t.Errorf("the port is %d, the environment %+v", port.ContainerPort, sidecar.Env)
	}
	for _, other := range pod.Spec.Containers[0].Ports {
		if other.ContainerPort == port.ContainerPort {
			t.Errorf("the repo-server has port %d", port.ContainerPort)
		}
	}
	selects := func(selector metav1.LabelSelector) bool {
		chosen, err := metav1.LabelSelectorAsSelector(&selector)
		harness.Check(t, err)
		return chosen.Matches(labels.Set(pod.Labels))
	}
	monitor := find[podMonitor](t, documents, "PodMonitor", "argocd-decrypt")
	if !selects(monitor.Spec.Selector) || len(monitor.Spec.Endpoints) != 1 || monitor.Spec.Endpoints[0].Port != port.Name {
		t.Errorf("%+v does not find port %s of %v", monitor.Spec, port.Name, pod.Labels)
	}
	policy := find[networkingv1.NetworkPolicy](t, documents, "NetworkPolicy", "argocd-decrypt-metrics").Spec
	open := map[int32]bool{}
	for _, rule := range policy.Ingress {
		open[rule.Ports[0].Port.IntVal] = true
	}
	// What a policy does not name it closes: the repo-server's own ports must stay open, whatever else there is.
	if !selects(policy.PodSelector) || !open[port.ContainerPort] || !open[8081] || !open[8084] {
		t.Errorf("the policy: %+v", policy)
	}
	dashboard := find[corev1.ConfigMap](t, documents, "ConfigMap", "argocd-decrypt-dashboard")
	if dashboard.Labels["grafana_dashboard"] != "1" || len(dashboard.Data["argocd-decrypt.json"]) < 1000 {
		t.Errorf("the dashboard's labels: %v", dashboard.Labels)
	}
}

// What the sidecar reads of docs/sources.md lies where the example mounts it, from volumes that exist.
func TestExampleMountsRepositorySecrets(t *testing.T) {
	documents := built(t, "ours/examples/repository-secrets")
	pod := find[appsv1.Deployment](t, documents, "Deployment", "argocd-repo-server").Spec.Template.Spec
	volumes := map[string]corev1.VolumeSource{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = volume.VolumeSource
	}
	sidecar := pod.Containers[1]
	if sidecar.Name != "argocd-decrypt" {
		t.Fatalf("the second container is %s", sidecar.Name)
	}
	if !slices.Contains(sidecar.Env, corev1.EnvVar{Name: "ARGOCD_DECRYPT_REPOSITORY_SECRETS", Value: "/repositories"}) {
		t.Errorf("environment: %+v", sidecar.Env)
	}
	mounted := map[string]corev1.VolumeSource{}
	for _, mount := range sidecar.VolumeMounts {
		mounted[mount.MountPath] = volumes[mount.Name]
	}
	for _, path := range []string{"/repositories/repository/team-charts", "/repositories/repo-creds/git"} {
		if mounted[path].Secret == nil {
			t.Errorf("%s: %+v", path, mounted[path])
		}
	}
	for path, name := range map[string]string{"/app/config/ssh": "argocd-ssh-known-hosts-cm", "/app/config/tls": "argocd-tls-certs-cm"} {
		if source := mounted[path].ConfigMap; source == nil || source.Name != name {
			t.Errorf("%s: %+v", path, mounted[path])
		}
	}
}

// A key of the wrong form is ignored without a word, so Argo CD itself is asked what it understood.
func TestArgoCDFindsEveryHealthCheckInArgocdCM(t *testing.T) {
	cm := find[corev1.ConfigMap](t, built(t), "ConfigMap", "argocd-cm")
	cm.Namespace = "argocd"
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Name: "argocd-secret", Namespace: "argocd", Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"},
	}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	manager := settings.NewSettingsManager(ctx, fake.NewClientset(&cm, secret), "argocd")
	overrides, err := manager.GetResourceOverrides()
	harness.Check(t, err)
	scripts, err := filepath.Glob(filepath.Join(repository, "health-lua", "*", "*", "health.lua"))
	harness.Check(t, err)
	if len(scripts) == 0 {
		t.Fatal("no health.lua")
	}
	for _, script := range scripts {
		kind := filepath.Base(filepath.Dir(script))
		key := filepath.Base(filepath.Dir(filepath.Dir(script))) + "/" + kind
		override := overrides[key]
		if override.HealthLua != string(read(t, script)) || override.UseOpenLibs {
			t.Errorf("%s: Argo CD has another script, or opens the libraries", key)
		}
	}
}

func TestExampleApplicationsNameThePluginAndExistingPaths(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repository, "manifests", "examples", "applications", "*.yaml"))
	harness.Check(t, err)
	if len(files) < 4 {
		t.Fatalf("examples: %v", files)
	}
	for _, file := range files {
		var app v1alpha1.Application
		if err := yaml.UnmarshalStrict(read(t, file), &app); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		source := app.Spec.Source
		if source.Plugin == nil || source.Plugin.Name != "argocd-decrypt" {
			t.Errorf("%s names no plugin", file)
		}
		path := filepath.Join(repository, "manifests", "examples", "repo", source.Path)
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			t.Errorf("%s: no sample at %s", file, source.Path)
		}
		for _, parameter := range source.Plugin.Parameters {
			if parameter.OptionalArray == nil || parameter.Name != "valueFiles" {
				continue
			}
			for _, name := range parameter.Array {
				if _, err := os.Stat(filepath.Join(path, strings.TrimPrefix(name, "secrets://"))); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
}
