package ksops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

const canary = "canary-of-a-generator-7d1f"

// While kustomize stands at its gate, the server has decrypted what the generators name: into its memory, and
// nowhere else. Then each ksops gets its share through its output alone.
func TestWhatGeneratorsReadShowsNowhere(t *testing.T) {
	place := harness.NewPlace(t)
	key := harness.NewKey(t)
	place.AddKey(t, key)
	hold := harness.HoldTool(t, place, "kustomize", "build", false)
	server := harness.StartServer(t, place)
	client := server.Connect(t)
	needles := harness.NewNeedles(canary)

	tree := harness.Tree{"kustomization.yaml": "generators: [generator.yaml, broken.yaml]\n"}
	files := ""
	for i := range 6 {
		name := fmt.Sprintf("v%d.env", i)
		tree[name] = key.Encrypt(t, name, fmt.Sprintf("V%d=%s\n", i, canary))
		files += name + ", "
	}
	tree["generator.yaml"] = generatorHead + "secretFrom: [{metadata: {name: made}, envs: [" + files + "]}]\n"
	s := newSealer(t, key)
	tree["broken.bin"] = s.seal("GOOD=1\n" + canary + " is no assignment\n")
	tree["broken.yaml"] = strings.Replace(generatorHead, "name: generator", "name: broken", 1) + "secretFrom: [{envs: [broken.bin]}]\n"
	app := harness.App{Root: harness.Tmpfs(t)}
	tree.Write(t, app.Root)

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		_, err := client.Generate(ctx, app)
		failed <- err
	}()
	hold.AwaitStart(t)
	time.Sleep(200 * time.Millisecond)
	if found := append(needles.Files(place.Root), needles.Processes(server.Pid)...); len(found) > 0 {
		t.Errorf("before kustomize starts: %v", found)
	}
	hold.Release(t)
	for {
		if found := needles.Processes(server.Pid); len(found) > 0 {
			t.Errorf("while it runs: %v", found)
		}
		select {
		case err := <-failed:
			if err == nil || !strings.Contains(err.Error(), "broken.bin: line 2: ") {
				t.Errorf("the error does not name file and line: %v", err)
			}
			if needles.In([]byte(fmt.Sprint(err))) || needles.In([]byte(server.Log())) {
				t.Errorf("shown: %v\n%s", err, server.Log())
			}
			return
		case <-time.After(time.Millisecond):
		}
	}
}
