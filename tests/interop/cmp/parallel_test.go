package cmp_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// Two hundred renders of one application at once, as a controller does after its restart.
func TestParallelRendersAreEqual(t *testing.T) {
	f := newFixture(t)
	kustomizeApp, kustomizeWant := f.kustomizeApp(t)
	helmApp, plain := f.helmApp(t)
	apps := map[string]struct {
		app  harness.App
		want string
	}{
		"Kustomize": {kustomizeApp, kustomizeWant},
		"Helm":      {helmApp, helmTemplate(t, plain, "sample", helmValueFiles...)},
	}
	for name, c := range apps {
		t.Run(name, func(t *testing.T) {
			answers := f.renderAtOnce(t, c.app, 200)
			harness.SameObjects(t, harness.Objects(t, c.want), harness.Objects(t, answers[0]...))
			first := strings.Join(answers[0], "\x00")
			for i, answer := range answers {
				if strings.Join(answer, "\x00") != first {
					t.Fatalf("answer %d differs from the first", i)
				}
			}
		})
	}
	f.clean(t)
}

func (f *fixture) renderAtOnce(t *testing.T, app harness.App, n int) [][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	answers, errs := make([][]string, n), make([]error, n)
	var requests sync.WaitGroup
	for i := range n {
		requests.Add(1)
		go func() {
			defer requests.Done()
			answers[i], errs[i] = f.Generate(ctx, app)
		}()
	}
	requests.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	return answers
}
