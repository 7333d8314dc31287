package saga_test

import (
	"context"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

type setTitle struct{ To string }

// request is what the server of the example is sent.
type request struct {
	id     string
	answer chan error
}

var (
	page     = atom.New(doc{Title: "what the server has"})
	requests = make(chan request)

	titled = saga.Define("example.setTitle",
		func(setTitle) *atom.Atom[doc] { return page },
		func(in setTitle) saga.Saga[doc] {
			return saga.Update(func(d *doc) { d.Title = in.To }).
				Effect(func(ctx context.Context, _ doc) error {
					r := request{saga.TaskFrom(ctx).ID(), make(chan error)}
					requests <- r
					return <-r.answer
				})
		})
)

// A page is closed while a durable saga waits for its server. The next one shows
// the change before it has asked anybody, and sends it. In a browser the outbox is
// [outbox.Open].
func ExampleDefine() {
	kept := outbox.NewMemory()
	loaded := func(atom.Reader) bool { return true }

	first := kept.Open()
	s := atom.NewStore()
	stop := saga.UseOutbox(s, first, loaded)
	id := titled.Run(s, setTitle{"mine"}).ID()
	<-requests // and never answered
	first.Close()
	stop()

	s = atom.NewStore()
	defer saga.UseOutbox(s, kept.Open(), loaded)()
	again := <-requests
	fmt.Println(page.Get(s).Title, again.id == id)

	task := saga.Tasks().Get(s).Running[0]
	again.answer <- nil
	fmt.Println(task.Wait(context.Background()), saga.OutboxOf(s).State().Get(s).Waiting)
	// Output:
	// mine true
	// <nil> 0
}
