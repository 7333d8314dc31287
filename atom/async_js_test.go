package atom_test

import (
	"context"
	"strings"
	"syscall/js"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// What a load waits for may come from the browser, which does nothing before its call returns.
func TestLoadInAFunctionThatTheBrowserCallsIsRefused(t *testing.T) {
	ready := make(chan bool)
	value := atom.Async(func(context.Context, atom.Reader) (int, error) { <-ready; return 1, nil })
	store, said := atom.NewStore(), ""
	load := js.FuncOf(func(js.Value, []js.Value) any {
		defer func() { said, _ = recover().(string) }()
		value.Load(context.Background(), store)
		return nil
	})
	defer load.Release()
	load.Invoke()
	if !strings.HasPrefix(said, "atom: AsyncAtom.Load may wait for the browser") {
		t.Errorf("Load said %q", said)
	}

	close(ready)
	if got, err := value.Load(t.Context(), store); got != 1 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	load.Invoke() // it has been loaded: there is nothing to wait for
	if said != "" {
		t.Errorf("Load of what is there said %q", said)
	}
}
