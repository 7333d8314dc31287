package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// A task while its effect runs, and when it is over.
func ExampleTask() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)
	task := saga.Run(store, kind, renamed("met"))
	fmt.Println(task.State(), task.Err(), task.Ended().IsZero())

	server.Of(task).Fail(errors.New("403"))
	fmt.Println(task.State(), task.Err(), task.Ended().IsZero())
	// Output:
	// running <nil> true
	// failed 403 false
}

// An effect is told by its context that it has nothing to do any more.
func ExampleTask_Cancel() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	begun, stopped := make(chan bool), make(chan error)
	task := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.Name = "met" }).
		Effect(func(ctx context.Context, _ Kind) error {
			begun <- true
			<-ctx.Done()
			stopped <- ctx.Err()
			return ctx.Err()
		}))
	<-begun
	fmt.Println(kind.Get(store).Name)
	task.Cancel()
	fmt.Println(kind.Get(store).Name, task.Err(), <-stopped)
	// Output:
	// met
	// knows saga: cancelled context canceled
}

func ExampleTask_Retry() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)
	task := saga.Run(store, kind, renamed("met"))
	server.Of(task).Fail(errors.New("503"))
	fmt.Println(kind.Get(store).Name, task.State(), saga.FailureOn(store, kind) == task)

	again := task.Retry()
	fmt.Println(kind.Get(store).Name, again.State(), saga.FailureOn(store, kind))
	server.Of(again).Succeed()
	fmt.Println(kind.Get(store).Name, again.State())
	// Output:
	// knows failed true
	// met running <nil>
	// met succeeded
}

// What was changed, and what takes it back.
func ExampleTask_Patch() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	task := saga.Run(store, kind, saga.Update(func(k *Kind) { k.Name, k.Revision = "met", 7 }))
	fmt.Println(task.Patch())
	fmt.Println(task.Patch().Inverse())
	// Output:
	// replace /Name met (knows)
	// replace /Revision 7 (0)
	// replace /Revision 0 (7)
	// replace /Name knows (met)
}

// An effect that sends its patch. What the page shows is that patch, applied again, not what
// the update would make of what is there now.
func ExampleTask_PatchSent() {
	store, count := atom.NewStore(), atom.New(1)
	sent, answer := make(chan string), make(chan error)
	task := saga.Run(store, count, saga.
		Update(func(n *int) { *n *= 2 }).
		Effect(func(ctx context.Context, _ int) error {
			patch, err := saga.TaskFrom(ctx).PatchSent()
			if err != nil {
				return err
			}
			sent <- string(patch)
			return <-answer
		}))
	fmt.Println(<-sent)
	count.Sync(store, 10)
	fmt.Println(count.Get(store), "as the server was told, not 20")
	answer <- nil
	fmt.Println(task.Wait(context.Background()), count.Get(store))
	// Output:
	// [{"op":"replace","path":"","value":2}]
	// 2 as the server was told, not 20
	// <nil> 2
}

// A server that knows the ID does not do twice what it has done already.
func ExampleTaskFrom() {
	store, count := atom.NewStore(), atom.New(0)
	var id string
	task := saga.Run(store, count, saga.Effect(func(ctx context.Context, _ int) error {
		id = saga.TaskFrom(ctx).ID() // as the header Idempotency-Key
		return nil
	}))
	task.Wait(context.Background())
	fmt.Println(id == task.ID(), saga.TaskFrom(context.Background()))
	// Output: true <nil>
}

// The failure of a part shows beside the whole, until somebody changes the part again.
func ExampleFailureOn() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	name := atom.Focus(kind, func(k *Kind) *string { return &k.Name })
	sagatest.Run(store, name, func(name *string) { *name = "" }).Fail(errors.New("a kind needs a name"))
	fmt.Println(saga.FailureOn(store, kind).Err())

	sagatest.Run(store, name, func(name *string) { *name = "met" }).Succeed()
	fmt.Println(saga.FailureOn(store, kind))
	// Output:
	// a kind needs a name
	// <nil>
}

func ExampleRunningOn() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	name := atom.Focus(kind, func(k *Kind) *string { return &k.Name })
	h := sagatest.Run(store, name, func(name *string) { *name = "met" })
	fmt.Println(len(saga.RunningOn(store, kind)))
	h.Succeed()
	fmt.Println(len(saga.RunningOn(store, kind)))
	// Output:
	// 1
	// 0
}
