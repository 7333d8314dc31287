package outbox_test

import (
	"context"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

var (
	title   = atom.New("what the server has")
	answers = make(chan error) // of the server

	setTitle = saga.Define("outbox.setTitle",
		func(string) *atom.Atom[string] { return title },
		func(to string) saga.Saga[string] {
			return saga.Update(func(s *string) { *s = to }).Effect(func(context.Context, string) error { return <-answers })
		})
)

func always(atom.Reader) bool { return true }

// A page crashes while its change waits for the server. The next page shows the change, and
// sends it again.
func ExampleMemory() {
	m := outbox.NewMemory()

	first, page := atom.NewStore(), m.Open()
	stop := saga.UseOutbox(first, page, always)
	fmt.Println("before:", title.Get(first))
	setTitle.Run(first, "mine")
	fmt.Println("during:", title.Get(first))
	answers <- unreachable{} // the network is gone
	page.Close()
	stop()

	next := atom.NewStore()
	changed := make(chan bool, 1)
	defer next.Subscribe(saga.OutboxOf(next).State(), func() {
		select {
		case changed <- true:
		default:
		}
	})()
	defer saga.UseOutbox(next, m.Open(), always)()
	answers <- nil
	for saga.OutboxOf(next).State().Get(next).Waiting > 0 {
		<-changed
	}
	fmt.Println("after: ", title.Get(next))
	// Output:
	// before: what the server has
	// during: mine
	// after:  mine
}

type unreachable struct{}

func (unreachable) Error() string     { return "the server cannot be reached" }
func (unreachable) Unreachable() bool { return true }
