package sealedsecrets_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/cluster"
	"argocd-decrypt/tests/interop/harness"
)

const (
	again    = "seal it again with the certificate of this cluster's controller"
	unsealed = "Secret has been unsealed"
)

// ---- good ones ----------------------------------------------------------------------------------

func (f *fixture) unsealed(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
	f.awaitValue(t, namespace, "shop", "one")
}

// Sealed for a namespace, used under another name in it.
func (f *fixture) namespaceWide(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one"), "--scope", "namespace-wide"), set("renamed", "metadata", "name"))
	f.says(t, f.settled(t, namespace, "renamed", "True"), health.HealthStatusHealthy, unsealed)
}

// Sealed for the cluster, used under another name in another namespace.
func (f *fixture) clusterWide(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret("elsewhere", "shop", "one"), "--scope", "cluster-wide"),
		set("renamed", "metadata", "name"), set(namespace, "metadata", "namespace"))
	f.says(t, f.settled(t, namespace, "renamed", "True"), health.HealthStatusHealthy, unsealed)
}

// An existing Secret that is annotated to be taken over.
func (f *fixture) managed(t *testing.T) {
	namespace := f.namespace(t)
	f.Apply(t, secret(namespace, "shop", "old", `annotations: {sealedsecrets.bitnami.com/managed: "true"}`))
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
	f.awaitValue(t, namespace, "shop", "one")
}

// No value at all: an empty Secret.
func (f *fixture) empty(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set(map[string]any{}, "spec", "encryptedData"))
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
}

// ---- what cannot be decrypted -------------------------------------------------------------------

func (f *fixture) wrongKey(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, cluster.Seal(t, f.foreign, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"Unsealing failed: no key could decrypt secret (password)", again)
}

func (f *fixture) wrongName(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set("renamed", "metadata", "name"))
	f.says(t, f.settled(t, namespace, "renamed", "False"), health.HealthStatusDegraded,
		"no key could decrypt secret (password)", again)
}

func (f *fixture) wrongNamespace(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret("elsewhere", "shop", "one"), "--scope", "namespace-wide"), set(namespace, "metadata", "namespace"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"no key could decrypt secret (password)", again)
}

// The annotation says the scope: without it a value for the cluster is taken for a strict one.
func (f *fixture) scopeAnnotationLost(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one"), "--scope", "cluster-wide"), func(object *unstructured.Unstructured) {
		object.SetAnnotations(nil)
	})
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"no key could decrypt secret (password)", again)
}

func (f *fixture) twoWrongValues(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, cluster.Seal(t, f.foreign, secret(namespace, "shop", "one")+"  user: two\n"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"no key could decrypt secret (", "password", ", ", "user", again) // in any order
}

// One value of two: nothing is written.
func (f *fixture) oneValueOfTwo(t *testing.T) {
	namespace := f.namespace(t)
	good := cluster.Object(t, f.seal(t, secret(namespace, "shop", "one")+"  user: two\n"))
	bad := cluster.Object(t, cluster.Seal(t, f.foreign, secret(namespace, "shop", "one")))
	foreign, _, _ := unstructured.NestedString(bad.Object, "spec", "encryptedData", "password")
	f.apply(t, cluster.YAML(t, good), set(foreign, "spec", "encryptedData", "password"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "no key could decrypt secret (password)", again)
	if value := f.value(t, namespace, "shop"); value != "" {
		t.Errorf("there is a Secret, and it holds %q", value)
	}
}

func (f *fixture) invalidBase64(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set("not base64!", "spec", "encryptedData", "password"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"illegal base64 data at input byte 3 (password)", "is not what kubeseal wrote: seal it again")
}

// Base64, but cut off: the last lines of a value are easily lost.
func (f *fixture) cutOff(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), func(object *unstructured.Unstructured) {
		value, _, _ := unstructured.NestedString(object.Object, "spec", "encryptedData", "password")
		set(value[:len(value)/8*4], "spec", "encryptedData", "password")(object)
	})
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "no key could decrypt secret (password)", again)
}

// Too short to hold a key.
func (f *fixture) tooShort(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set("QUJD", "spec", "encryptedData", "password"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "no key could decrypt secret (password)", again)
}

// Two kinds of failure in one message.
func (f *fixture) twoFailures(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, cluster.Seal(t, f.foreign, secret(namespace, "shop", "one")+"  user: two\n"),
		set("not base64!", "spec", "encryptedData", "user"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"illegal base64 data at input byte 3 (user)", "no key could decrypt secret (password)")
}

// The field of old, before each value was sealed by itself.
func (f *fixture) deprecatedData(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set(map[string]any{}, "spec", "encryptedData"),
		set(base64.StdEncoding.EncodeToString([]byte("one")), "spec", "data"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded, "no key could decrypt secret", again)
}

func (f *fixture) bothFields(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")),
		set(base64.StdEncoding.EncodeToString([]byte("one")), "spec", "data"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"cannot use the field 'encryptedData' and the deprecated field 'data' at the same time - remove spec.data")
}

// ---- what cannot be written ---------------------------------------------------------------------

func (f *fixture) ownedByAnother(t *testing.T) {
	namespace := f.namespace(t)
	f.Apply(t, secret(namespace, "shop", "by hand"))
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`failed update: Resource "shop" already exists and is not managed by SealedSecret`,
		`annotate it with sealedsecrets.bitnami.com/managed: "true"`)
	f.controller.AwaitGivenUp(t, namespace, "shop")
	f.awaitValue(t, namespace, "shop", "by hand")
}

// Unsealed once, then edited: the Secret cannot follow.
func (f *fixture) immutable(t *testing.T) {
	namespace := f.namespace(t)
	fixed := set(true, "spec", "template", "immutable")
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), fixed)
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
	f.apply(t, f.seal(t, secret(namespace, "shop", "two")), fixed)
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`Secret "shop" is invalid: data: Forbidden: field is immutable when `+"`immutable` is set", "delete it, so that it is made again")
	// As the advice says: the controller sees that its own Secret goes. It writes a status only to the object that it
	// knows, and does not repeat what is refused: so it must have seen its own two writes before.
	f.controller.AwaitOwnWrites(t, namespace, "shop", 2)
	f.Kubectl(t, "delete", "secret", "shop", "-n", namespace)
	f.settled(t, namespace, "shop", "True")
	f.awaitValue(t, namespace, "shop", "two")
}

// A Secret keeps the type that it was made with.
func (f *fixture) otherType(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.settled(t, namespace, "shop", "True")
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set("example.org/other", "spec", "template", "type"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`Secret "shop" is invalid: type: Invalid value: "example.org/other": field is immutable`, "delete it, so that it is made again")
}

// A type that asks for keys which the values do not have.
func (f *fixture) typeNeedsKeys(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set("kubernetes.io/tls", "spec", "template", "type"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`Secret "shop" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]`, "correct spec.template")
}

// A key that no Secret may have.
func (f *fixture) invalidKey(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), func(object *unstructured.Unstructured) {
		values, _, _ := unstructured.NestedMap(object.Object, "spec", "encryptedData")
		set(map[string]any{"pass word": values["password"]}, "spec", "encryptedData")(object)
	})
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`Secret "shop" is invalid: data[pass word]: Invalid value: "pass word"`)
}

func (f *fixture) quota(t *testing.T) {
	namespace := f.namespace(t)
	f.forbid(t, namespace)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`secrets "shop" is forbidden: exceeded quota: none, requested: count/secrets=1, used: count/secrets=0, limited: count/secrets=0`,
		"a quota")
}

// forbid lets a quota allow no Secret.
func (f *fixture) forbid(t *testing.T, namespace string) {
	t.Helper()
	f.Apply(t, `{apiVersion: v1, kind: ResourceQuota, metadata: {name: none, namespace: `+namespace+`},
spec: {hard: {count/secrets: "0"}}}`)
	// kube-controller-manager would count; without a count the API server refuses for another reason.
	f.Kubectl(t, "patch", "resourcequota", "none", "-n", namespace, "--subresource=status", "--type=merge",
		"-p", `{"status": {"hard": {"count/secrets": "0"}, "used": {"count/secrets": "0"}}}`)
	f.awaitRefusal(t, namespace, "exceeded quota")
}

// A policy of the cluster says no.
func (f *fixture) policy(t *testing.T) {
	namespace := f.namespace(t)
	f.Apply(t, strings.ReplaceAll(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: NAMESPACE}
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [secrets]}]
  validations: [{expression: "'team' in object.metadata.?labels.orValue({})", message: a Secret needs a team}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: NAMESPACE}
spec: {policyName: NAMESPACE, validationActions: [Deny]}
`, "NAMESPACE", namespace))
	f.awaitRefusal(t, namespace, "denied request")
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`secrets "shop" is forbidden: ValidatingAdmissionPolicy '`+namespace+`' with binding '`+namespace+
			`' denied request: a Secret needs a team`, "an admission policy")
}

// The controller's role lacks a right: to make the Secret, or even to look at it.
func (f *fixture) role(t *testing.T) {
	namespace := f.namespace(t)
	f.controller.AllowSecrets(t, "get", "list", "update", "delete", "watch")
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`secrets is forbidden: User "`+f.controller.User()+
			`" cannot create resource "secrets" in API group "" in the namespace "`+namespace+`"`,
		"give the controller's service account the right")
	f.controller.AllowSecrets(t, "list", "create", "update", "delete", "watch")
	f.reUnseal(t, namespace, "shop")
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`secrets "shop" is forbidden: User "`+f.controller.User()+
			`" cannot get resource "secrets" in API group "" in the namespace "`+namespace+`"`,
		"give the controller's service account the right")
	f.controller.AllowSecrets(t, "get", "list", "create", "update", "delete", "watch")
	f.reUnsealAt(t, namespace, "shop", "2026-03-01T11:00:00Z")
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
}

// ---- templates ----------------------------------------------------------------------------------

func (f *fixture) template(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")),
		set(map[string]any{"url": "https://user:{{ .password }}@shop"}, "spec", "template", "data"))
	f.says(t, f.settled(t, namespace, "shop", "True"), health.HealthStatusHealthy, unsealed)
}

func (f *fixture) templateSyntax(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")),
		set(map[string]any{"url": "{{ .password }"}, "spec", "template", "data"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		`template: url:1: unexpected "}" in operand (url)`, "correct spec.template.data")
}

func (f *fixture) templateFailure(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")),
		set(map[string]any{"url": `{{ fail "no user" }}`}, "spec", "template", "data"))
	f.says(t, f.settled(t, namespace, "shop", "False"), health.HealthStatusDegraded,
		"template: url:1:3: executing", "no user (url)", "correct spec.template.data")
}

// ---- what the controller has not seen -----------------------------------------------------------

func (f *fixture) edited(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "good", "one")))
	f.apply(t, f.seal(t, secret(namespace, "bad", "one")))
	f.settled(t, namespace, "good", "True")
	f.settled(t, namespace, "bad", "True")

	f.controller.Program.Stop()
	f.apply(t, f.seal(t, secret(namespace, "good", "two")))
	f.apply(t, cluster.Seal(t, f.foreign, secret(namespace, "bad", "two")))
	f.apply(t, f.seal(t, secret(namespace, "new", "one")))
	for _, name := range []string{"good", "bad"} {
		object := f.Get(t, cluster.SealedSecrets, namespace, name)
		observed, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
		if status, _ := condition(object); status != "True" || object.GetGeneration() != 2 || observed != 1 {
			t.Fatalf("%s: Synced %s, generation %d, observed %d", name, status, object.GetGeneration(), observed)
		}
		f.says(t, object, health.HealthStatusProgressing, "unseal the latest change")
	}
	f.says(t, f.Get(t, cluster.SealedSecrets, namespace, "new"), health.HealthStatusProgressing, "Waiting for the sealed-secrets controller")

	f.controller.Start(t)
	f.says(t, f.settled(t, namespace, "good", "True"), health.HealthStatusHealthy, unsealed)
	f.awaitValue(t, namespace, "good", "two")
	f.says(t, f.settled(t, namespace, "bad", "False"), health.HealthStatusDegraded, "no key could decrypt secret (password)")
	f.controller.AwaitGivenUp(t, namespace, "bad")
	f.awaitValue(t, namespace, "bad", "one")
	f.says(t, f.settled(t, namespace, "new", "True"), health.HealthStatusHealthy, unsealed)
}

// A controller that writes no status: there is nothing to see, so the check must not say Healthy.
func (f *fixture) noStatus(t *testing.T) {
	namespace := f.namespace(t)
	f.controller.Program.Stop()
	f.controller.Start(t, "--update-status=false")
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")))
	f.awaitValue(t, namespace, "shop", "one")
	f.says(t, f.Get(t, cluster.SealedSecrets, namespace, "shop"), health.HealthStatusProgressing, "--update-status=false")
	f.controller.Program.Stop()
	f.controller.Start(t)
	f.settled(t, namespace, "shop", "True")
}

// Somebody else's finalizer keeps it.
func (f *fixture) deleting(t *testing.T) {
	namespace := f.namespace(t)
	f.apply(t, f.seal(t, secret(namespace, "shop", "one")), set([]any{"example.org/keep"}, "metadata", "finalizers"))
	f.settled(t, namespace, "shop", "True")
	f.Kubectl(t, "delete", "sealedsecret", "shop", "-n", namespace, "--wait=false")
	f.says(t, f.Get(t, cluster.SealedSecrets, namespace, "shop"), health.HealthStatusProgressing, "is being deleted", "example.org/keep")
	_, err := f.KubectlWith("", "patch", "sealedsecret", "shop", "-n", namespace, "--type=merge", "-p", `{"metadata": {"finalizers": null}}`)
	harness.Check(t, err)
}
