package saga

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// ServerBase says how the base of an atom follows a server. See [FollowServer].
type ServerBase struct {
	// Atom is the atom whose base the server has.
	Atom atom.Target

	// Late is called with a task that has succeeded when no base that contains its change
	// has come within Limit (10 s unless it is positive), and again each time that Limit
	// has passed without one. The best it can do is to load the value anew. It is called on
	// a goroutine of its own. It may be nil.
	Limit time.Duration
	Late  func(*Task)

	// Hold keeps the base as it is until release is called, and returns a function that
	// tells which changes it contains. It is called for durable sagas that this page has not
	// heard of before: another page may have sent them, and the base may contain them
	// already. Those that it contains are not shown again on top of it. Nil is for a server
	// that cannot be asked: such a change shows twice until the server has answered again.
	//
	// contains is passed the IDs of tasks, all of them made at or after made, which is zero
	// when that is not known. If nothing has changed the base since made but changes that
	// are known, there is no need to ask the server.
	Hold func(ctx context.Context) (contains func(ctx context.Context, ids []string, made time.Time) (contained []string), release func())
}

// FollowServer declares, once for an atom of a store, that its base follows what the server
// has: every change that the server commits, this page's own too, comes back and is passed
// to [RebaseWith].
//
// A change of the atom that has succeeded then stays in the log until the base that
// contains it has come, so nothing flickers between the two. The change of a post-effect
// stays and leaves with it: it shows what the server has said until the base says it, and
// is not needed when the base came first.
//
// stop ends it, and folds the changes that wait for a base.
func FollowServer(s *atom.Store, base ServerBase) (stop func()) {
	if base.Limit <= 0 {
		base.Limit = 10 * time.Second
	}
	r := registryOf(s)
	c := &followed{base}
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
			r.live = slices.DeleteFunc(r.live, func(x *followed) bool { return x == c })
			for _, t := range r.unconfirmed {
				t.release(b)
			}
		})
	}
}

// ErrNotLive is wrapped by the error of [RebaseWith] for a task whose atom follows no server.
var ErrNotLive = errors.New("the atom follows no server: call saga.FollowServer before its base is confirmed")

// RebaseWith calls enter to put a base in its place that contains what the tasks with
// these ids have changed. IDs of other devices are ignored. enter passes the entries of
// these tasks to [atom.Atom.SyncFunc], or to what [atom.OnLoad] gives it:
//
//	saga.RebaseWith(b, []string{mutation}, func(contained ...*atom.Entry) error {
//		return kind.SyncFunc(b, next, contained...)
//	})
//
// A task that is confirmed so while its effect runs will succeed, whatever the effect
// returns: the server has the change.
//
// RebaseWith returns enter's error, and has confirmed nothing then. It returns an error that
// wraps [ErrNotLive], without a call of enter, when a task with one of these ids has
// changed nothing that follows a server: its change would show twice.
func RebaseWith(b *atom.Batch, ids []string, enter func(contained ...*atom.Entry) error) error {
	r := registryOf(b)
	var tasks []*Task
	var contained []*atom.Entry
	for _, id := range ids {
		if t := r.unconfirmed[id]; t != nil {
			tasks, contained = append(tasks, t), append(contained, t.entries...)
		} else if t := r.tasks.named(id); t != nil && !t.live {
			return fmt.Errorf("saga: RebaseWith of task %s, on %v: %w", id, t.spec.on, ErrNotLive)
		}
	}
	returned := false
	defer func() {
		for _, t := range tasks { // an update that was applied again on the base has ended the goroutine
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

// Unconfirmed returns the tasks, by ID, whose change of a no base contains yet: those whose
// effect runs, and those that have succeeded. It is empty for an atom that follows no server.
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

// followed is an atom whose base follows a server.
type followed struct{ ServerBase }

// expect has t wait for a base if what of has dispatched is about an atom that follows a
// server. The two differ when of has joined t.
func (r *registry) expect(b *atom.Batch, t, of *Task) {
	if !of.isAway() {
		r.expectOf(b, t, of.entries[0])
	} else if r.follows(b, of.spec.on) {
		r.addUnconfirmed(t)
	}
}

// follows reports whether the base of on, or of a part of it, follows a server.
func (r *registry) follows(b *atom.Batch, on atom.Target) bool {
	on = atom.Current(b, on)
	return slices.ContainsFunc(r.live, func(c *followed) bool { return atom.Overlap(atom.Current(b, c.Atom), on) })
}

func (r *registry) expectOf(b *atom.Batch, t *Task, e *atom.Entry) {
	if !t.expecting && r.isLive(b, e) {
		r.addUnconfirmed(t)
	}
}

func (r *registry) addUnconfirmed(t *Task) {
	t.expecting, t.live = true, true
	r.unconfirmed[t.ID()] = t
}

// isLive reports whether an entry is in the log of an atom that follows a server.
func (r *registry) isLive(b *atom.Batch, e *atom.Entry) bool {
	return slices.ContainsFunc(r.live, func(c *followed) bool { return e.InLogOf(b, c.Atom) })
}

// waitsFor reports whether a base of a is still to come.
func (t *Task) waitsFor(b *atom.Batch, a atom.Target) bool {
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return e.InLogOf(b, a) })
}

// waitsForBase reports whether any base is still to come.
func (t *Task) waitsForBase(b *atom.Batch) bool {
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return t.registry.isLive(b, e) })
}

// remindAll has Late called for a task that has succeeded, if no base comes.
func (t *Task) remindAll(b *atom.Batch) {
	for _, c := range t.registry.live {
		if c.Late != nil && t.waitsFor(b, c.Atom) {
			c.remind(t)
		}
	}
}

func (c *followed) remind(t *Task) {
	time.AfterFunc(c.Limit, func() {
		late := false
		t.store.Batch(func(b *atom.Batch) { late = slices.Contains(t.registry.live, c) && t.waitsFor(b, c.Atom) })
		if late {
			defer c.remind(t)
			c.Late(t)
		}
	})
}

// release stops the task's waiting for a base, unless another one is to come, and settles
// what it has changed besides.
func (t *Task) release(b *atom.Batch) {
	if t.waitsForBase(b) {
		return
	}
	t.forget()
	if t.confirmed || t.State() == Succeeded {
		for _, e := range t.entries {
			e.Succeed(b) // the error of an entry that is not live says nothing new
		}
	}
}

// forget removes the task from those that wait for a base.
func (t *Task) forget() {
	if t.expecting {
		t.expecting = false
		delete(t.registry.unconfirmed, t.ID())
	}
}
