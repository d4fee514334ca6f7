// Package externalsecrets holds the checks of health-lua/external-secrets.io against the operator's
// published API types: objects as the types write them, with each condition and reason there is, and the
// test data, which must be such objects.
package externalsecrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	esv1alpha1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1alpha1"
	esv1beta1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const (
	module  = "github.com/external-secrets/external-secrets"
	folders = "../../../health-lua/external-secrets.io"
)

// moduleDir is the folder of the operator's module.
func moduleDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// constants are the names and values of a package's constant strings whose names begin or end like this.
func constants(t *testing.T, version, file, prefix, suffix string) map[string]string {
	t.Helper()
	path := filepath.Join(moduleDir(t), "apis", "externalsecrets", version, file)
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			typed := ""
			if ident, ok := spec.Type.(*ast.Ident); ok {
				typed = ident.Name
			}
			matches := prefix != "" && strings.HasPrefix(name.Name, prefix) || suffix != "" && strings.HasSuffix(typed, suffix)
			if !matches || i >= len(spec.Values) {
				continue
			}
			if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				found[name.Name] = value
			}
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("no constants in %s", path)
	}
	return found
}

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// assess asks the command, which gives the same answers as Argo CD (tests/interop/healthlua).
func assess(t *testing.T, objects []any) []verdict {
	t.Helper()
	binary := os.Getenv("ACD_BINARY")
	if binary == "" {
		t.Fatal("ACD_BINARY does not name the program: scripts/test sets it")
	}
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(binary, "health", "--output-type", "json", "-")
	command.Stdin = bytes.NewReader(list)
	out, err := command.Output()
	if err != nil && command.ProcessState.ExitCode() != 1 {
		t.Fatal(err)
	}
	var verdicts []verdict
	if err := json.Unmarshal(out, &verdicts); err != nil || len(verdicts) != len(objects) {
		t.Fatalf("%d objects, %d answers: %v", len(objects), len(verdicts), err)
	}
	return verdicts
}

func externalSecret(condition esv1.ExternalSecretStatusCondition, generation int64, synced string) *esv1.ExternalSecret {
	now := metav1.Now()
	condition.LastTransitionTime = now
	return &esv1.ExternalSecret{
		TypeMeta:   metav1.TypeMeta{APIVersion: esv1.SchemeGroupVersion.String(), Kind: esv1.ExtSecretKind},
		ObjectMeta: metav1.ObjectMeta{Name: "shop", Namespace: "shop", Generation: generation, CreationTimestamp: now},
		Spec: esv1.ExternalSecretSpec{
			RefreshPolicy:   esv1.RefreshPolicyPeriodic,
			RefreshInterval: &metav1.Duration{Duration: 3600e9},
			SecretStoreRef:  esv1.SecretStoreRef{Name: "vault", Kind: "SecretStore"},
		},
		Status: esv1.ExternalSecretStatus{
			RefreshTime: now, SyncedResourceVersion: synced, Conditions: []esv1.ExternalSecretStatusCondition{condition},
			Binding: corev1.LocalObjectReference{Name: "shop"},
		},
	}
}

// wanted is what must be said of an ExternalSecret in this state, written from the constants' comments.
func wanted(conditionType string, status corev1.ConditionStatus, reason string, isCurrent bool) string {
	switch {
	case conditionType != string(esv1.ExternalSecretReady) || status == corev1.ConditionUnknown:
		return "Progressing"
	case status == corev1.ConditionFalse:
		return "Degraded"
	case !isCurrent:
		return "Progressing"
	case reason == esv1.ConditionReasonSecretDeleted || reason == esv1.ConditionReasonSecretMissing:
		return "Degraded"
	}
	return "Healthy"
}

func TestEveryConditionAndReasonOfTheModule(t *testing.T) {
	types := constants(t, "v1", "externalsecret_types.go", "", "ExternalSecretConditionType")
	reasons := constants(t, "v1", "externalsecret_types.go", "ConditionReason", "")
	// The operator uses these for events; nothing keeps a version of it from using one in a condition.
	for name, value := range constants(t, "v1", "externalsecret_types.go", "Reason", "") {
		reasons[name] = value
	}
	reasons["none"] = ""
	var objects []any
	var names, want []string
	for _, conditionType := range types {
		for _, status := range []corev1.ConditionStatus{corev1.ConditionTrue, corev1.ConditionFalse, corev1.ConditionUnknown} {
			for _, reason := range reasons {
				for _, generation := range []int64{1, 2} {
					condition := esv1.ExternalSecretStatusCondition{
						Type: esv1.ExternalSecretConditionType(conditionType), Status: status, Reason: reason, Message: "said by the operator",
					}
					objects = append(objects, externalSecret(condition, generation, "1-5e8af3"))
					names = append(names, fmt.Sprintf("%s %s %q, generation %d", conditionType, status, reason, generation))
					want = append(want, wanted(conditionType, status, reason, generation == 1))
				}
			}
		}
	}
	for i, got := range assess(t, objects) {
		if got.Status != want[i] || got.Message == "" {
			t.Errorf("%s: %+v, want %s", names[i], got, want[i])
		}
		if want[i] == "Degraded" && strings.Contains(names[i], " False ") && !strings.Contains(got.Message, "said by the operator") {
			t.Errorf("%s: the operator's message is lost: %s", names[i], got.Message)
		}
	}
	t.Logf("%d conditions, %d reasons, %d objects", len(types), len(reasons), len(objects))
}

func TestPoliciesOfTheModule(t *testing.T) {
	condition := esv1.ExternalSecretStatusCondition{
		Type: esv1.ExternalSecretReady, Status: corev1.ConditionTrue, Reason: esv1.ConditionReasonSecretSynced, Message: "secret synced",
	}
	var objects []any
	var names, want []string
	for _, policy := range []esv1.ExternalSecretRefreshPolicy{"", esv1.RefreshPolicyPeriodic, esv1.RefreshPolicyOnChange, esv1.RefreshPolicyCreatedOnce} {
		for _, interval := range []*metav1.Duration{nil, {}, {Duration: -5e9}, {Duration: 3600e9}} {
			for _, generation := range []int64{1, 2} {
				object := externalSecret(condition, generation, "1-5e8af3")
				object.Spec.RefreshPolicy, object.Spec.RefreshInterval = policy, interval
				isFrozen := policy == esv1.RefreshPolicyCreatedOnce ||
					policy != esv1.RefreshPolicyOnChange && interval != nil && interval.Duration <= 0
				status := "Healthy"
				if generation == 2 && !isFrozen {
					status = "Progressing"
				}
				objects = append(objects, object)
				names = append(names, fmt.Sprintf("%q %v generation %d", policy, interval, generation))
				want = append(want, status)
			}
		}
	}
	for i, got := range assess(t, objects) {
		if got.Status != want[i] {
			t.Errorf("%s: %+v, want %s", names[i], got, want[i])
		}
	}
}

// The reasons that each kind's controller writes, all of them, occur in the kind's test data.
func TestTestDataHasEveryReason(t *testing.T) {
	for kind, reasons := range map[string]map[string]string{
		"ExternalSecret":     constants(t, "v1", "externalsecret_types.go", "ConditionReason", ""),
		"SecretStore":        constants(t, "v1", "secretstore_types.go", "Reason", ""),
		"ClusterSecretStore": constants(t, "v1", "secretstore_types.go", "Reason", ""),
		"PushSecret":         constants(t, "v1alpha1", "pushsecret_types.go", "Reason", ""),
	} {
		var all bytes.Buffer
		for _, file := range testData(t, kind) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(content)
		}
		for name, reason := range reasons {
			if !strings.Contains(all.String(), "reason: "+reason+"\n") {
				t.Errorf("%s: no test data with %s (%s)", kind, name, reason)
			}
		}
	}
}

func testData(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folders, kind, "testdata", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data of %s: %v", kind, err)
	}
	return files
}

// kinds are the types that the test data of a version must be of.
var kinds = map[string]func() any{
	"external-secrets.io/v1 ExternalSecret":             func() any { return &esv1.ExternalSecret{} },
	"external-secrets.io/v1beta1 ExternalSecret":        func() any { return &esv1beta1.ExternalSecret{} },
	"external-secrets.io/v1 SecretStore":                func() any { return &esv1.SecretStore{} },
	"external-secrets.io/v1beta1 SecretStore":           func() any { return &esv1beta1.SecretStore{} },
	"external-secrets.io/v1 ClusterSecretStore":         func() any { return &esv1.ClusterSecretStore{} },
	"external-secrets.io/v1beta1 ClusterSecretStore":    func() any { return &esv1beta1.ClusterSecretStore{} },
	"external-secrets.io/v1 ClusterExternalSecret":      func() any { return &esv1.ClusterExternalSecret{} },
	"external-secrets.io/v1beta1 ClusterExternalSecret": func() any { return &esv1beta1.ClusterExternalSecret{} },
	"external-secrets.io/v1alpha1 PushSecret":           func() any { return &esv1alpha1.PushSecret{} },
	"external-secrets.io/v1alpha1 ClusterPushSecret":    func() any { return &esv1alpha1.ClusterPushSecret{} },
}

// laterFields are what the test data has of releases after the one whose types can be had.
var laterFields = []string{"manifest", "dataTo"}

// misshapen is what the names of test data begin with that is of other types on purpose.
var misshapen = []string{"wrong_", "bare", "status_is_text", "edited_interval_number", "edited_interval_not_a_duration"}

// What the test data has in each place is a field of the type, of the type's kind: a typing error in a
// field's name would make a check look right that reads the wrong one.
func TestTestDataIsOfTheTypes(t *testing.T) {
	strict := 0
	for _, kind := range []string{"ExternalSecret", "SecretStore", "ClusterSecretStore", "ClusterExternalSecret", "PushSecret", "ClusterPushSecret"} {
		for _, file := range testData(t, kind) {
			if slices.ContainsFunc(misshapen, func(prefix string) bool { return strings.HasPrefix(filepath.Base(file), prefix) }) {
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var head metav1.TypeMeta
			if err := yaml.Unmarshal(content, &head); err != nil {
				t.Fatal(err)
			}
			newObject, known := kinds[head.APIVersion+" "+head.Kind]
			if !known {
				t.Errorf("%s is a %s", file, head)
				continue
			}
			if err := yaml.UnmarshalStrict(content, newObject()); err != nil && !slices.ContainsFunc(laterFields, func(field string) bool {
				return strings.Contains(err.Error(), fmt.Sprintf("unknown field %q", field))
			}) {
				t.Errorf("%s: %v", file, err)
				continue
			}
			strict++
		}
	}
	t.Logf("%d files", strict)
}
