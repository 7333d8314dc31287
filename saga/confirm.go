package saga

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A Confirmation is what [Live] knows of an atom whose base follows a server.
type confirmation struct {
	atom  atom.Target
	limit time.Duration
	late  func(*Task)
	hold  func(context.Context) (contains Contains, release func())
}

// Contains returns which of some durable tasks' changes a base contains, as far as is known.
// All of them were made at a time or later, zero when that is not known: a base that has not
// changed since but by what is known contains none, and no server need be asked.
type Contains = func(ctx context.Context, ids []string, made time.Time) (contained []string)

// Live declares, once for a store, that a's base follows what the server has:
// every change that the server commits, this page's own ones too, comes back and
// is put there with [Confirm]. So a change of a that has succeeded stays in the
// log until the base that contains it has come, and nothing flickers between
// the two. What a post-effect writes stays and leaves with the change: it shows what the
// server has said until the base says it, and is not needed any more when the
// base was first.
//
// A base that has not come limit after the success is late: late is called with
// the task, again and again until it comes, and best loads the value anew. It is
// called on a goroutine of its own.
//
// hold has a's base stay what it is until release is called, and returns what tells which
// of some tasks' changes that contains: those of durable sagas that another page has sent,
// and was gone before the answer came, or that this page has not heard of before. They are not
// shown again on top of it. Nil is for a server that cannot be asked: then such a change shows twice until
// the server has answered again.
//
// stop ends it; the changes that wait are folded where they are.
func Live(
	s *atom.Store, a atom.Target, limit time.Duration, late func(*Task),
	hold func(context.Context) (contains Contains, release func()),
) (stop func()) {
	r := registryOf(s)
	c := &confirmation{a, limit, late, hold}
	s.Batch(func(b *atom.Batch) {
		r.live = append(r.live, c)
		for t := r.tasks.first; t != nil; t = t.next {
			for _, e := range t.entries {
				r.expectOf(b, t, e)
			}
		}
	})
	return func() {
		s.Batch(func(b *atom.Batch) {
			r.live = slices.DeleteFunc(r.live, func(x *confirmation) bool { return x == c })
			for _, t := range r.unconfirmed {
				t.release(b)
			}
		})
	}
}

// Confirm has enter put a base in its place which contains what the tasks with
// these ids have changed; ids of other devices are left alone. enter hands the
// entries on to [atom.Atom.SyncFunc], or to what [atom.OnLoad] gives it:
//
//	saga.Confirm(b, []string{mutation}, func(contained ...*atom.Entry) error {
//		return kind.SyncFunc(b, next, contained...)
//	})
//
// A task that is confirmed while its effect runs will succeed, whatever becomes of the
// effect: the server has the change. Confirm returns enter's error, and has confirmed
// nothing then. It returns an error that wraps [ErrNotLive], and does not call enter, when
// a task with one of these ids has changed nothing that is [Live]: on top of such a base the
// change would show twice.
func Confirm(b *atom.Batch, ids []string, enter func(contained ...*atom.Entry) error) error {
	r := registryOf(b)
	var tasks []*Task
	var contained []*atom.Entry
	for _, id := range ids {
		if t := r.unconfirmed[id]; t != nil {
			tasks, contained = append(tasks, t), append(contained, t.entries...)
		} else if t := r.tasks.named(id); t != nil && !t.live {
			return fmt.Errorf("saga: Confirm of task %s, on %v: %w", id, t.launch.on, ErrNotLive)
		}
	}
	returned := false
	defer func() {
		for _, t := range tasks { // when an update that was applied again on the base ended the goroutine
			if !returned && !t.waitsForBase(b) {
				t.confirmed = true
				t.release(b)
			}
		}
	}()
	err := enter(contained...)
	if returned = true; err != nil {
		return err
	}
	for _, t := range tasks {
		t.confirmed = true
		t.release(b)
	}
	return nil
}

// ErrNotLive is wrapped by the error of [Confirm] for a task whose atom is not [Live].
var ErrNotLive = errors.New("the atom is not live: call saga.Live for it before its base is confirmed")

// Unconfirmed returns the tasks, by id, whose change of a no base contains yet:
// those whose effect runs, and those that have succeeded.
func Unconfirmed(s *atom.Store, a atom.Target) map[string]*Task {
	found := map[string]*Task{}
	r := registryOf(s)
	s.Batch(func(b *atom.Batch) {
		for id, t := range r.unconfirmed {
			if t.waitsFor(b, a) {
				found[id] = t
			}
		}
	})
	return found
}

// expect has the task wait for a base, if what another, or itself, has dispatched is about
// an atom that has one coming.
func (r *registry) expect(b *atom.Batch, t, of *Task) {
	if !of.isAway() {
		r.expectOf(b, t, of.entries[0])
	} else if r.follows(b, of.launch.on) {
		r.expects(t)
	}
}

// follows reports whether the base of what is there, or of a part of it, follows the server.
func (r *registry) follows(b *atom.Batch, on atom.Target) bool {
	on = atom.Current(b, on)
	return slices.ContainsFunc(r.live, func(c *confirmation) bool { return atom.Overlap(atom.Current(b, c.atom), on) })
}

func (r *registry) expectOf(b *atom.Batch, t *Task, e *atom.Entry) {
	if !t.expecting && r.isLive(b, e) {
		r.expects(t)
	}
}

func (r *registry) expects(t *Task) {
	t.expecting, t.live = true, true
	r.unconfirmed[t.ID()] = t
}

func (r *registry) isLive(b *atom.Batch, e *atom.Entry) bool {
	return slices.ContainsFunc(r.live, func(c *confirmation) bool { return e.InLogOf(b, c.atom) })
}

// waitsFor reports whether a base of a is still to come.
func (t *Task) waitsFor(b *atom.Batch, a atom.Target) bool {
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return e.InLogOf(b, a) })
}

// remind has those told who wait for a base, of a task that has succeeded, if
// none comes.
func (t *Task) remind(b *atom.Batch) {
	for _, c := range t.registry.live {
		if t.waitsFor(b, c.atom) {
			c.remindOf(t)
		}
	}
}

func (c *confirmation) remindOf(t *Task) {
	time.AfterFunc(c.limit, func() {
		late := false
		t.store.Batch(func(b *atom.Batch) { late = slices.Contains(t.registry.live, c) && t.waitsFor(b, c.atom) })
		if late {
			defer c.remindOf(t)
			c.late(t)
		}
	})
}

// waitsForBase reports whether a base of any live atom is still to come.
func (t *Task) waitsForBase(b *atom.Batch) bool {
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return t.registry.isLive(b, e) })
}

// release ends the waiting, unless another base has to come.
func (t *Task) release(b *atom.Batch) {
	if t.waitsForBase(b) {
		return
	}
	t.forget()
	if t.confirmed || t.State() == Succeeded {
		for _, e := range t.entries {
			e.Succeed(b) // what it has changed besides; an entry that has left says so
		}
	}
}

// forget ends the waiting for a task that has nothing in the log any more.
func (t *Task) forget() {
	if t.expecting {
		t.expecting = false
		delete(t.registry.unconfirmed, t.ID())
	}
}
