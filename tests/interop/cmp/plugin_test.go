package cmp_test

import (
	"testing"

	"github.com/argoproj/argo-cd/v3/util/cmp"
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
	stream, err := f.MatchRepository(background(t))
	harness.Check(t, err)
	harness.Check(t, cmp.SendRepoStream(background(t), app.Root, app.Root, stream, nil, nil))
	match, err := stream.CloseAndRecv()
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
		stream, err := f.GetParametersAnnouncement(background(t))
		harness.Check(t, err)
		env, err := app.Environment()
		harness.Check(t, err)
		path := app.Root
		if app.Path != "" {
			path += "/" + app.Path
		}
		harness.Check(t, cmp.SendRepoStream(background(t), path, app.Root, stream, env, nil))
		response, err := stream.CloseAndRecv()
		harness.Check(t, err)
		seen := map[string]bool{}
		for _, parameter := range response.ParameterAnnouncements {
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
