package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

type Kind struct {
	ID           string `atom:"key"`
	Name         string
	HasDirection bool
	Revision     int
}

// A change that the server refuses, and one that was made meanwhile.
func Example() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	refuse := make(chan error)

	toggle := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.HasDirection = true }).
		Effect(func(context.Context, Kind) error { return <-refuse }))
	fmt.Println("at once:  ", kind.Get(store).HasDirection, toggle.State())

	kind.Update(store, func(k *Kind) { k.Name = "is acquainted with" })
	refuse <- errors.New("403 Forbidden")
	fmt.Println("the task: ", toggle.Wait(context.Background()))
	fmt.Println("afterwards:", kind.Get(store).HasDirection, kind.Get(store).Name)
	// Output:
	// at once:   true running
	// the task:  403 Forbidden
	// afterwards: false is acquainted with
}

// The update hands the id to the effect, the effect the revision to the
// post-effect.
func ExampleNew() {
	store := atom.NewStore()
	kind := atom.New(Kind{ID: "knows"})
	rename := saga.New(
		func(k *Kind) (id string) { k.Name = "is acquainted with"; return k.ID },
		func(ctx context.Context, next Kind, id string) (revision int, err error) {
			fmt.Printf("PATCH /kinds/%s %q\n", id, next.Name)
			return 8, nil
		},
		func(k *Kind, revision int) { k.Revision = revision },
	)

	saga.Run(store, kind, rename).Wait(context.Background())
	fmt.Println(kind.Get(store))
	// Output:
	// PATCH /kinds/knows "is acquainted with"
	// {knows is acquainted with false 8}
}

func ExampleOnError() {
	store := atom.NewStore()
	defer saga.OnError(store, func(t *saga.Task) { fmt.Println("toast:", t.Err()) })()

	n := atom.New(0)
	saga.Run(store, n, saga.Effect(func(context.Context, int) error {
		return errors.New("the disk is full")
	})).Wait(context.Background())
	// Output: toast: the disk is full
}

// The change shows before the effect has begun, and stays when that has worked.
func ExampleRun() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)
	fmt.Println("before:", kind.Get(store).Name)

	task := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.Name = "met" }).
		Effect(func(ctx context.Context, next Kind) error { return nil }))
	fmt.Println("during:", kind.Get(store).Name, task.State())

	server.Of(task).Succeed()
	fmt.Println("after: ", kind.Get(store).Name, task.State())
	// Output:
	// before: knows
	// during: met running
	// after:  met succeeded
}

// Without an effect an update is a plain write.
func ExampleUpdate() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	task := saga.Run(store, kind, saga.Update(func(k *Kind) { k.Name = "met" }))
	fmt.Println(kind.Get(store).Name, task.State())
	// Output: met succeeded
}

// A button that only tells the server something.
func ExampleEffect() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	task := saga.Run(store, kind, saga.Effect(func(ctx context.Context, now Kind) error {
		fmt.Println("POST /kinds/" + now.Name + "/like")
		return errors.New("429")
	}))
	fmt.Println(task.Wait(context.Background()), kind.Get(store).Name)
	// Output:
	// POST /kinds/knows/like
	// 429 knows
}

// What is changed when the server has agreed, and not before.
func ExampleSaga_PostEffect() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows", Revision: 7})
	server := sagatest.Hold(store)
	task := saga.Run(store, kind, renamed("met").PostEffect(func(k *Kind) { k.Revision++ }))
	fmt.Println(kind.Get(store).Name, kind.Get(store).Revision)
	server.Of(task).Succeed()
	fmt.Println(kind.Get(store).Name, kind.Get(store).Revision)
	// Output:
	// met 7
	// met 8
}
