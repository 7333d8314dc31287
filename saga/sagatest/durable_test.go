package sagatest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

var (
	note    = atom.New(Kind{})
	setNote = saga.Define("sagatest.setNote",
		func(string) *atom.Atom[Kind] { return note },
		func(to string) saga.Saga[Kind] {
			return saga.Update(func(k *Kind) { k.Name = to }).Effect(api[Kind])
		})
)

// away is an error of a server that is asked again.
type away struct{ error }

func (away) Temporary() bool { return true }

func TestAHandWaitsForADurableSaga(t *testing.T) {
	for _, test := range []struct {
		name string
		open func(*atom.Store) (close func())
	}{
		{"with an outbox", func(s *atom.Store) func() {
			page := outbox.NewMemory().Open()
			stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
			return func() { page.Close(); stop() }
		}},
		{"without one", func(*atom.Store) func() { return func() {} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := atom.NewStore()
				server := sagatest.Hold(s)
				defer test.open(s)()

				task := setNote.Run(s, "a")
				server.Of(task).Succeed()
				if task.State() != saga.Succeeded || saga.OutboxOf(s).State().Get(s).Waiting != 0 {
					t.Errorf("the task is %v, %d wait", task.State(), saga.OutboxOf(s).State().Get(s).Waiting)
				}

				task = setNote.Run(s, "b")
				server.Of(task).Fail(errServer)
				if task.State() != saga.Failed || note.Get(s).Name != "a" || len(saga.OutboxOf(s).State().Get(s).Aside) != 1 {
					t.Errorf("the task is %v, the note %q, aside %v", task.State(), note.Get(s).Name, saga.OutboxOf(s).State().Get(s).Aside)
				}

				task = setNote.Run(s, "c")
				next := setNote.Run(s, "d")
				for range 2 {
					server.Of(task).Fail(away{errors.New("502")})
					if task.State() != saga.Running || note.Get(s).Name != "d" {
						t.Errorf("the task is %v, the note %q", task.State(), note.Get(s).Name)
					}
				}
				server.Of(task).Succeed()
				if task.State() != saga.Succeeded || task.Attempts() != 3 || next.State() != saga.Running {
					t.Errorf("%v after %d attempts, the next one is %v", task.State(), task.Attempts(), next.State())
				}
				server.Of(next).Fail(errServer)
				server.Of(next).Fail(errServer) // has ended: nothing happens
				if next.State() != saga.Failed || note.Get(s).Name != "c" {
					t.Errorf("the next one is %v, the note %q", next.State(), note.Get(s).Name)
				}
				if !task.Durable() || saga.Run(s, note, saga.Update(func(*Kind) {})).Durable() {
					t.Error("what is defined is durable")
				}
			})
		})
	}
}

// One in another page ends with the one whose effect is performed.
func TestAHandOfAnotherPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := outbox.NewMemory()
		var stores [2]*atom.Store
		var servers [2]*sagatest.Effects
		for i := range stores {
			stores[i] = atom.NewStore()
			servers[i] = sagatest.Hold(stores[i])
			page := kept.Open()
			stop := saga.UseOutbox(stores[i], page, func(atom.Reader) bool { return true })
			defer func() { page.Close(); stop() }()
			synctest.Wait() // the first page is the one that sends
		}
		here := setNote.Run(stores[1], "a")
		synctest.Wait()
		there := saga.Tasks().Get(stores[0]).Running[0]
		servers[0].Of(there).Succeed()
		if err := here.Wait(context.Background()); err != nil || there.State() != saga.Succeeded {
			t.Errorf("%v; there it is %v", err, there.State())
		}
	})
}
