package helm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// Each form that helm-secrets' documentation shows for Argo CD, as a value file.
func TestValueFilesAsHelmSecretsDocumentsThem(t *testing.T) {
	f := newFixture(t)
	tree := f.tree(t)
	for _, entry := range []string{
		"secrets://secrets.yaml", "secrets://./secrets.yaml", "secrets://../environments/x/secrets.yaml",
		"secrets:///chart/secrets.yaml", "secrets://sops!secrets.yaml", "secrets://?secrets.yaml", "secrets://secrets.json",
		"secrets.yaml", "../environments/*/secrets.yaml", "secrets://../environments/*/secrets.yaml",
		"secrets+age-import://" + f.imports + "/key.txt?own.yaml",
		"secrets+age-import://?sops!" + f.imports + "/key.txt?own.yaml",
		"secrets+gpg-import://" + f.imports + "/key.asc?pgp.yaml",
		"secrets+age-import-kubernetes://argocd/helm-secrets-private-keys#key.txt?own.yaml",
		"secrets+age-import-kubernetes://own-namespace#key.txt?own.yaml",
		"secrets+gpg-import-kubernetes://argocd/helm-secrets-private-keys#key.asc?pgp.yaml",
		"secrets+gpg-import-kubernetes://?own-namespace#key.asc?pgp.yaml",
		"secrets+literal://" + tree["chart/secrets.json"],
	} {
		objects := f.render(t, repo(t, tree, "chart", harness.Array("valueFiles", entry)))
		if got := secret(t, objects, "password"); got != f.canary {
			t.Errorf("%.60s: password %q", entry, got)
		}
	}
	// What is not encrypted passes through; a missing file that may be is none.
	for entry, want := range map[string]string{
		"secrets://plain.yaml": "plain-text", "secrets://?missing.yaml": "none", "secrets+literal://password: p": "p",
		"secrets+age-import://?" + f.imports + "/key.txt?missing.yaml": "none",
	} {
		objects := f.render(t, repo(t, tree, "chart", harness.Array("valueFiles", entry)))
		if got := secret(t, objects, "password"); got != want {
			t.Errorf("%s: password %q", entry, got)
		}
	}
	f.quiet(t)
}

func TestFileParameters(t *testing.T) {
	f := newFixture(t)
	tree := f.tree(t)
	file := "password=" + f.canary + "\n"
	for entry, want := range map[string]string{
		"secrets://file.properties": file, "file.properties": file, "secrets://?missing": "", "secrets+literal://x,y": "x,y",
		"secrets+gpg-import://" + f.imports + "/key.asc?pgp.yaml":                         "password: " + f.canary + "\n",
		"secrets+age-import-kubernetes://own-namespace#key.txt?secrets.yaml":              "",
		"secrets+literal://" + f.key.Encrypt(t, "x.json", `{"password": "`+f.canary+`"}`): "{\n\t\"password\": \"" + f.canary + "\"\n}",
	} {
		app := repo(t, tree, "chart", mapping("fileParameters", map[string]string{"config": entry}))
		manifests, err := f.Generate(background(t), app)
		if strings.Contains(entry, "own-namespace") {
			// That key does not open it, and no other one is tried.
			if err == nil || !strings.Contains(err.Error(), "chart/secrets.yaml") {
				t.Errorf("%s: %v", entry, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%.60s: %v", entry, err)
			continue
		}
		if got := secret(t, harness.Objects(t, manifests...), "config"); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%.60s: config %q", entry, got)
		}
	}
	f.quiet(t)
}

// Encrypted value files at a URL, wrapped and as helm's own: fetched without a key at hand.
func TestValuesFromURLs(t *testing.T) {
	f := newFixture(t)
	files := map[string]string{
		"/secrets.yaml": f.values(t, f.key, "secrets.yaml"), "/own.yaml": f.values(t, f.own, "own.yaml"),
		"/plain.yaml": "password: plain-text\n", "/a,b.yaml": "password: comma\n",
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := files[r.URL.Path]
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusBadGateway)
		} else if !ok {
			http.NotFound(w, r)
		} else if user, password, _ := r.BasicAuth(); r.URL.RawQuery == "auth" && (user != "user" || password != "sesame-0123456789") {
			w.WriteHeader(http.StatusUnauthorized)
		} else {
			w.Write([]byte(content))
		}
	}))
	defer web.Close()
	authority := strings.TrimPrefix(web.URL, "http://")
	for entry, want := range map[string]string{
		"secrets://" + web.URL + "/secrets.yaml":  f.canary,
		web.URL + "/secrets.yaml":                 f.canary,
		web.URL + "/plain.yaml":                   "plain-text",
		web.URL + "/a,b.yaml":                     "comma",
		"secrets://?" + web.URL + "/missing.yaml": "none",
		"secrets+age-import://" + f.imports + "/key.txt?" + web.URL + "/own.yaml":        f.canary,
		"secrets://http://user:sesame-0123456789@" + authority + "/secrets.yaml?auth":    f.canary,
		"secrets+age-import-kubernetes://own-namespace#key.txt?" + web.URL + "/own.yaml": f.canary,
	} {
		objects := f.render(t, repo(t, harness.Tree(chart), "", harness.Array("valueFiles", entry)))
		if got := secret(t, objects, "password"); got != want {
			t.Errorf("%s: password %q", entry, got)
		}
	}
	for entry, want := range map[string]string{
		"secrets://" + web.URL + "/missing.yaml":                                      "no such file",
		web.URL + "/missing.yaml":                                                     "no such file",
		"secrets://?" + web.URL + "/broken":                                           "502 Bad Gateway",
		"secrets://http://user:wrong-9876543210@" + authority + "/secrets.yaml?auth":  "401 Unauthorized",
		"secrets://http://user:wrong-9876543210@127.0.0.1:1/x?token=wrong-9876543210": "connection refused",
	} {
		_, err := f.Generate(background(t), repo(t, harness.Tree(chart), "", harness.Array("valueFiles", entry)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", entry, err)
			continue
		}
		for _, word := range []string{"wrong-9876543210", "/fetch", f.place.Root} {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error shows %s: %v", entry, word, err)
			}
		}
	}
	f.quiet(t)
}

// quiet checks that neither the log nor the workspace holds a secret.
func (f *fixture) quiet(t *testing.T) {
	t.Helper()
	if f.needles().In([]byte(f.server.Log())) {
		t.Error("the log holds a secret")
	}
	// Keyrings of imported PGP keys and their agents are gone, too.
	harness.WaitFor(t, 10*time.Second, f.server.CheckIdle)
	for _, file := range f.needles().Files(f.place.Work) {
		t.Errorf("%s holds a secret", file)
	}
	harness.WaitFor(t, 10*time.Second, func() error {
		if left := harness.Descendants(f.server.Pid); len(left) > 0 {
			return fmt.Errorf("processes %v are left", left)
		}
		return nil
	})
}

// What stands still at the gate shows where plaintext and keys are while helm works.
func TestNothingSecretIsNearHelm(t *testing.T) {
	f := newFixture(t)
	hold := harness.HoldTool(t, f.place, "helm", "template", false)
	app := repo(t, f.tree(t), "chart",
		harness.Array("valueFiles", "secrets://secrets.yaml", "secrets+gpg-import://"+f.imports+"/key.asc?pgp.yaml",
			"secrets+age-import-kubernetes://own-namespace#key.txt?own.yaml"),
		mapping("fileParameters", map[string]string{"config": "secrets://file.properties"}))
	done := make(chan error, 1)
	go func() {
		_, err := f.Generate(background(t), app)
		done <- err
	}()
	hold.AwaitStart(t)
	for _, where := range f.needles().Processes(f.server.Pid) {
		t.Errorf("the %s shows a secret", where)
	}
	for _, file := range f.needles().Files(f.place.Root) {
		if !strings.HasPrefix(file, f.place.Keys) && !strings.HasPrefix(file, f.imports) && !strings.HasPrefix(file, f.secrets) {
			t.Errorf("%s holds a secret while helm runs", file)
		}
	}
	hold.Release(t)
	harness.Check(t, <-done)
	f.quiet(t)
}
