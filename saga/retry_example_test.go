package saga_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A server that is overloaded for a moment. The change shows all the while.
func ExampleSaga_Retry() {
	store, count := atom.NewStore(), atom.New(0)
	answers := make(chan error)
	task := saga.Run(store, count, saga.
		Update(func(n *int) { *n++ }).
		Effect(func(context.Context, int) error { return <-answers }).
		Retry(saga.Backoff{Retries: 2, Base: time.Millisecond}))

	answers <- errors.New("503")
	answers <- errors.New("503")
	fmt.Println(count.Get(store), task.State())
	answers <- nil
	fmt.Println(task.Wait(context.Background()), task.Attempts(), count.Get(store))
	// Output:
	// 1 running
	// <nil> 3 1
}

// Clients do not come back all at once: each retry waits for a random time, at most
// 100 ms, then 200 ms, 400 ms, ... and never more than 5 s.
func ExampleBackoff() {
	polite := saga.Backoff{Retries: 2, Base: 100 * time.Millisecond, Max: 5 * time.Second}

	store, count := atom.NewStore(), atom.New(0)
	task := saga.Run(store, count, saga.
		Update(func(n *int) { *n++ }).
		Effect(func(context.Context, int) error { return errors.New("503") }).
		Retry(polite))
	fmt.Println(task.Wait(context.Background()), task.Attempts(), count.Get(store))
	// Output: 503 3 0
}

// A refusal is not asked for again.
func ExamplePermanent() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	task := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.Name = "met" }).
		Effect(func(context.Context, Kind) error { return saga.Permanent(errors.New("the name is taken")) }).
		Retry(saga.Backoff{Retries: 5}))
	fmt.Println(task.Wait(context.Background()), task.Attempts(), kind.Get(store).Name)
	// Output: the name is taken 1 knows
}

func ExampleSaga_Timeout() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	task := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.Name = "met" }).
		Effect(func(ctx context.Context, _ Kind) error { <-ctx.Done(); return ctx.Err() }).
		Timeout(time.Millisecond))
	fmt.Println(task.Wait(context.Background()), task.State(), kind.Get(store).Name)
	// Output: saga: the effect took too long failed knows
}

// A dialog takes back what it has not sent when it is closed.
func ExampleSaga_Context() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	dialog, closeDialog := context.WithCancel(context.Background())
	task := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.Name = "met" }).
		Effect(func(ctx context.Context, _ Kind) error { <-ctx.Done(); return ctx.Err() }).
		Context(dialog))
	fmt.Println(kind.Get(store).Name, task.State())

	closeDialog()
	fmt.Println(task.Wait(context.Background()))
	fmt.Println(kind.Get(store).Name, task.State())
	// Output:
	// met running
	// saga: cancelled: context canceled
	// knows cancelled
}

type shelf struct {
	ID    string `atom:"key"`
	Label string
}

// The server has got another row in the meantime, and refuses a patch that is about the
// wrong one. The effect is called again with the patch as it is on the new list.
func ExampleStale() {
	store, shelves := atom.NewStore(), atom.New([]shelf{{"b", ""}})
	task := saga.Run(store, shelves, saga.
		Update(func(all *[]shelf) {
			for i := range *all {
				if (*all)[i].ID == "b" {
					(*all)[i].Label = "Books"
				}
			}
		}).
		Effect(func(ctx context.Context, _ []shelf) error {
			task := saga.TaskFrom(ctx)
			patch, err := task.PatchSent()
			fmt.Println(string(patch))
			if err == nil && task.Attempts() == 1 {
				shelves.Sync(task.Store(), []shelf{{"a", "Atlases"}, {"b", ""}})
				err = saga.Stale(errors.New("409 Conflict"))
			}
			return err
		}))
	fmt.Println(task.Wait(context.Background()), shelves.Get(store))
	// Output:
	// [{"op":"test","path":"/0/ID","value":"b"},{"op":"replace","path":"/0/Label","value":"Books"}]
	// [{"op":"test","path":"/1/ID","value":"b"},{"op":"replace","path":"/1/Label","value":"Books"}]
	// <nil> [{a Atlases} {b Books}]
}
