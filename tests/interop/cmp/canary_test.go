package cmp_test

import (
	"slices"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

// What stands still at the gate shows where plaintext is while helm works: in no file, no command
// line, no environment. Not even the private key's own file may be read by the tool's processes.
func TestHelmValuesTouchNoFile(t *testing.T) {
	f := newFixture(t)
	app, _ := f.helmApp(t)
	hold := harness.HoldTool(t, f.place, "helm", "template", false)
	done := f.InBackground(background(t), app)
	hold.AwaitStart(t)

	for _, file := range f.needles().Files(f.place.Root) {
		if !strings.HasPrefix(file, f.place.Keys) {
			t.Errorf("%s holds plaintext while helm runs", file)
		}
	}
	f.checkProcesses(t)
	hold.Release(t)
	harness.Check(t, (<-done).Err)
	f.clean(t)
}

// A plain resource that kustomize reads has to be a file, on tmpfs; nothing else may show it.
func TestKustomizeProcessesShowNoSecret(t *testing.T) {
	f := newFixture(t)
	_, hold, done := f.heldKustomize(t, false)

	for _, file := range f.needles().Files(f.place.Root) {
		if !strings.HasPrefix(file, f.place.Keys) && !strings.HasPrefix(file, f.place.Work) {
			t.Errorf("%s holds plaintext", file)
		}
	}
	f.checkProcesses(t)
	hold.Release(t)
	harness.Check(t, (<-done).Err)
	f.clean(t)
}

func (f *fixture) checkProcesses(t *testing.T) {
	t.Helper()
	if len(harness.Descendants(f.server.Pid)) == 0 {
		t.Fatal("the server has no child to look at")
	}
	for _, where := range f.needles().Processes(f.server.Pid) {
		t.Errorf("the %s shows a secret", where)
	}
	if f.needles().In([]byte(f.server.Log())) {
		t.Error("the log holds plaintext")
	}
}

// KSOPS generators start processes of this same binary; they come and go, so they are sampled.
func TestKsopsProcessesShowNoSecret(t *testing.T) {
	f := newFixture(t)
	app := repo(t, f.key.EncryptFiles(t, f.mark(ksopsApp), "secret-a.yaml", "secret-b.yaml"), "")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 5 {
			f.Generate(background(t), app)
		}
	}()
	var found []string
	samples := 0
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		found = append(found, f.needles().Processes(f.server.Pid)...)
		samples++
	}
	slices.Sort(found)
	if found = slices.Compact(found); len(found) > 0 {
		t.Errorf("in %d samples: %v", samples, found)
	}
	f.clean(t)
}

// At its most talkative, the log names no value, for good requests and for bad ones.
func TestDebugLogHoldsNoSecret(t *testing.T) {
	f := newPlace(t)
	f.place.AddKey(t, f.key)
	f.start(t, "--log-level", "debug")
	secret := f.key.Encrypt(t, "secret.yaml", f.goodSecret())
	trees := []harness.Tree{
		{"secret.yaml": secret},
		{"secret.yaml": swapMAC(t, secret)},
		{"secret.yaml": strings.Replace(secret, "type:str", "type:int", 1)},
		{"kustomization.yaml": "resources: [secret.yaml]\nbroken: [\n", "secret.yaml": secret},
		{"kustomization.yaml": "resources: [secret.yaml, secret.yaml]\n", "secret.yaml": secret},
		{"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "values.yaml": secret, "templates/x.yaml": "{{ fail .Values.stringData.password }}\n"},
		{"secret.yaml": f.key.Encrypt(t, "secret.yaml", "kind: Secret\nstringData: {a: "+f.canary+", b: 5}\n")},
		{"secret.yaml": f.key.Encrypt(t, "secret.yaml", "apiVersion: v1\nkind: Secret\ndata: {a: '"+f.canary+"!'}\n")},
	}
	for i, tree := range trees {
		_, err := f.Generate(background(t), repo(t, tree, ""))
		if (err != nil) != (i > 0) {
			t.Errorf("tree %d: error %v", i, err)
		}
		if err != nil && f.needles().In([]byte(err.Error())) {
			t.Errorf("tree %d: the error holds plaintext: %v", i, err)
		}
	}
	f.clean(t)
}
