package saga_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

func increment(n *int) { *n++ }

// A mirror is a counter that follows a server, as package live has it do.
type mirror struct {
	t     *testing.T
	store *atom.Store
	count *atom.Atom[int]
	late  []*saga.Task
	stop  func()
}

const limit = 10 * time.Second

func newMirror(t *testing.T) *mirror {
	m := &mirror{t: t, store: atom.NewStore(), count: atom.New(0)}
	m.store.OnConflict(func(c atom.Conflict) { t.Errorf("conflict: %+v", c) })
	saga.OnError(m.store, func(task *saga.Task) {
		if task.State() == saga.Conflict || task.PostErr() != nil {
			t.Errorf("a task ended as %s: %v, %v", task.State(), task.Err(), task.PostErr())
		}
	})
	m.stop = saga.FollowServer(m.store, saga.ServerBase{Atom: m.count, Limit: limit, Late: func(late *saga.Task) { m.late = append(m.late, late) }})
	return m
}

func (m *mirror) increment() *sagatest.Hand { return sagatest.Run(m.store, m.count, increment) }

// echo is a commit of the server: now it has that count, with those changes in it.
func (m *mirror) echo(count int, of ...*saga.Task) {
	m.t.Helper()
	ids := []string{"of-another-device"}
	for _, task := range of {
		ids = append(ids, task.ID())
	}
	m.store.Batch(func(b *atom.Batch) {
		if err := saga.RebaseWith(b, ids, func(contained ...*atom.Entry) error {
			return m.count.SyncFunc(b, func(int) (int, error) { return count, nil }, contained...)
		}); err != nil {
			m.t.Fatal(err)
		}
	})
}

func (m *mirror) shows(want int, when string) {
	m.t.Helper()
	if got := m.count.Get(m.store); got != want {
		m.t.Errorf("%s the page shows %d, want %d", when, got, want)
	}
}

// settled checks that nothing waits any more, and that the base is what shows.
func (m *mirror) settled() {
	m.t.Helper()
	if n := len(saga.Unconfirmed(m.store, m.count)); n > 0 {
		m.t.Errorf("%d tasks still wait for a base", n)
	}
	before := m.count.Get(m.store)
	must(m.t, m.count.SyncFunc(m.store, func(base int) (int, error) { return base + 100, nil }))
	m.shows(before+100, "with another base")
	must(m.t, m.count.SyncFunc(m.store, func(base int) (int, error) { return 7, nil }))
	m.shows(7, "with only a base")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnswerBeforeEcho(t *testing.T) {
	m := newMirror(t)
	told := 0
	m.store.Subscribe(m.count, func() { told++ })
	h := m.increment()
	h.Succeed()
	if h.Task.State() != saga.Succeeded || m.count.Pending(m.store) != 0 {
		t.Errorf("the task is %s, %d pending", h.Task.State(), m.count.Pending(m.store))
	}
	m.echo(1, h.Task)
	m.shows(1, "after the echo")
	if told != 1 {
		t.Errorf("the page flickered: it was told %d times", told)
	}
	m.settled()
}

// Once the server has it, nothing that the effect says takes it back.
func TestEchoBeforeAnswer(t *testing.T) {
	for _, test := range []struct {
		reason string
		end    func(*mirror, *sagatest.Hand)
	}{
		{"it works", func(m *mirror, h *sagatest.Hand) { h.Succeed() }},
		{"the answer is lost", func(m *mirror, h *sagatest.Hand) { h.Fail(errServer) }},
		{"it takes too long", func(*mirror, *sagatest.Hand) {}},
		{"it is cancelled", func(m *mirror, h *sagatest.Hand) { h.Task.Cancel() }},
		{"it is superseded", func(m *mirror, h *sagatest.Hand) {
			saga.Run(m.store, m.count, saga.Update(increment).Effect(func(context.Context, int) error { return errServer }).Latest())
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMirror(t)
			h := &sagatest.Hand{}
			h.Task = saga.Run(m.store, m.count, saga.Update(increment).Effect(sagatest.Effect[int](h)).
				PostEffect(func(n *int) { *n += 1000 }).Timeout(time.Minute).Latest())
			synctest.Wait()
			m.echo(1, h.Task)
			m.shows(1, "after the echo")
			if h.Task.State() != saga.Running {
				t.Errorf("%s: the task is %s before its effect is over", test.reason, h.Task.State())
			}
			test.end(m, h)
			if err := h.Task.Wait(t.Context()); err != nil || h.Task.State() != saga.Succeeded {
				t.Errorf("%s: the task ended as %s: %v", test.reason, h.Task.State(), err)
			}
			synctest.Wait()
			m.shows(1, test.reason+":")
			m.settled()
		})
	}
}

func TestEchoOfAnIncrementNeverAppliesTwice(t *testing.T) {
	m := newMirror(t)
	first, second, third := m.increment(), m.increment(), m.increment()
	second.Succeed()
	m.echo(1, second.Task) // the server got to it first
	m.shows(3, "after one echo")
	m.echo(1, second.Task)
	m.shows(3, "after the same echo again")
	m.echo(2) // another device
	m.shows(4, "after another device's")
	first.Fail(errServer)
	m.shows(3, "after a failure")
	m.echo(3, third.Task)
	third.Succeed()
	m.shows(3, "at the end")
	m.settled()
}

func TestASnapshotContainsSeveral(t *testing.T) {
	m := newMirror(t)
	pending, succeeded, later := m.increment(), m.increment(), m.increment()
	succeeded.Succeed()
	m.echo(12, pending.Task, succeeded.Task)
	m.shows(13, "on the snapshot")
	pending.Fail(errServer) // the answer is lost
	must(t, pending.Task.Wait(t.Context()))
	later.Fail(errServer)
	m.shows(12, "at the end")
	m.settled()
}

func TestAPostEffectLeavesWithItsChange(t *testing.T) {
	m := newMirror(t)
	h := runThen(m.store, m.count, increment, func(n *int) { *n = 40 })
	h.Succeed()
	m.shows(40, "as the server has said")
	m.echo(41, h.Task)
	m.shows(41, "as the server has it")
	m.settled()
}

// Several runs are one task, with an entry each.
func TestConfirmedBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMirror(t)
		h := &sagatest.Hand{}
		sg := saga.Update(increment).Effect(sagatest.Effect[int](h)).Debounce(time.Second)
		h.Task = saga.Run(m.store, m.count, sg)
		saga.Run(m.store, m.count, sg)
		m.shows(2, "at once")
		h.Succeed()
		must(t, h.Task.Wait(t.Context()))
		m.echo(2, h.Task)
		m.shows(2, "after the echo")
		m.settled()
	})
}

func TestConfirmedTransaction(t *testing.T) {
	m := newMirror(t)
	other, mine := atom.New(0), atom.New(0) // mine is of this page alone
	saga.FollowServer(m.store, saga.ServerBase{Atom: other})
	answers := make(chan error, 1)
	task := saga.Transact(m.store, func(tx *saga.Tx) {
		saga.Edit(tx, m.count, increment)
		saga.Edit(tx, other, increment)
		saga.Edit(tx, mine, increment)
	}, func(context.Context, []draft.Changes) error { return <-answers })

	m.echo(1, task)
	if got := other.Get(m.store); got != 1 {
		t.Errorf("the other shows %d while its base has not come", got)
	}
	answers <- errServer // the answer is lost
	must(t, task.Wait(t.Context()))
	m.store.Batch(func(b *atom.Batch) {
		must(t, saga.RebaseWith(b, []string{task.ID()}, func(contained ...*atom.Entry) error {
			return other.SyncFunc(b, func(int) (int, error) { return 1, nil }, contained...)
		}))
	})
	if other.Get(m.store) != 1 || mine.Get(m.store) != 1 {
		t.Errorf("the page shows %d and %d", other.Get(m.store), mine.Get(m.store))
	}
	must(t, mine.SyncFunc(m.store, func(base int) (int, error) { return base + 1, nil }))
	if got := mine.Get(m.store); got != 2 {
		t.Errorf("what the page alone has shows %d", got)
	}
	m.settled()
}

func TestALateBaseIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMirror(t)
		h, failed := m.increment(), m.increment()
		failed.Fail(errServer)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(m.late) != 0 {
			t.Errorf("%d are late while they run", len(m.late))
		}
		h.Succeed()
		time.Sleep(2*limit + time.Second)
		synctest.Wait()
		if len(m.late) != 2 || m.late[0] != h.Task {
			t.Errorf("told of %v", m.late)
		}
		m.shows(1, "meanwhile")
		m.echo(1, h.Task)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(m.late) != 2 {
			t.Errorf("told %d times, also after the base has come", len(m.late))
		}
		m.settled()
	})
}

func TestWithoutLiveAChangeFolds(t *testing.T) {
	m := newMirror(t)
	waiting, running := m.increment(), m.increment()
	waiting.Succeed()
	m.stop()
	m.shows(2, "after the end")
	running.Succeed()
	saga.Run(m.store, m.count, saga.Update(increment)) // no effect: nothing comes back
	m.shows(3, "at the end")
	m.settled()
}

func TestAWriteOfTheLiveAtomIsFolded(t *testing.T) {
	m := newMirror(t)
	saga.Run(m.store, m.count, saga.Update(increment))
	must(t, m.count.Update(m.store, increment))
	m.shows(2, "at once")
	m.settled()
}

// An answer is no conflict because the base has come by another way.
func TestAFailedBaseConfirmsNothing(t *testing.T) {
	m := newMirror(t)
	h := m.increment()
	no := errors.New("no")
	m.store.Batch(func(b *atom.Batch) {
		if err := saga.RebaseWith(b, []string{h.Task.ID()}, func(...*atom.Entry) error { return no }); err != no {
			t.Errorf("got %v", err)
		}
	})
	h.Fail(errServer)
	m.shows(0, "after the failure")
	m.settled()
}

// What has succeeded and cannot be shown any more waits for nothing.
func TestConflictOfOneThatWaits(t *testing.T) {
	type row struct {
		ID string `atom:"key"`
		N  int
	}
	s, rows := atom.NewStore(), atom.New([]row{{ID: "a"}})
	saga.FollowServer(s, saga.ServerBase{Atom: rows, Limit: limit, Late: func(*saga.Task) { t.Error("told of one that has left") }})
	h := sagatest.Run(s, atom.At(rows, "a"), func(r *row) { r.N++ })
	h.Succeed()
	must(t, rows.Sync(s, nil))
	if n := len(saga.Unconfirmed(s, rows)); n != 0 || h.Task.State() != saga.Succeeded {
		t.Errorf("%d wait; the task is %s", n, h.Task.State())
	}
}
