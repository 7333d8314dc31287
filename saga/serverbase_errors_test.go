package saga_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

func confirm(s *atom.Store, a *atom.Atom[int], count int, ids ...string) (err error) {
	s.Batch(func(b *atom.Batch) {
		err = saga.RebaseWith(b, ids, func(contained ...*atom.Entry) error {
			return a.SyncFunc(b, func(int) (int, error) { return count, nil }, contained...)
		})
	})
	return err
}

func TestRebaseWithOfWhatFollowsNoServerIsAnError(t *testing.T) {
	s, a, live := atom.NewStore(), atom.New(0), atom.New(0)
	h := sagatest.Run(s, a, increment)
	check := func(when string) {
		t.Helper()
		err := confirm(s, a, 8, "of-another-device", h.Task.ID())
		if !errors.Is(err, saga.ErrNotLive) || !strings.Contains(err.Error(), "saga.FollowServer") || !strings.Contains(err.Error(), h.Task.ID()) {
			t.Errorf("%s: %v", when, err)
		}
		if got := a.Get(s); got != 1 {
			t.Errorf("%s the page shows %d: the base came although nothing was confirmed", when, got)
		}
	}
	check("while it runs")
	defer saga.FollowServer(s, saga.ServerBase{Atom: live})()
	check("with another atom live")
	h.Succeed()
	check("when it has succeeded")
	if err := confirm(s, a, 8, "of-another-device"); err != nil || a.Get(s) != 8 {
		t.Errorf("another device's: %v, %d", err, a.Get(s))
	}
}

// A task is confirmed once; another word of it is no mistake.
func TestRebaseWithTwice(t *testing.T) {
	m := newMirror(t)
	h := m.increment()
	m.echo(8, h.Task)
	m.echo(8, h.Task)
	h.Succeed()
	m.echo(8, h.Task)
	m.shows(8, "after three echoes")
	m.stop()
	m.echo(9, h.Task)
	m.settled()
}

func TestFollowServerIsAboutWhatRunsAlready(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	h := sagatest.Run(s, a, increment)
	defer saga.FollowServer(s, saga.ServerBase{Atom: a})()
	if err := confirm(s, a, 8, h.Task.ID()); err != nil || a.Get(s) != 8 {
		t.Errorf("%v; the page shows %d, want 8", err, a.Get(s))
	}
	h.Fail(errServer)
	if a.Get(s) != 8 || h.Task.State() != saga.Succeeded {
		t.Errorf("%d, %v", a.Get(s), h.Task.State())
	}
}
