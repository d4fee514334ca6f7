// Package sealedsecrets_test lets the real sealed-secrets controller bring real SealedSecrets into each state
// that it knows, and asks our health check, and Argo CD's built-in one, what they say of each.
package sealedsecrets_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/cluster"
	"argocd-decrypt/tests/interop/harness"
)

const kind = "bitnami.com/SealedSecret"

// fixture is the cluster that all tests here share.
type fixture struct {
	*cluster.Cluster
	controller  *cluster.SealedSecretsController
	certificate string // of the controller
	foreign     string // of another cluster's
	ours        lua.ResourceHealthOverrides
	assessed    []*assessed
}

// assessed is an object in some state, what our check says of it, and what Argo CD shows with it and without.
type assessed struct {
	state                string
	object               *unstructured.Unstructured
	ours, shown, builtIn health.HealthStatus
}

func start(t *testing.T) *fixture {
	c := cluster.Start(t)
	f := &fixture{Cluster: c, controller: cluster.StartSealedSecrets(t, c), foreign: cluster.OtherCertificate(t)}
	f.certificate = f.controller.Certificate(t)
	script, err := os.ReadFile("../../../health-lua/bitnami.com/SealedSecret/health.lua")
	harness.Check(t, err)
	f.ours = lua.ResourceHealthOverrides{kind: appv1.ResourceOverride{HealthLua: string(script)}}
	return f
}

// namespace is a new one, whose SealedSecrets go at the end: the controller retries each one that fails when it is
// started again, five API requests a second.
func (f *fixture) namespace(t *testing.T) string {
	t.Helper()
	namespace := f.Namespace(t)
	t.Cleanup(func() {
		if err := f.Client.Resource(cluster.SealedSecrets).Namespace(namespace).DeleteCollection(
			context.Background(), v1.DeleteOptions{}, v1.ListOptions{}); err != nil {
			t.Error(err)
		}
	})
	return namespace
}

// secret is a Secret with one value; further lines go below metadata.
func secret(namespace, name, value string, metadata ...string) string {
	text := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\n  namespace: " + namespace + "\n"
	for _, line := range metadata {
		text += "  " + line + "\n"
	}
	return text + "stringData:\n  password: " + value + "\n"
}

// seal makes a good SealedSecret.
func (f *fixture) seal(t *testing.T, secret string, args ...string) string {
	t.Helper()
	return cluster.Seal(t, f.certificate, secret, args...)
}

// apply brings a SealedSecret, changed by the given functions, into the cluster.
func (f *fixture) apply(t *testing.T, sealed string, changes ...func(*unstructured.Unstructured)) {
	t.Helper()
	object := cluster.Object(t, sealed)
	for _, change := range changes {
		change(object)
	}
	f.Apply(t, cluster.YAML(t, object))
}

// set is a change of one field.
func set(value any, path ...string) func(*unstructured.Unstructured) {
	return func(object *unstructured.Unstructured) {
		if err := unstructured.SetNestedField(object.Object, value, path...); err != nil {
			panic(err)
		}
	}
}

// settled waits until the controller has written this of an object's latest generation, and gives the object.
func (f *fixture) settled(t *testing.T, namespace, name, synced string) *unstructured.Unstructured {
	t.Helper()
	return f.WaitFor(t, cluster.SealedSecrets, namespace, name, func(object *unstructured.Unstructured) error {
		observed, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
		if status, _ := condition(object); status != synced || observed != object.GetGeneration() {
			return fmt.Errorf("%s: generation %d, observed %d, Synced is %q, not %q",
				name, object.GetGeneration(), observed, status, synced)
		}
		return nil
	})
}

// caughtUp waits until the controller is done with all that its watches of SealedSecrets and of Secrets have brought so
// far: both keep the order, and so does its queue. A SealedSecret that comes last, and whose Secret goes then, is last.
func (f *fixture) caughtUp(t *testing.T, namespace string) {
	t.Helper()
	f.apply(t, f.seal(t, secret(namespace, "last", "x")))
	f.settled(t, namespace, "last", "True")
	before := f.Get(t, cluster.Secrets, namespace, "last").GetUID()
	f.Kubectl(t, "delete", "secret", "last", "-n", namespace)
	f.WaitFor(t, cluster.Secrets, namespace, "last", func(object *unstructured.Unstructured) error {
		if object.GetUID() == before {
			return fmt.Errorf("the Secret %s/last is still the one of before", namespace)
		}
		return nil
	})
}

// condition is the status and the message of the condition Synced.
func condition(object *unstructured.Unstructured) (string, string) {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, entry := range conditions {
		if fields, ok := entry.(map[string]any); ok && fields["type"] == "Synced" {
			message, _ := fields["message"].(string)
			status, _ := fields["status"].(string)
			return status, message
		}
	}
	return "", ""
}

// value is what the Secret holds now; empty when there is none.
func (f *fixture) value(t *testing.T, namespace, name string) string {
	t.Helper()
	found, err := f.Typed.CoreV1().Secrets(namespace).Get(t.Context(), name, v1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return ""
	}
	harness.Check(t, err)
	return string(found.Data["password"])
}

// awaitValue waits until it holds this.
func (f *fixture) awaitValue(t *testing.T, namespace, name, want string) {
	t.Helper()
	f.WaitFor(t, cluster.Secrets, namespace, name, func(*unstructured.Unstructured) error {
		if got := f.value(t, namespace, name); got != want {
			return fmt.Errorf("the Secret holds %q, not %q", got, want)
		}
		return nil
	})
}

// says checks our answer, and keeps the object for the tests at the end.
func (f *fixture) says(t *testing.T, object *unstructured.Unstructured, status health.HealthStatusCode, parts ...string) {
	t.Helper()
	answer, err := f.ours.GetResourceHealth(object)
	harness.Check(t, err)
	shown, err := health.GetResourceHealth(object, f.ours)
	harness.Check(t, err)
	builtIn, err := health.GetResourceHealth(object, lua.ResourceHealthOverrides(nil))
	harness.Check(t, err)
	object = object.DeepCopy()
	unstructured.RemoveNestedField(object.Object, "metadata", "managedFields")
	f.assessed = append(f.assessed, &assessed{t.Name(), object, *answer, *shown, *builtIn})
	// Of what is being deleted Argo CD asks no check.
	if object.GetDeletionTimestamp() == nil && *shown != *answer {
		t.Errorf("Argo CD shows %v, and our check says %v", *shown, *answer)
	}
	if testing.Verbose() {
		t.Log("\n" + cluster.YAML(t, object))
	}
	if answer.Status != status {
		t.Errorf("our check says %s (%s), not %s", answer.Status, answer.Message, status)
	}
	for _, part := range parts {
		if !strings.Contains(answer.Message, part) {
			t.Errorf("our check says %q, without %q", answer.Message, part)
		}
	}
}

// compare shows with -v what Argo CD shows without our check and with it.
func (f *fixture) compare(t *testing.T) {
	if !testing.Verbose() {
		return
	}
	var table strings.Builder
	for _, a := range f.assessed {
		fmt.Fprintf(&table, "%s\n  built in: %s: %s\n  ours:     %s: %s\n", a.state,
			a.builtIn.Status, oneLine(a.builtIn.Message), a.shown.Status, oneLine(a.shown.Message))
	}
	t.Log("\n" + table.String())
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " / ") }

// awaitRefusal waits until the API server takes no Secret in a namespace, for a reason with these words: it minds a
// quota or a policy that was made just now only when its own watch has told it.
func (f *fixture) awaitRefusal(t *testing.T, namespace, words string) {
	t.Helper()
	harness.WaitFor(t, cluster.Patience, func() error {
		_, err := f.KubectlWith(secret(namespace, "probe", "x"), "create", "--dry-run=server", "-f", "-")
		if err == nil || !strings.Contains(err.Error(), words) {
			return fmt.Errorf("a Secret is not refused with %q: %v", words, err)
		}
		return nil
	})
}
