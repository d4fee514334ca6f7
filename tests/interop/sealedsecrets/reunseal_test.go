package sealedsecrets_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/cluster"
	"argocd-decrypt/tests/interop/harness"
)

const requested = "argocd-decrypt/re-unseal-requested-at"

// reUnseal does what the action does.
func (f *fixture) reUnseal(t *testing.T, namespace, name string) {
	t.Helper()
	f.reUnsealAt(t, namespace, name, "2026-03-01T10:00:00Z")
}

func (f *fixture) reUnsealAt(t *testing.T, namespace, name, now string) {
	t.Helper()
	f.Kubectl(t, "patch", "sealedsecret", name, "-n", namespace, "--type=merge",
		"-p", `{"spec": {"template": {"metadata": {"annotations": {"`+requested+`": "`+now+`"}}}}}`)
}

func (f *fixture) secretOf(t *testing.T, namespace, name string) *corev1.Secret {
	t.Helper()
	found, err := f.Typed.CoreV1().Secrets(namespace).Get(t.Context(), name, v1.GetOptions{})
	harness.Check(t, err)
	return found
}

// ignored checks that the controller leaves an object alone, whatever has happened just now.
func (f *fixture) ignored(t *testing.T, namespace, name string) {
	t.Helper()
	before := f.Get(t, cluster.SealedSecrets, namespace, name)
	f.caughtUp(t, namespace)
	if after := f.Get(t, cluster.SealedSecrets, namespace, name); !equality.Semantic.DeepEqual(before, after) {
		t.Errorf("the controller did something:\n%s\nbefore:\n%s", cluster.YAML(t, after), cluster.YAML(t, before))
	}
}

// The reason why there is an action: the controller has given up, and sees nothing of the cause's end.
func (f *fixture) causeGone(t *testing.T) {
	namespace := f.namespace(t)
	f.Apply(t, secret(namespace, "shop", "by hand"))
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.settled(t, namespace, "shop", "False")
	f.controller.AwaitGivenUp(t, namespace, "shop")
	f.Kubectl(t, "delete", "secret", "shop", "-n", namespace)
	f.ignored(t, namespace, "shop")
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "already exists")

	// Nor does it mind a change outside of spec, which is why the action changes an annotation in there.
	f.Kubectl(t, "annotate", "sealedsecret", "shop", "-n", namespace, requested+"=now")
	f.ignored(t, namespace, "shop")

	f.reUnseal(t, namespace, "shop")
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
	made := f.secretOf(t, namespace, "shop")
	if want := map[string]string{requested: "2026-03-01T10:00:00Z"}; !maps.Equal(made.Annotations, want) {
		t.Errorf("the Secret has the annotations %v, not %v", made.Annotations, want)
	}
	if len(made.Labels) > 0 || len(made.OwnerReferences) != 1 || string(made.Data["password"]) != "one" ||
		made.Type != corev1.SecretTypeOpaque {
		t.Errorf("the Secret is %v", made)
	}
}

// Nothing but the one annotation becomes of a Secret that is as it should be.
func (f *fixture) nothingElseChanges(t *testing.T) {
	for name, change := range map[string]func(*unstructured.Unstructured){
		"plain": func(*unstructured.Unstructured) {},
		"no-template": func(object *unstructured.Unstructured) {
			unstructured.RemoveNestedField(object.Object, "spec", "template")
		},
		"null-metadata": func(object *unstructured.Unstructured) {
			object.Object["spec"].(map[string]any)["template"] = map[string]any{"metadata": nil}
		},
		"labelled": set(map[string]any{
			"labels": map[string]any{"app": "shop"}, "annotations": map[string]any{"team": "shop"},
		}, "spec", "template", "metadata"),
		"immutable": set(true, "spec", "template", "immutable"),
		"typed":     set("example.org/type", "spec", "template", "type"),
	} {
		t.Run(name, func(t *testing.T) {
			namespace := f.namespace(t)
			f.apply(t, f.seal(t, secret(namespace, "shop", "one")), change)
			f.settled(t, namespace, "shop", "True")
			before := f.secretOf(t, namespace, "shop")
			f.reUnseal(t, namespace, "shop")
			object := f.settled(t, namespace, "shop", "True")
			f.says(t, object, health.HealthStatusHealthy, unsealed)
			if object.GetGeneration() != 2 {
				t.Errorf("generation %d", object.GetGeneration())
			}
			after := f.secretOf(t, namespace, "shop")
			if after.Annotations[requested] == "" {
				t.Errorf("annotations: %v", after.Annotations)
			}
			delete(after.Annotations, requested)
			if len(after.Annotations) == 0 {
				after.Annotations = before.Annotations
			}
			after.ResourceVersion, after.ManagedFields = before.ResourceVersion, before.ManagedFields
			if !equality.Semantic.DeepEqual(before, after) {
				t.Errorf("before:\n%v\nafter:\n%v", before, after)
			}
		})
	}
}

// A Secret that somebody has changed gets its values back, and loses what is not from the template.
func (f *fixture) changedByHand(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.settled(t, namespace, "shop", "True")
	f.Kubectl(t, "patch", "secret", "shop", "-n", namespace, "-p",
		`{"stringData": {"password": "by hand"}, "metadata": {"annotations": {"own": "x"}, "labels": {"own": "x"}}}`)
	f.ignored(t, namespace, "shop")
	if value := f.value(t, namespace, "shop"); value != "by hand" {
		t.Errorf("the Secret holds %q", value)
	}
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy)
	f.reUnseal(t, namespace, "shop")
	f.awaitValue(t, namespace, "shop", "one")
	made := f.secretOf(t, namespace, "shop")
	if len(made.Annotations) != 1 || made.Annotations[requested] == "" || len(made.Labels) > 0 {
		t.Errorf("annotations %v, labels %v", made.Annotations, made.Labels)
	}
}

// Within a generation the controller never corrects its message: a second failure stands under the first
// one's words until the object changes. The action gives the new message.
func (f *fixture) messageOfTheFirstFailure(t *testing.T) {
	namespace := f.namespace(t)
	f.Apply(t, secret(namespace, "shop", "by hand"))
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.settled(t, namespace, "shop", "False")
	f.controller.AwaitGivenUp(t, namespace, "shop") // or an attempt of the first failure finds the name free
	f.Kubectl(t, "delete", "secret", "shop", "-n", namespace)
	f.forbid(t, namespace)
	f.controller.Program.Stop()
	f.controller.Start(t)
	f.controller.AwaitGivenUp(t, namespace, "shop")
	if log := f.controller.Program.Log(); !strings.Contains(log, "exceeded quota") {
		t.Errorf("the controller does not say why:\n%s", log)
	}
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "already exists and is not managed")
	f.reUnseal(t, namespace, "shop")
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "exceeded quota")
}
