package helm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// hostile is the sample repository with links that lead to where they should not.
func (f *fixture) hostile(t *testing.T) harness.App {
	t.Helper()
	app := repo(t, f.tree(t).With(harness.Tree{
		"chart/secrets.yaml.dec": "password: from-a-dec-file\n", "chart/real/v.yaml": "password: x\n",
	}), "chart")
	harness.Check(t, os.Symlink("real", filepath.Join(app.Root, "chart/folder")))
	harness.Check(t, os.Symlink("secrets.yaml", filepath.Join(app.Root, "chart/link.yaml")))
	return app
}

// What an Application may not name is refused with the reason, and nothing of it is told.
func TestRefusals(t *testing.T) {
	f := newFixture(t)
	app := f.hostile(t)
	key := f.place.Keys + "/age/keys.txt"
	up := strings.Repeat("../", 20)
	for entry, want := range map[string]string{
		"../../sops/age/keys.txt":           "leaves the repository",
		"secrets://../../sops/age/keys.txt": "leaves the repository",
		up + strings.TrimPrefix(key, "/"):   "leaves the repository",
		key:                                 "no such file",
		"secrets://" + key:                  "no such file",
		"/etc/passwd":                       "no such file",
		"secrets://..":                      "not a regular file",
		"secrets+age-import:///etc/passwd?own.yaml":                                "not inside the key folders",
		"secrets+age-import://" + f.imports + "/../../etc/passwd?own.yaml":         "not inside the key folders",
		"secrets+age-import://" + f.imports + "/../bin/helm?own.yaml":              "not inside the key folders",
		"secrets+age-import://" + f.secrets + "/own-namespace/key.txt?own.yaml":    "not inside the key folders",
		"secrets+age-import://key.txt?own.yaml":                                    "not inside the key folders",
		"secrets+age-import://" + f.imports + "?own.yaml":                          "not inside the key folders",
		"secrets+age-import://" + f.imports + "/none.txt?own.yaml":                 "does not exist",
		"secrets+age-import://" + f.imports + "/key.asc?own.yaml":                  "no age identities found",
		"secrets+gpg-import://" + f.imports + "/key.txt?pgp.yaml":                  "no usable PGP secret key found",
		"secrets+gpg-import://" + f.imports + "/key.asc?own.yaml":                  "chart/own.yaml",
		"secrets+gpg-import:///etc/passwd?plain.yaml":                              "not inside the key folders",
		"secrets+age-import-kubernetes://argocd/../own-namespace#key.txt?own.yaml": "not [NAMESPACE/]SECRET#KEY",
		"secrets+age-import-kubernetes://other/helm-secrets#key.txt?own.yaml":      "does not exist",
		"secrets+age-import://" + f.imports + "/key.txt":                           "Invalid syntax: secrets+age-import://[path to key]?[path secrets.yaml]",
		"secrets://vals!ref+vault://a#/b":                                          "secret backend 'vals' not allowed",
		"secrets+literal://ref+vault://a#/b":                                       "references of vals",
		"secrets://s3://bucket/x.yaml":                                             "other getters of helm",
		"sops://secrets.yaml":                                                      "the URL scheme 'sops' is not allowed",
		"file:///etc/passwd":                                                       "the URL scheme 'file' is not allowed",
	} {
		app.Parameters = parameters{harness.Array("valueFiles", entry)}
		_, err := f.Generate(background(t), app)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", entry, err)
		} else if f.needles().In([]byte(err.Error())) || strings.Contains(err.Error(), "root:") {
			t.Errorf("%s: the error tells a secret: %v", entry, err)
		}
		if strings.Contains(entry, "://..") {
			continue
		}
		app.Parameters = parameters{mapping("fileParameters", map[string]string{"config": entry})}
		if _, err := f.Generate(background(t), app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("fileParameters: %s: %v", entry, err)
		}
	}
	// helm-secrets would take FILE.dec as it is.
	app.Parameters = parameters{harness.Array("valueFiles", "secrets://secrets.yaml")}
	if got := secret(t, f.render(t, app), "password"); got != f.canary {
		t.Errorf("password %q", got)
	}
	f.quiet(t)
}

// helm-secrets' variables of the server, with the ways around them that its scripts leave open.
func TestHardening(t *testing.T) {
	cases := []struct{ variable, entry, want string }{
		{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS=false", "secrets://link.yaml", "is a symlink. Symlinks are not allowed."},
		{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS=false", "secrets://folder/v.yaml", "is a symlink. Symlinks are not allowed."},
		{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS=false", "secrets://fold*/v.yaml", "is a symlink. Symlinks are not allowed."},
		{"HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH=false", "secrets:///chart/secrets.yaml", "is an absolute path."},
		{"HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL=false", "secrets://../environments/x/secrets.yaml", "contains '..'."},
		{"HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL=false", "secrets://..", "contains '..'."},
		{"HELM_SECRETS_KEY_LOCATION_PREFIX=IMPORTS", "secrets+age-import://SOPS/age/keys.txt?own.yaml", "Key location 'SOPS/age/keys.txt' is not allowed"},
		{"HELM_SECRETS_KEY_LOCATION_PREFIX=IMPORTS", "secrets+age-import://IMPORTS/../sops/age/keys.txt?own.yaml", "is not allowed"},
		{"HELM_SECRETS_KEY_LOCATION_PREFIX=IMPORTS", "secrets+age-import-kubernetes://own-namespace#key.txt?own.yaml", "Key location 'own-namespace#key.txt' is not allowed"},
		{"HELM_SECRETS_ALLOW_AGE_IMPORT=false", "secrets+age-import://IMPORTS/key.txt?own.yaml", "secrets+age-import:// is not allowed in this context!"},
		{"HELM_SECRETS_ALLOW_GPG_IMPORT=0", "secrets+gpg-import://IMPORTS/key.asc?pgp.yaml", "secrets+gpg-import:// is not allowed in this context!"},
		{"HELM_SECRETS_ALLOWED_BACKENDS=vals", "secrets://secrets.yaml", "secret backend 'sops' not allowed"},
		{"HELM_SECRETS_BACKEND=vals", "secrets://secrets.yaml", "HELM_SECRETS_BACKEND is 'vals'"},
		{"HELM_SECRETS_EVALUATE_TEMPLATES=true", "secrets://secrets.yaml", "HELM_SECRETS_EVALUATE_TEMPLATES is set"},
		{"HELM_SECRETS_IGNORE_MISSING_VALUES=true", "secrets://missing.yaml", ""},
	}
	f := newFixture(t)
	for _, c := range cases {
		place := harness.NewPlace(t)
		fill := strings.NewReplacer("IMPORTS", f.imports, "SOPS", f.place.Keys)
		command := place.Command(t, "--key-dir", f.place.Keys, "--key-import-dirs", f.imports, "--key-secrets-dir", f.secrets)
		command.Env = append(command.Env, fill.Replace(c.variable))
		client := harness.Start(t, place, command, place.Socket()).Connect(t)
		app := f.hostile(t)
		app.Parameters = parameters{harness.Array("valueFiles", fill.Replace(c.entry))}
		_, err := client.Generate(background(t), app)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), fill.Replace(c.want)) {
			t.Errorf("%s, %s: %v", c.variable, c.entry, err)
		}
		// Plain paths are no business of helm-secrets.
		app.Parameters = parameters{harness.Array("valueFiles", "link.yaml")}
		if _, err := client.Generate(background(t), app); err != nil && !strings.Contains(err.Error(), "no identity matched") {
			t.Errorf("%s: %v", c.variable, err)
		}
	}
}
