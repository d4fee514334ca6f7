package soak_test

import (
	"context"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

const (
	secret     = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret\nstringData:\n  password: hidden\n"
	hashed     = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: hashed\n  annotations:\n    kustomize.config.k8s.io/needs-hash: \"true\"\nstringData:\n  password: hidden\n"
	configMap  = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  key: value\n"
	valuesUser = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\ndata:\n  length: {{ .Values.password | len | quote }}\n"
	generator  = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: generator\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles: [secret.yaml]\n"
)

// repository has an application of each kind, and broken ones.
func repository(t *testing.T, key harness.Key) harness.Tree {
	t.Helper()
	encrypted := key.Encrypt(t, "secret.yaml", secret, "--encrypted-regex", "^stringData$")
	return harness.Tree{
		"directory/secret.yaml":      encrypted,
		"directory/config.yaml":      configMap,
		"damaged/secret.yaml":        strings.Replace(encrypted, "kind: Secret", "kind: secret", 1), // the MAC is over all values
		"strange/secret.yaml":        harness.NewKey(t).Encrypt(t, "secret.yaml", secret),
		"overlay/kustomization.yaml": "resources: [secret.yaml, config.yaml]\n",
		"overlay/secret.yaml":        encrypted,
		"overlay/config.yaml":        configMap,
		"broken/kustomization.yaml":  "resources: [missing.yaml]\n",
		"ksops/kustomization.yaml":   "generators: [generator.yaml]\n",
		"ksops/generator.yaml":       generator,
		"ksops/secret.yaml":          key.Encrypt(t, "secret.yaml", hashed, "--encrypted-regex", "^stringData$"),
		"chart/Chart.yaml":           "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
		"chart/templates/map.yaml":   valuesUser,
		"chart/secrets.yaml":         key.Encrypt(t, "secrets.yaml", "password: hidden\n"),
		"plain/config.yaml":          configMap,
	}
}

// builtIn renders and decrypts by itself.
func builtIn(t *testing.T) *soaked {
	t.Helper()
	place, key := harness.NewPlace(t), harness.NewKey(t)
	place.AddKey(t, key)
	root := harness.TempDir(t, "")
	repository(t, key).Write(t, root)
	pack := func(path string, parameters ...v1alpha1.ApplicationSourcePluginParameter) harness.Packed {
		return harness.Pack(t, harness.App{Root: root, Path: path, Parameters: parameters})
	}
	good := harness.Archive(t, harness.File("a.yaml", configMap))
	kinds := []kind{
		{name: "directory", weight: 40, call: generate(pack("directory"), 2)},
		{name: "kustomization", weight: 4, call: generate(pack("overlay"), 2)},
		{name: "KSOPS generator that kustomize runs", weight: 1, call: generate(pack("ksops"), 1)},
		{name: "chart", weight: 1, call: generate(pack("chart", harness.Array("valueFiles", "secrets.yaml")), 1)},
		{name: "damaged file", weight: 10, call: generate(pack("damaged"), 0), fails: "secret.yaml"},
		{name: "no key", weight: 10, call: generate(pack("strange"), 0), fails: "secret.yaml"},
		{name: "broken kustomization", weight: 4, call: generate(pack("broken"), 0), fails: "missing.yaml"},
		{name: "unknown parameter", weight: 4, call: generate(pack("plain", harness.String("nonsense", "x")), 0), fails: "nonsense"},
		{name: "no such path", weight: 4, call: raw(harness.RawRequest{App: harness.App{Path: "nowhere"}, Archive: good}), fails: "app path does not exist"},
		{name: "path outside", weight: 4, call: raw(harness.RawRequest{App: harness.App{Path: "../.."}, Archive: good}), fails: "app path"},
		{name: "configuration", weight: 20, call: configuration},
		{name: "match", weight: 10, call: match(pack("directory"), true)},
		{name: "no match", weight: 10, call: match(pack("plain"), false)},
		{name: "announcement", weight: 10, call: announce(pack("chart"))},
		{name: "cancelled while kustomize runs", weight: 3, call: cancelled(pack("overlay")), may: true},
		{name: "cancelled while helm runs", weight: 1, call: cancelled(pack("chart")), may: true},
	}
	return &soaked{
		what:   "built-in renderer",
		server: harness.StartServer(t, place, "--discover-encrypted"),
		kinds:  append(kinds, badStreams(pack("directory"), good)...),
	}
}

func generate(packed harness.Packed, objects int) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		if _, err := c.Check(ctx); err != nil {
			return err
		}
		manifests, err := c.GeneratePacked(ctx, packed)
		if err == nil && len(manifests) != objects {
			return wrong("%d manifests and not %d", len(manifests), objects)
		}
		return err
	}
}

func configuration(ctx context.Context, c harness.Client) error {
	answer, err := c.Check(ctx)
	if err == nil && !answer.IsDiscoveryConfigured {
		return wrong("no discovery")
	}
	return err
}

func match(packed harness.Packed, want bool) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		answer, err := c.MatchPacked(ctx, packed)
		if err == nil && answer.IsSupported != want {
			return wrong("supported: %v", answer.IsSupported)
		}
		return err
	}
}

func announce(packed harness.Packed) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		answer, err := c.AnnouncePacked(ctx, packed)
		if err == nil && len(answer.ParameterAnnouncements) == 0 {
			return wrong("no parameters")
		}
		return err
	}
}
