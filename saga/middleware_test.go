package saga_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A spinner of the page, and an effect that is not even begun without a token.
func ExampleWrap() {
	store := atom.NewStore()
	saga.Wrap(store, func(ctx context.Context, effect func(context.Context) error) error {
		fmt.Println("attempt", saga.TaskFrom(ctx).Attempts())
		if token == "" {
			return saga.Permanent(errors.New("log in first"))
		}
		return effect(ctx)
	})
	n := atom.New(0)
	task := saga.Run(store, n, saga.Update(func(n *int) { *n++ }).
		Effect(func(context.Context, int) error { return nil }).Retry(saga.Backoff{Retries: 3}))
	fmt.Println(task.Wait(context.Background()), n.Get(store))
	// Output:
	// attempt 1
	// log in first 0
}

func TestWrapCanBeRemovedAndNested(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var log []string
	around := func(name string) func() {
		return saga.Wrap(s, func(ctx context.Context, effect func(context.Context) error) error {
			log = append(log, name)
			return effect(ctx)
		})
	}
	run := func() {
		saga.Run(s, a, saga.Effect(func(context.Context, int) error { log = append(log, "effect"); return nil })).Wait(t.Context())
	}
	outer, inner := around("outer"), around("inner")
	run()
	outer()
	run()
	inner()
	run()
	if got, want := fmt.Sprint(log), "[outer inner effect inner effect effect]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
