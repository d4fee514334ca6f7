package cmp_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/emptypb"

	"argocd-decrypt/tests/interop/harness"
)

func TestPluginAnswersForNamedUseOnly(t *testing.T) {
	f := newFixture(t)
	configuration, err := f.CheckPluginConfiguration(background(t), &emptypb.Empty{})
	harness.Check(t, err)
	if configuration.IsDiscoveryConfigured || configuration.ProvideGitCreds {
		t.Errorf("%v: a plugin without discovery gets no native applications uploaded", configuration)
	}

	app := f.goodApp(t)
	match, err := f.Match(background(t), app, nil)
	harness.Check(t, err)
	if match.IsSupported || match.IsDiscoveryEnabled {
		t.Errorf("%v", match)
	}
	f.clean(t)
}

// Argo CD's UI asks for these; a failure there shows the application as a plain directory.
func TestParametersAreAnnouncedWithoutKeys(t *testing.T) {
	f := newPlace(t)
	f.start(t)
	chartApp, _ := f.helmApp(t)
	for _, app := range []harness.App{f.goodApp(t), chartApp} {
		env, err := app.Environment()
		harness.Check(t, err)
		announced, err := f.Announce(background(t), app, env)
		harness.Check(t, err)
		seen := map[string]bool{}
		for _, parameter := range announced {
			if parameter.Name == "" || seen[parameter.Name] {
				t.Errorf("parameter %q is announced twice or without a name", parameter.Name)
			}
			seen[parameter.Name] = true
		}
		if !seen["renderer"] {
			t.Errorf("the parameter renderer is not announced: %v", seen)
		}
	}
	f.clean(t)
}
