package healthlua

import (
	"context"
	"encoding/json"
	"testing"

	golua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"

	"argocd-decrypt/tests/interop/harness"
)

// counter is a context that never ends, and counts how often somebody looks whether it has: Argo CD's interpreter does
// so before each instruction.
type counter struct {
	context.Context
	looks int
}

func (c *counter) Done() <-chan struct{} {
	c.looks++
	return nil
}

// counted asks a check in the interpreter that Argo CD has, without its clock, and gives its message and how many
// instructions it took.
func counted(t *testing.T, s subject) (message string, instructions int) {
	t.Helper()
	state := golua.NewState(golua.Options{SkipOpenLibs: true})
	defer state.Close()
	state.Push(state.NewFunction(golua.OpenBase))
	state.Push(golua.LString(golua.BaseLibName))
	state.Call(1, 0)
	text, err := json.Marshal(s.obj.Object)
	harness.Check(t, err)
	object, err := luajson.Decode(state, text)
	harness.Check(t, err)
	state.SetGlobal("obj", object)
	count := &counter{Context: context.Background()}
	state.SetContext(count)
	if err := state.DoString(s.check.script); err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return golua.LVAsString(state.GetField(state.Get(-1), "message")), count.looks
}
