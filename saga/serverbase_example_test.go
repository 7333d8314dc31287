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
