package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// An encrypted tree gives what Argo CD makes of the decrypted one.
func TestEncryptedTreesEqualTheirPlaintext(t *testing.T) {
	p := newPeer(t)
	canary := fmt.Sprintf("canary-%x", p.key.Recipient[10:20])
	secret := func(name string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata:\n    name: " + name + "\nstringData:\n    password: " + canary + "\n    port: \"8080\"\n"
	}
	plain := harness.Tree{
		"plain.yaml":   configMap("plain"),
		"values.yaml":  "password: " + canary + "\n",
		"a.yaml":       secret("a"),
		"b.yml":        secret("b") + "---\n" + secret("c") + "---\n" + configMap("d"),
		"c.json":       "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Secret\",\n\t\"metadata\": {\n\t\t\"name\": \"e\"\n\t},\n\t\"stringData\": {\n\t\t\"p\": \"" + canary + " \\ud83d\\ude00 ü\"\n\t}\n}",
		"list.yaml":    "apiVersion: v1\nkind: List\nitems:\n    - apiVersion: v1\n      kind: Secret\n      metadata:\n        name: f\n      stringData:\n        p: " + canary + "\n    - apiVersion: v1\n      kind: ConfigMap\n      metadata:\n        name: g\n",
		"skip.yaml":    "# +argocd:skip-file-rendering\n" + secret("skipped"),
		"sub/n.yaml":   "apiVersion: x.io/v1\nkind: Widget\nmetadata:\n    name: w\nspec:\n    i: 5\n    f: 1.5\n    b: true\n    t: \"true\"\n    e: \"\"\n    m: |\n        a\n        b\n",
		"sub/link.yml": linkPrefix + "../a.yaml",
	}
	a := app{tree: plain, directory: recurse}
	native, err := p.native(write(t, plain), a)
	harness.Check(t, err)
	for name, options := range map[string][]string{
		"all": nil, "some": {"--encrypted-regex", "^(stringData|data|spec|password)$"},
	} {
		t.Run(name, func(t *testing.T) {
			encrypted := plain.With(nil)
			for _, file := range []string{"values.yaml", "a.yaml", "b.yml", "c.json", "list.yaml", "skip.yaml", "sub/n.yaml"} {
				encrypted[file] = p.key.Encrypt(t, file, plain[file], options...)
			}
			got, err := p.plugin(write(t, encrypted), a)
			if difference, _ := same(native, nil, got, err); difference != "" {
				t.Error(difference)
			}
			if strings.Count(strings.Join(got, ""), canary) == 0 {
				t.Errorf("nothing decrypted: %q", got)
			}
		})
	}
	p.clean(t, canary)
}
