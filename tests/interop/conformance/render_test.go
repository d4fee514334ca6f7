package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sigsyaml "sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// A Secret whose one value must not be seen when its file is refused.
const (
	secretValue    = "plaintext-of-the-secret"
	secretManifest = "apiVersion: v1\nkind: Secret\nmetadata:\n    name: s\nstringData:\n    password: " + secretValue + "\n"
)

func TestStatement46(t *testing.T) { // KSOPS as a KRM function, with a bad file
	keepSecret(secretValue)
	key := ownKey(t)
	good := key.Encrypt(t, "good.yaml", secretManifest, "--encrypted-regex", "^stringData$")
	for name, bad := range map[string]string{
		"Tampered": replaced(t, good, "name: s", "name: other"), "NotEncrypted": secretManifest, "Truncated": good[:len(good)/2],
		"Stranger": otherKey(t).Encrypt(t, "bad.yaml", secretManifest), "Missing": "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			harness.Tree{"good.yaml": good}.Write(t, dir)
			if bad != "" {
				harness.Tree{"bad.yaml": bad}.Write(t, dir)
			}
			generator := "  - apiVersion: viaduct.ai/v1\n    kind: ksops\n    metadata: {name: g}\n    files: [good.yaml, bad.yaml]\n"
			list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + generator
			o := harness.Run(t, harness.Command{Path: harness.Binary(t), Args: []string{"ksops"}, Dir: dir, Stdin: list,
				Env: []string{"SOPS_AGE_KEY_FILE=" + key.File, "HOME=/nonexistent", "PATH=/usr/bin:/bin"}})
			record(t, o)
			if o.Code != 1 {
				t.Errorf("exit %d: %s", o.Code, o.Err)
			}
			var answer struct {
				Kind    string
				Items   []any
				Results []struct{ Message, Severity string }
			}
			harness.Check(t, sigsyaml.Unmarshal(o.Out, &answer))
			if answer.Kind != "ResourceList" || len(answer.Results) != 1 || answer.Results[0].Severity != "error" || !strings.Contains(answer.Results[0].Message, "bad.yaml") {
				t.Errorf("the answer is:\n%s", o.Out)
			}
		})
	}
}

// chart is a repository with a chart below app, its values encrypted, and what could lead astray.
func chart(t *testing.T) string {
	t.Helper()
	keepSecret(secretValue)
	root := harness.Tmpfs(t)
	values := ownKey(t).Encrypt(t, "values.yaml", "password: "+secretValue+"\n")
	harness.Tree{
		"app/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"app/templates/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: {{ .Values.password | quote }}\n",
		"app/real/values.yaml": values,
		"outside/values.yaml":  values,
	}.Write(t, root)
	harness.Check(t, os.Symlink("real/values.yaml", filepath.Join(root, "app/link.yaml")))
	harness.Check(t, os.Symlink("real", filepath.Join(root, "app/folder")))
	return root
}

// generate renders the chart with one value file, as a command of a plugin server.
func generate(t *testing.T, root, valueFile, keyDir string, env ...string) harness.Outcome {
	t.Helper()
	parameters, err := json.Marshal([]any{map[string]any{"name": "valueFiles", "array": []string{valueFile}}})
	harness.Check(t, err)
	o := harness.Run(t, harness.Command{Path: harness.Binary(t), Args: []string{"generate", "--helm", harness.Helm(t), "--key-dir", keyDir, "--workdir", harness.Tmpfs(t)},
		Dir: filepath.Join(root, "app"),
		Env: append([]string{"SOPS_AGE_KEY_FILE=" + ownKey(t).File, "HOME=/nonexistent", "PATH=/usr/bin:/bin", "KUBE_VERSION=1.34.0", "ARGOCD_APP_NAME=a",
			"ARGOCD_APP_NAMESPACE=n", "ARGOCD_APP_SOURCE_PATH=app", "ARGOCD_APP_PARAMETERS=" + string(parameters)}, env...)})
	record(t, o)
	return o
}

func TestStatement47(t *testing.T) { // what HELM_SECRETS_* variables forbid
	root := chart(t)
	keys := harness.Tmpfs(t)
	text, err := os.ReadFile(ownKey(t).File)
	harness.Check(t, err)
	harness.Tree{"age/key.txt": string(text), "other/key.txt": string(text)}.Write(t, keys)
	imported := func(key string) string { return "secrets+age-import://" + key + "?real/values.yaml" }
	const symlinks, absolute, traversal = "HELM_SECRETS_VALUES_ALLOW_SYMLINKS=false", "HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH=false", "HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL=false"
	prefix := "HELM_SECRETS_KEY_LOCATION_PREFIX=" + keys + "/age/"
	for _, c := range []struct{ name, file, variable, says string }{
		{"Traversal", "secrets://../outside/values.yaml", traversal, "Values filepath '../outside/values.yaml' contains '..'. Path traversal is not allowed."},
		{"BareTraversal", "secrets://..", traversal, "Values filepath '..' contains '..'. Path traversal is not allowed."},
		{"Symlink", "secrets://link.yaml", symlinks, "Values file 'link.yaml' is a symlink. Symlinks are not allowed."},
		{"SymlinkedFolder", "secrets://folder/values.yaml", symlinks, "Values file 'folder/values.yaml' is a symlink. Symlinks are not allowed."},
		{"SymlinkAbsolute", "secrets:///app/link.yaml", symlinks, "is a symlink. Symlinks are not allowed."},
		{"Absolute", "secrets:///app/real/values.yaml", absolute, "Values filepath '/app/real/values.yaml' is an absolute path. Absolute paths are not allowed."},
		{"AgeImport", imported(keys + "/age/key.txt"), "HELM_SECRETS_ALLOW_AGE_IMPORT=false", "secrets+age-import:// is not allowed in this context!"},
		{"KeyPrefix", imported(keys + "/other/key.txt"), prefix, "Key location '" + keys + "/other/key.txt' is not allowed"},
		{"KeyPrefixWithDots", imported(keys + "/age/../other/key.txt"), prefix, "Key location '" + keys + "/age/../other/key.txt' is not allowed"},
		{"ImportedSymlink", "secrets+age-import://" + keys + "/age/key.txt?folder/values.yaml", symlinks, "is a symlink. Symlinks are not allowed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := generate(t, root, c.file, keys, c.variable)
			if o.Code != 1 || len(o.Out) > 0 || !strings.Contains(o.Err, c.says) {
				t.Errorf("exit %d, %d bytes of output, and not %q: %s", o.Code, len(o.Out), c.says, o.Err)
			}
			if c.name == "BareTraversal" {
				return // a folder is no values file anyway
			}
			if o := generate(t, root, c.file, keys); o.Code != 0 || !strings.Contains(string(o.Out), secretValue) {
				t.Errorf("without the variable: exit %d: %s", o.Code, o.Err)
			}
		})
	}
	t.Run("AllForbiddenAndAllowedFile", func(t *testing.T) {
		o := generate(t, root, "secrets://real/values.yaml", keys, symlinks, absolute, traversal, prefix)
		if o.Code != 0 || !strings.Contains(string(o.Out), secretValue) {
			t.Errorf("exit %d: %s", o.Code, o.Err)
		}
	})
}
