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

// instructions is how many a check takes for an object, in the interpreter that Argo CD has.
func instructions(t *testing.T, s subject) int {
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
	harness.Check(t, state.DoString(s.check.script))
	return count.looks
}
