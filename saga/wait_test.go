package saga_test

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// Those who are told of a task's end are told by the one who would close what Wait
// waits for.
func TestWaitReturnsToThoseWhoAreToldOfTheEnd(t *testing.T) {
	refused := errors.New("refused")
	for name, end := range map[string]func(*sagatest.Hand) error{
		"fails":   func(h *sagatest.Hand) error { h.Fail(refused); return refused },
		"cancels": func(h *sagatest.Hand) error { h.Task.Cancel(); return saga.ErrCancelled },
	} {
		s, a := atom.NewStore(), atom.New(0)
		h := sagatest.Run(s, a, func(n *int) { *n = 1 })
		var got []error
		wait := func() { got = append(got, h.Task.Wait(t.Context())) }
		s.Subscribe(a, wait)
		s.Watch(a, wait)
		saga.OnError(s, func(*saga.Task) { wait() })
		want := end(h)
		h.Task.Wait(t.Context())
		n := 2
		if name == "fails" {
			n = 3
		}
		if len(got) != n {
			t.Errorf("%s: waited %d times, want %d", name, len(got), n)
		}
		for _, err := range got {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	}
}

// A superseded task ends in the batch in which the newer one enters.
func TestWaitForASupersededTaskReturnsInASubscriber(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	run := func(n int) *saga.Task {
		return saga.Run(s, a, saga.Update(func(v *int) { *v = n }).Effect(sagatest.Effect[int](&sagatest.Hand{})).Latest())
	}
	first := run(1)
	var got error
	stop := s.Subscribe(a, func() { got = first.Wait(t.Context()) })
	second := run(2)
	stop()
	if !errors.Is(got, saga.ErrSuperseded) {
		t.Errorf("%v, want ErrSuperseded", got)
	}
	second.Cancel()
}
