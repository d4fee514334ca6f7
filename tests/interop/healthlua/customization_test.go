package healthlua

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/settings"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

const component = "../../../manifests/components/health-checks"

// understood is what Argo CD makes of argocd-cm. A key of the wrong form is ignored without a word.
func understood(t *testing.T, data map[string]string) map[string]appv1.ResourceOverride {
	t.Helper()
	partOf := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "argocd-cm", Namespace: "argocd", Labels: partOf}, Data: data}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "argocd-secret", Namespace: "argocd", Labels: partOf}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	overrides, err := settings.NewSettingsManager(ctx, fake.NewClientset(cm, secret), "argocd").GetResourceOverrides()
	harness.Check(t, err)
	return overrides
}

// forms are the customization as it is installed in each way.
func forms(t *testing.T) map[string]map[string]string {
	t.Helper()
	configMap := func(name string) map[string]string {
		var cm corev1.ConfigMap
		harness.Check(t, yaml.UnmarshalStrict(read(t, filepath.Join(component, name)), &cm))
		if cm.Name != "argocd-cm" || cm.Kind != "ConfigMap" || cm.APIVersion != "v1" || cm.Labels["app.kubernetes.io/part-of"] != "argocd" {
			t.Errorf("%s: %+v %+v", name, cm.TypeMeta, cm.ObjectMeta)
		}
		return cm.Data
	}
	var values struct {
		Configs struct {
			CM map[string]string `json:"cm"`
		} `json:"configs"`
	}
	harness.Check(t, yaml.UnmarshalStrict(read(t, filepath.Join(component, "helm-values.yaml")), &values))
	return map[string]map[string]string{
		"split keys": configMap("argocd-cm.yaml"), "one key": configMap("argocd-cm-one-key.yaml"), "helm values": values.Configs.CM,
	}
}

func TestEveryFormOfTheCustomizationIsTheScripts(t *testing.T) {
	withActions := map[string]kindActions{}
	for _, k := range allActions(t) {
		withActions[k.key] = k
	}
	for form, data := range forms(t) {
		overrides := understood(t, data)
		all := checks(t)
		// One more is Argo CD's own, for all kinds.
		if len(overrides) != len(all)+1 {
			t.Errorf("%s: %d kinds, and %d checks", form, len(overrides), len(all))
		}
		for _, c := range all {
			override := overrides[c.key()]
			if override.HealthLua != c.script || override.UseOpenLibs {
				t.Errorf("%s: of %s Argo CD has another check, or opens the libraries", form, c.key())
			}
			actions, err := override.GetActions()
			harness.Check(t, err)
			k, has := withActions[c.key()]
			if !has {
				if override.Actions != "" {
					t.Errorf("%s: %s has actions", form, c.key())
				}
				continue
			}
			if want := mustGetActions(t, k); actions.ActionDiscoveryLua != want.ActionDiscoveryLua ||
				len(actions.Definitions) != len(want.Definitions) || actions.Definitions[0] != want.Definitions[0] {
				t.Errorf("%s: of %s Argo CD has other actions: %+v", form, c.key(), actions)
			}
		}
	}
}

// definitions are the names of the CustomResourceDefinitions that the controllers install: the plural of
// the kind in small letters, and the group. The kinds' spelling is that of their `spec.names.kind`.
var definitions = map[string]string{
	"SealedSecret":                 "sealedsecrets.bitnami.com",
	"ExternalSecret":               "externalsecrets.external-secrets.io",
	"ClusterExternalSecret":        "clusterexternalsecrets.external-secrets.io",
	"SecretStore":                  "secretstores.external-secrets.io",
	"ClusterSecretStore":           "clustersecretstores.external-secrets.io",
	"PushSecret":                   "pushsecrets.external-secrets.io",
	"ClusterPushSecret":            "clusterpushsecrets.external-secrets.io",
	"VaultStaticSecret":            "vaultstaticsecrets.secrets.hashicorp.com",
	"VaultDynamicSecret":           "vaultdynamicsecrets.secrets.hashicorp.com",
	"VaultPKISecret":               "vaultpkisecrets.secrets.hashicorp.com",
	"VaultAuth":                    "vaultauths.secrets.hashicorp.com",
	"VaultConnection":              "vaultconnections.secrets.hashicorp.com",
	"SecretTransformation":         "secrettransformations.secrets.hashicorp.com",
	"HCPAuth":                      "hcpauths.secrets.hashicorp.com",
	"HCPVaultSecretsApp":           "hcpvaultsecretsapps.secrets.hashicorp.com",
	"SecretProviderClassPodStatus": "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io",
	"SopsSecret":                   "sopssecrets.isindir.github.com",
}

// A folder with a typing error in its name would be a check for no object at all.
func TestEveryCheckIsForAKindThatThereIs(t *testing.T) {
	found := map[string]bool{}
	for _, c := range checks(t) {
		found[c.kind] = true
		plural := strings.ToLower(c.kind) + "s"
		if strings.HasSuffix(c.kind, "s") {
			plural = strings.ToLower(c.kind) + "es"
		}
		if definitions[c.kind] != plural+"."+c.group {
			t.Errorf("%s: no definition %s.%s is known", c.key(), plural, c.group)
		}
	}
	for kind := range definitions {
		if !found[kind] {
			t.Errorf("no check for %s", kind)
		}
	}
}

// The sum of a ConfigMap is limited to 1 MiB, and what `kubectl apply` remembers of it to 256 KiB.
func TestTheCustomizationIsSmallEnoughToApply(t *testing.T) {
	for _, name := range []string{"argocd-cm.yaml", "argocd-cm-one-key.yaml"} {
		info, err := os.Stat(filepath.Join(component, name))
		harness.Check(t, err)
		if info.Size() > 200<<10 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
}
