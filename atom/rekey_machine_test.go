package atom_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

func marshalled(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// TestEveryLogWithRenamesShowsTheLaw compares with a Law that knows of no renames: in
// it everything has its first key, and only what is shown is called otherwise.
func TestEveryLogWithRenamesShowsTheLaw(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		y := newRekeyModel(t)
		steps := map[string]func(*rapid.T){}
		for name, step := range map[string]func(){
			"": y.check, "dispatch": y.dispatch, "dispatch 2": y.dispatch, "dispatch 3": y.dispatch, "drop": y.drop, "succeed": y.succeed,
			"as sent": y.asSent, "sync": func() { y.store.Batch(y.sync) }, "rekey": y.rekey, "rekey 2": y.rekey, "late": y.late, "watch": y.watch,
		} {
			steps[name] = func(*rapid.T) { step() }
		}
		t.Repeat(steps)
		for len(y.live) > 0 {
			y.drop()
			y.check()
		}
	})
}
