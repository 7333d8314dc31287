package saga_test

import (
	"context"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A counter that several people increment. What this page has added is in the
// log until the server's own count contains it, and is never added twice.
func ExampleRebaseWith() {
	s, visits := atom.NewStore(), atom.New(0)
	defer saga.FollowServer(s, saga.ServerBase{Atom: visits, Limit: 10 * time.Second, Late: func(late *saga.Task) { fmt.Println("not confirmed:", late.Began()) }})()
	send := func(context.Context, int) error { return nil }
	task := saga.Run(s, visits, saga.Update(func(n *int) { *n++ }).Effect(send))
	task.Wait(context.Background())
	fmt.Println(visits.Get(s))

	// The server says: there are 8, and yours is one of them.
	s.Batch(func(b *atom.Batch) {
		saga.RebaseWith(b, []string{task.ID()}, func(contained ...*atom.Entry) error {
			return visits.SyncFunc(b, func(int) (int, error) { return 8, nil }, contained...)
		})
	})
	fmt.Println(visits.Get(s))

	// Output:
	// 1
	// 8
}

// A change that has succeeded waits in the log for the base that contains it.
func ExampleFollowServer() {
	s, visits := atom.NewStore(), atom.New(0)
	stop := saga.FollowServer(s, saga.ServerBase{Atom: visits})
	task := saga.Run(s, visits, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }))
	fmt.Println(visits.Get(s), len(saga.Unconfirmed(s, visits)))
	fmt.Println(task.Wait(context.Background()), len(saga.Unconfirmed(s, visits)))

	stop() // no base will come
	fmt.Println(visits.Get(s), len(saga.Unconfirmed(s, visits)))
	// Output:
	// 1 1
	// <nil> 1
	// 1 0
}
