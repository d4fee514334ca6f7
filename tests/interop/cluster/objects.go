package cluster

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// The kinds that tests look at.
var (
	SealedSecrets = schema.GroupVersionResource{Group: "bitnami.com", Version: "v1alpha1", Resource: "sealedsecrets"}
	Secrets       = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	ConfigMaps    = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	Events        = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	Applications  = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"}
)

// Kubectl gives what kubectl prints; it must succeed.
func (c *Cluster) Kubectl(t testing.TB, args ...string) string {
	t.Helper()
	output, err := c.KubectlWith("", args...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return output
}

// KubectlWith is Kubectl with a standard input, and without the insisting: an error holds what kubectl says.
func (c *Cluster) KubectlWith(input string, args ...string) (string, error) {
	command := exec.Command(c.kubectl, append([]string{
		"--kubeconfig", c.Kubeconfig, "--cache-dir", filepath.Join(c.dir, "kubectl-cache"), "--request-timeout", "15s",
	}, args...)...)
	command.Env, command.Stdin = []string{"PATH=/usr/bin:/bin", "HOME=" + c.dir}, strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// Apply is `kubectl apply -f -`.
func (c *Cluster) Apply(t testing.TB, manifests string) {
	t.Helper()
	if _, err := c.KubectlWith(manifests, "apply", "-f", "-"); err != nil {
		t.Fatalf("%v\n%s", err, manifests)
	}
}

var namespaces atomic.Int32

// Namespace is a new namespace. It stays when the test ends: without kube-controller-manager nothing
// would empty it.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test-%d", namespaces.Add(1))
	c.CreateNamespace(t, name)
	return name
}

// CreateNamespace makes one with a name that others know.
func (c *Cluster) CreateNamespace(t testing.TB, name string) {
	t.Helper()
	if err := c.failed(); err != nil {
		t.Fatalf("%v", err)
	}
	c.Create(t, schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, "", Object(t,
		"{apiVersion: v1, kind: Namespace, metadata: {name: "+name+"}}"))
}

// Object reads one manifest.
func Object(t testing.TB, manifest string) *unstructured.Unstructured {
	t.Helper()
	object := map[string]any{}
	if err := yaml.Unmarshal([]byte(manifest), &object); err != nil {
		t.Fatalf("%v\n%s", err, manifest)
	}
	return &unstructured.Unstructured{Object: object}
}

// YAML writes one.
func YAML(t testing.TB, object *unstructured.Unstructured) string {
	t.Helper()
	text, err := yaml.Marshal(object.Object)
	harness.Check(t, err)
	return string(text)
}

// Create makes an object that is not there yet, and gives it as the API server has it.
func (c *Cluster) Create(
	t testing.TB, kind schema.GroupVersionResource, namespace string, object *unstructured.Unstructured,
) *unstructured.Unstructured {
	t.Helper()
	created, err := c.Client.Resource(kind).Namespace(namespace).Create(t.Context(), object, v1.CreateOptions{})
	harness.Check(t, err)
	return created
}

// Get reads an object that must be there.
func (c *Cluster) Get(t testing.TB, kind schema.GroupVersionResource, namespace, name string) *unstructured.Unstructured {
	t.Helper()
	object, err := c.Client.Resource(kind).Namespace(namespace).Get(t.Context(), name, v1.GetOptions{})
	harness.Check(t, err)
	return object
}

// WaitFor reads an object until it is there and the check holds, and gives it.
func (c *Cluster) WaitFor(
	t testing.TB, kind schema.GroupVersionResource, namespace, name string,
	check func(*unstructured.Unstructured) error,
) *unstructured.Unstructured {
	t.Helper()
	var object *unstructured.Unstructured
	c.await(t, func() error {
		var err error
		object, err = c.Client.Resource(kind).Namespace(namespace).Get(t.Context(), name, v1.GetOptions{})
		if err != nil {
			return err
		}
		return check(object)
	})
	return object
}

// awaitKinds waits until the API server serves what these CustomResourceDefinitions define.
func (c *Cluster) awaitKinds(t testing.TB, definitions ...string) {
	t.Helper()
	kind := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	for _, name := range definitions {
		c.WaitFor(t, kind, "", name, func(definition *unstructured.Unstructured) error {
			conditions, _, _ := unstructured.NestedSlice(definition.Object, "status", "conditions")
			for _, entry := range conditions {
				if fields, ok := entry.(map[string]any); ok && fields["type"] == "Established" && fields["status"] == "True" {
					return nil
				}
			}
			return fmt.Errorf("%s is not established: %v", name, conditions)
		})
		// kubectl looks it up among the listed kinds, where it stands a little later.
		c.await(t, func() error { return c.isListed(name) })
	}
}

// isListed is nil when a kind, by its definition's name, is among those that the API server lists.
func (c *Cluster) isListed(name string) error {
	_, lists, err := c.Typed.Discovery().ServerGroupsAndResources()
	for _, list := range lists {
		group, _, _ := strings.Cut(list.GroupVersion, "/")
		for _, resource := range list.APIResources {
			if resource.Name+"."+group == name {
				return nil
			}
		}
	}
	return fmt.Errorf("the API server does not list %s (%v)", name, err)
}
