// Package argocd_test shows what people see: a real Argo CD with the customization in its argocd-cm, and
// Applications with SealedSecrets of the real sealed-secrets controller.
package argocd_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-decrypt/tests/interop/cluster"
	"argocd-decrypt/tests/interop/harness"
)

const customization = "../../../manifests/components/health-checks/argocd-cm.yaml"

type fixture struct {
	*cluster.Cluster
	argo        *cluster.ArgoCD
	controller  *cluster.SealedSecretsController
	certificate string
}

func TestArgoCD(t *testing.T) {
	c := cluster.Start(t)
	f := &fixture{Cluster: c, controller: cluster.StartSealedSecrets(t, c)}
	f.certificate = f.controller.Certificate(t)
	f.argo = cluster.StartArgoCD(t, c)

	// The health of an Application that was there before, under the built-in check.
	namespace := f.Namespace(t)
	wrong := cluster.Seal(t, cluster.OtherCertificate(t), secret(namespace, "wrong"))
	f.application(t, "before", namespace, harness.Tree{"wrong.yaml": wrong})
	node := f.degraded(t, "before", "wrong")
	t.Logf("built in: %+v", node.Health)
	if node.Health.Message != "no key could decrypt secret (password)" {
		t.Errorf("the built-in check says %q", node.Health.Message)
	}

	f.Kubectl(t, "patch", "configmap", "argocd-cm", "-n", cluster.ArgoCDNamespace, "--patch-file", customization)
	t.Run("customization of a running Argo CD", func(t *testing.T) { f.newMessage(t, "before", "wrong") })
	t.Run("good SealedSecret", f.good)
	t.Run("action re-unseal", func(t *testing.T) { f.action(t, "action") })
	t.Run("action re-unseal, server-side", func(t *testing.T) { f.action(t, "action-server-side", serverSide) })
}

// newMessage waits for our message on what was there before. Argo CD takes the customization at once, but looks at an
// Application with it only when it next compares it: after timeout.reconciliation, or when asked to refresh.
func (f *fixture) newMessage(t *testing.T, application, name string) {
	f.refresh(t, application, "normal")
	node := f.argo.AwaitNode(t, application, "SealedSecret", name, func(node cluster.Node) error {
		if !strings.Contains(node.Health.Message, "seal it again with the certificate of this cluster's controller") {
			f.refresh(t, application, "normal") // that one came too early
			return fmt.Errorf("%+v", node.Health)
		}
		return nil
	})
	t.Logf("ours: %+v", node.Health)
	if node.Health.Status != "Degraded" ||
		!strings.HasPrefix(node.Health.Message, "Unsealing failed: no key could decrypt secret (password)") {
		t.Errorf("%+v", node.Health)
	}
	f.awaitApplication(t, application, "Synced", "Degraded")
}

// refresh lets Argo CD compare an Application, and waits until it has.
func (f *fixture) refresh(t *testing.T, application, how string) {
	t.Helper()
	const annotation = "argocd.argoproj.io/refresh"
	annotate := func(text string) {
		f.Kubectl(t, "annotate", "--overwrite", "application", application, "-n", cluster.ArgoCDNamespace, text)
	}
	annotate(annotation + "=" + how)
	told := time.Now()
	f.WaitFor(t, cluster.Applications, cluster.ArgoCDNamespace, application, func(object *unstructured.Unstructured) error {
		if object.GetAnnotations()[annotation] != "" {
			// The controller's cache may have lost the request to the answer of its own, earlier write.
			if time.Since(told) > 10*time.Second {
				told = time.Now()
				annotate("told-again=" + told.Format("15-04-05"))
			}
			return fmt.Errorf("%s is not compared yet", application)
		}
		return nil
	})
}

func secret(namespace, name string) string {
	return "{apiVersion: v1, kind: Secret, metadata: {name: " + name + ", namespace: " + namespace + "}, stringData: {password: one}}"
}

// application makes one that syncs by itself, and against changes of the cluster.
func (f *fixture) application(t *testing.T, name, namespace string, files harness.Tree, changes ...func(*unstructured.Unstructured)) {
	t.Helper()
	application := cluster.Object(t, strings.NewReplacer(
		"NAME", name, "REPOSITORY", cluster.Repository(t, files), "SPACE", namespace, "ARGOCD", cluster.ArgoCDNamespace,
	).Replace(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME, namespace: ARGOCD}
spec:
  project: default
  source: {repoURL: "REPOSITORY", path: ., targetRevision: main}
  destination: {name: this, namespace: SPACE}
  syncPolicy: {automated: {selfHeal: true}}
`))
	for _, change := range changes {
		change(application)
	}
	f.Apply(t, cluster.YAML(t, application))
}

// serverSide lets the API server apply and compare.
func serverSide(application *unstructured.Unstructured) {
	application.SetAnnotations(map[string]string{"argocd.argoproj.io/compare-options": "ServerSideDiff=true"})
	unstructured.SetNestedStringSlice(application.Object, []string{"ServerSideApply=true"}, "spec", "syncPolicy", "syncOptions")
}

func (f *fixture) awaitApplication(t *testing.T, name, sync, healthy string) *unstructured.Unstructured {
	t.Helper()
	return f.WaitFor(t, cluster.Applications, cluster.ArgoCDNamespace, name, func(object *unstructured.Unstructured) error {
		gotSync, _, _ := unstructured.NestedString(object.Object, "status", "sync", "status")
		gotHealth, _, _ := unstructured.NestedString(object.Object, "status", "health", "status")
		if gotSync != sync || gotHealth != healthy {
			status, _, _ := unstructured.NestedMap(object.Object, "status")
			return fmt.Errorf("%s is %q and %q, not %s and %s: %v", name, gotSync, gotHealth, sync, healthy, status)
		}
		return nil
	})
}

// degraded waits until an Application and a SealedSecret in it are Degraded.
func (f *fixture) degraded(t *testing.T, application, name string) cluster.Node {
	t.Helper()
	f.awaitApplication(t, application, "Synced", "Degraded")
	return f.argo.AwaitNode(t, application, "SealedSecret", name, is("Degraded"))
}

func is(status string) func(cluster.Node) error {
	return func(node cluster.Node) error {
		if node.Health.Status != status {
			return fmt.Errorf("%+v", node.Health)
		}
		return nil
	}
}

func (f *fixture) good(t *testing.T) {
	namespace := f.Namespace(t)
	f.application(t, "good", namespace, harness.Tree{"good.yaml": cluster.Seal(t, f.certificate, secret(namespace, "good"))})
	f.awaitApplication(t, "good", "Synced", "Healthy")
	node := f.argo.AwaitNode(t, "good", "SealedSecret", "good", is("Healthy"))
	if node.Health.Message != "Secret has been unsealed" {
		t.Errorf("%+v", node.Health)
	}
	// The Secret hangs below it in the tree.
	f.argo.AwaitNode(t, "good", "Secret", "good", func(cluster.Node) error { return nil })
}

// The action after the cause is gone. It changes spec, and yet Argo CD sees no difference to git, however it compares.
func (f *fixture) action(t *testing.T, application string, changes ...func(*unstructured.Unstructured)) {
	namespace := f.Namespace(t)
	f.Apply(t, secret(namespace, "taken"))
	sealed := cluster.Seal(t, f.certificate, secret(namespace, "taken"))
	f.application(t, application, namespace, harness.Tree{"taken.yaml": sealed}, changes...)
	node := f.degraded(t, application, "taken")
	if !strings.Contains(node.Health.Message, "already exists and is not managed by SealedSecret") {
		t.Errorf("%+v", node.Health)
	}
	f.controller.AwaitGivenUp(t, namespace, "taken")
	f.Kubectl(t, "delete", "secret", "taken", "-n", namespace)

	path := "/api/v1/applications/" + application + "/resource/actions"
	var offered struct {
		Actions []struct {
			Name, DisplayName string
			Disabled          bool
		}
	}
	f.argo.Ask(t, "GET", path+"?namespace="+namespace+
		"&resourceName=taken&version=v1alpha1&group=bitnami.com&kind=SealedSecret", nil, &offered)
	if len(offered.Actions) != 1 || offered.Actions[0].Name != "re-unseal" || offered.Actions[0].Disabled {
		t.Fatalf("Argo CD offers %+v", offered.Actions)
	}
	f.argo.Ask(t, "POST", path+"/v2", map[string]any{
		"name": application, "namespace": namespace, "resourceName": "taken", "version": "v1alpha1",
		"group": "bitnami.com", "kind": "SealedSecret", "action": "re-unseal",
	}, nil)
	f.argo.AwaitNode(t, application, "SealedSecret", "taken", is("Healthy"))
	f.awaitApplication(t, application, "Synced", "Healthy")
	const annotation = "argocd-decrypt/re-unseal-requested-at"
	requested := f.Get(t, cluster.Secrets, namespace, "taken").GetAnnotations()[annotation]
	if _, err := time.Parse(time.RFC3339, requested); err != nil {
		t.Errorf("the Secret's annotation: %v", err)
	}

	// Also when git is read anew.
	f.refresh(t, application, "hard")
	f.awaitApplication(t, application, "Synced", "Healthy")
	object := f.Get(t, cluster.SealedSecrets, namespace, "taken").Object
	if now, _, _ := unstructured.NestedString(object, "spec", "template", "metadata", "annotations", annotation); now != requested {
		t.Errorf("the request is now %q, not %q", now, requested)
	}
}
