package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// offline is an error of a server that cannot be reached, as those of package fetch are.
type offline struct{ error }

func (offline) Unreachable() bool { return true }

var (
	note    = atom.New("")
	network = make(chan error) // the outcome of each attempt

	write = saga.Define("example.write",
		func(string) *atom.Atom[string] { return note },
		func(text string) saga.Saga[string] {
			return saga.Update(func(s *string) { *s = text }).
				Effect(func(context.Context, string) error { return <-network })
		})
)

// until waits until the outbox's state is as wanted, and returns it.
func until(s *atom.Store, wanted func(saga.OutboxState) bool) saga.OutboxState {
	state, changed := saga.OutboxOf(s).State(), make(chan struct{}, 1)
	defer s.Subscribe(state, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	for !wanted(state.Get(s)) {
		<-changed
	}
	return state.Get(s)
}

// A change that is made offline waits, and goes out when the server can be reached again.
func ExampleUseOutbox() {
	s := atom.NewStore()
	defer saga.UseOutbox(s, outbox.NewMemory().Open(), func(atom.Reader) bool { return true })()

	task := write.Run(s, "milk")
	network <- offline{errors.New("no network")}
	state := until(s, func(o saga.OutboxState) bool { return o.Paused })
	fmt.Println(note.Get(s), task.State(), state.Waiting, "waits")

	saga.OutboxOf(s).Resume() // the browser does it by itself when it is online again
	network <- nil
	fmt.Println(task.Wait(context.Background()), note.Get(s), saga.OutboxOf(s).State().Get(s).Waiting, "waits")
	// Output:
	// milk running 1 waits
	// <nil> milk 0 waits
}

// A change that the server refuses is taken back and set aside, until somebody decides.
func ExampleStoreOutbox_Discard() {
	s := atom.NewStore()
	defer saga.UseOutbox(s, outbox.NewMemory().Open(), func(atom.Reader) bool { return true })()

	task := write.Run(s, "butter")
	network <- errors.New("the list is closed")
	task.Wait(context.Background())
	aside := saga.OutboxOf(s).State().Get(s).Aside
	fmt.Printf("%q %s: %s\n", note.Get(s), aside[0].Input, aside[0].Reason)

	saga.OutboxOf(s).Discard(aside[0].ID)
	fmt.Println(len(saga.OutboxOf(s).State().Get(s).Aside))
	// Output:
	// "" "butter": the list is closed
	// 0
}
