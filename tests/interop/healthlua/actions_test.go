package healthlua

import (
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"argocd-decrypt/tests/interop/harness"
)

// kindActions is the folder actions/ of a kind, its tests in Argo CD's own layout.
type kindActions struct {
	dir, key  string
	overrides map[string]appv1.ResourceOverride
	tests     struct {
		Actions []struct {
			Action             string `json:"action"`
			InputPath          string `json:"inputPath"`
			ExpectedOutputPath string `json:"expectedOutputPath"`
		} `json:"actionTests"`
		Discovery []struct {
			InputPath string                 `json:"inputPath"`
			Result    []appv1.ResourceAction `json:"result"`
		} `json:"discoveryTests"`
	}
}

func allActions(t *testing.T) []kindActions {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(root, "*", "*", "actions", "discovery.lua"))
	harness.Check(t, err)
	if len(scripts) == 0 {
		t.Fatal("no actions/discovery.lua")
	}
	var all []kindActions
	for _, script := range scripts {
		dir := filepath.Dir(script)
		kind := filepath.Dir(dir)
		definitions := appv1.ResourceActions{ActionDiscoveryLua: string(read(t, script))}
		files, err := filepath.Glob(filepath.Join(dir, "*", "action.lua"))
		harness.Check(t, err)
		for _, file := range files {
			definitions.Definitions = append(definitions.Definitions, appv1.ResourceActionDefinition{
				Name: filepath.Base(filepath.Dir(file)), ActionLua: string(read(t, file)),
			})
		}
		text, err := yaml.Marshal(definitions)
		harness.Check(t, err)
		k := kindActions{dir: dir, key: filepath.Base(filepath.Dir(kind)) + "/" + filepath.Base(kind)}
		k.overrides = map[string]appv1.ResourceOverride{k.key: {Actions: string(text)}}
		if err := yaml.UnmarshalStrict(read(t, filepath.Join(dir, "action_test.yaml")), &k.tests); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		all = append(all, k)
	}
	return all
}

// vm is Argo CD's machine as its server makes it for an action: the libraries closed.
func (k kindActions) vm() lua.VM { return lua.VM{ResourceOverrides: k.overrides} }

func (k kindActions) discover(obj *unstructured.Unstructured) ([]appv1.ResourceAction, error) {
	scripts, err := k.vm().GetResourceActionDiscovery(obj)
	if err != nil {
		return nil, err
	}
	return k.vm().ExecuteResourceActionDiscovery(obj, scripts)
}

func (k kindActions) run(obj *unstructured.Unstructured, action string) ([]lua.ImpactedResource, error) {
	definition, err := k.vm().GetResourceAction(obj, action)
	if err != nil {
		return nil, err
	}
	return k.vm().ExecuteResourceAction(obj, definition.ActionLua, nil)
}

// anyTime is put in the place of times of now, which actions write.
const anyTime = "0001-01-01T00:00:00Z"

var timeOfNow = regexp.MustCompile(`20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// withoutNewTimes replaces the times that are in `after` and not in `before`.
func withoutNewTimes(t *testing.T, before, after *unstructured.Unstructured) map[string]any {
	t.Helper()
	was, err := yaml.Marshal(before.Object)
	harness.Check(t, err)
	is, err := yaml.Marshal(after.Object)
	harness.Check(t, err)
	text := timeOfNow.ReplaceAllStringFunc(string(is), func(found string) string {
		if strings.Contains(string(was), found) {
			return found
		}
		return anyTime
	})
	parsed := map[string]any{}
	harness.Check(t, yaml.Unmarshal([]byte(text), &parsed))
	return parsed
}

func TestActionsChangeWhatTheyShould(t *testing.T) {
	for _, k := range allActions(t) {
		tried := map[string]bool{}
		for _, test := range k.tests.Actions {
			tried[test.Action] = true
			t.Run(filepath.Join(k.key, test.Action, test.InputPath), func(t *testing.T) {
				obj := object(t, filepath.Join(k.dir, test.InputPath))
				got, err := k.run(obj.DeepCopy(), test.Action)
				harness.Check(t, err)
				if len(got) != 1 || got[0].K8SOperation != lua.PatchOperation {
					t.Fatalf("not one patch: %+v", got)
				}
				want := object(t, filepath.Join(k.dir, test.ExpectedOutputPath)).Object
				if changed := withoutNewTimes(t, obj, got[0].UnstructuredObj); !reflect.DeepEqual(changed, want) {
					t.Errorf("got\n%s\nwant\n%s", dump(&unstructured.Unstructured{Object: changed}), dump(&unstructured.Unstructured{Object: want}))
				}
			})
		}
		for _, definition := range mustGetActions(t, k).Definitions {
			if !tried[definition.Name] {
				t.Errorf("%s: no test of %s", k.dir, definition.Name)
			}
		}
	}
}

func mustGetActions(t *testing.T, k kindActions) appv1.ResourceActions {
	t.Helper()
	override := k.overrides[k.key]
	actions, err := override.GetActions()
	harness.Check(t, err)
	return actions
}

func TestDiscoveryOffersWhatCanBeDone(t *testing.T) {
	for _, k := range allActions(t) {
		for _, test := range k.tests.Discovery {
			t.Run(filepath.Join(k.key, test.InputPath), func(t *testing.T) {
				got, err := k.discover(object(t, filepath.Join(k.dir, test.InputPath)))
				harness.Check(t, err)
				slices.SortFunc(got, func(a, b appv1.ResourceAction) int { return strings.Compare(a.Name, b.Name) })
				if !reflect.DeepEqual(got, test.Result) {
					t.Errorf("got %+v, want %+v", got, test.Result)
				}
			})
		}
	}
}

func TestEveryFileOfTheActionsIsUsed(t *testing.T) {
	for _, k := range allActions(t) {
		used := map[string]bool{}
		for _, test := range k.tests.Actions {
			used[test.InputPath], used[test.ExpectedOutputPath] = true, true
		}
		for _, test := range k.tests.Discovery {
			used[test.InputPath] = true
		}
		files, err := filepath.Glob(filepath.Join(k.dir, "testdata", "*.yaml"))
		harness.Check(t, err)
		for _, file := range files {
			if !used["testdata/"+filepath.Base(file)] {
				t.Errorf("%s is not used", file)
			}
		}
	}
}

// Argo CD shows a discovery's error in the place of the resource's menu, for whatever object.
func TestActionsOfMutatedObjectsAreNoErrors(t *testing.T) {
	random := rand.New(rand.NewSource(harness.Seed(t)))
	for _, k := range allActions(t) {
		files, err := filepath.Glob(filepath.Join(k.dir, "testdata", "*.yaml"))
		harness.Check(t, err)
		for i := range 500 {
			obj := object(t, files[i%len(files)])
			version, kind := obj.GetAPIVersion(), obj.GetKind()
			for range 1 + random.Intn(3) {
				mutate(random, obj.Object)
			}
			obj.Object["apiVersion"], obj.Object["kind"] = version, kind
			offered, err := k.discover(obj)
			if err != nil || len(offered) == 0 {
				t.Fatalf("%s: %v, %v\n%s", k.key, offered, err, dump(obj))
			}
			for _, action := range offered {
				if action.Disabled {
					continue
				}
				if _, err := k.run(obj.DeepCopy(), action.Name); err != nil {
					t.Fatalf("%s %s: %v\n%s", k.key, action.Name, err, dump(obj))
				}
			}
		}
	}
}

// Actions from argocd-cm take the place of those that are built in: none may be missing among ours.
func TestNoBuiltInActionIsLost(t *testing.T) {
	for _, c := range checks(t) {
		none := lua.VM{}
		for _, test := range c.cases {
			obj := c.object(t, test)
			scripts, err := none.GetResourceActionDiscovery(obj)
			harness.Check(t, err)
			if len(scripts) == 0 {
				break // this kind has none
			}
			builtIn, err := none.ExecuteResourceActionDiscovery(obj, scripts)
			if err != nil {
				continue // on an object like this it fails
			}
			for _, action := range builtIn {
				if _, err := os.Stat(filepath.Join(c.dir, "actions", action.Name, "action.lua")); err != nil {
					t.Errorf("%s has %s built in: %v", c.key(), action.Name, err)
				}
			}
		}
	}
}
