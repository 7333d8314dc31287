package saga

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// A burst is what several runs have in common that are one task. It is guarded by
// the store's lock.
type burst struct {
	task  *Task
	parts []*part   // oldest first
	last  time.Time // when the last one has joined
	begun bool      // the effect has: nobody joins any more
	add   merger    // what they change, and more
}

// A part is one run of a burst. The last one's effect is that of all.
type part struct {
	launch *launch
	work   work
	entry  *atom.Entry
	letGo  func() bool // of its context; nil when there is none
	ended  bool        // its context has
}

// newBurst opens a burst for a task that has been dispatched.
func newBurst(b *atom.Batch, t *Task) *burst {
	x := &burst{task: t}
	t.burst = x
	x.take(t)
	x.merge(b) // one alone can be
	return x
}

// join makes what t has dispatched a part of the burst. It reports false when
// that cannot be told together with the rest: when it is about another atom, as in a
// [Scope], or changes what somebody else has made in between. Then it stays a task of
// its own.
func (x *burst) join(b *atom.Batch, t *Task) bool {
	u := x.task
	if u.lane.key.scoped && u.launch.names(b) != t.launch.names(b) {
		return false
	}
	patch, err := x.add(t.entries[0].Before(b, 0), t.patches[0])
	if err != nil {
		return false
	}
	t.entries[0].OnConflict(u.conflict)
	u.entries = append(u.entries, t.entries[0])
	u.patches[0] = patch
	x.take(t)
	return true
}

// take adds the run of t.
func (x *burst) take(t *Task) {
	p := &part{launch: t.launch, work: t.work, entry: t.entries[0]}
	if ctx := p.launch.ctx; ctx != nil {
		p.letGo = context.AfterFunc(ctx, func() { x.withdraw(p) })
	}
	x.parts = append(x.parts, p)
	x.last = time.Now()
	x.task.work = p.work
}

// merge makes one patch of those of the parts. The error is that of parts that no
// longer make sense together.
func (x *burst) merge(b *atom.Batch) (err error) {
	t := x.task
	below, _ := t.entries[0].Around(b, 0)
	add, merged := t.work.merging(below), draft.Changes{}
	for _, e := range t.entries {
		if merged, err = add(e.Before(b, 0), e.Patch(b, 0)); err != nil {
			return err
		}
	}
	if x.add = add; len(t.entries) > 1 {
		t.patches[0] = merged
	} else {
		t.patches[0] = t.entries[0].Patch(b, 0)
	}
	return nil
}

// withdraw takes a part back whose context has ended. What has begun to be told
// cannot be told in part: it goes on as long as the context of one part does.
func (x *burst) withdraw(p *part) {
	t := x.task
	t.batch(func(b *atom.Batch) {
		if t.State() != Running {
			return
		}
		p.ended = true
		if !slices.ContainsFunc(x.parts, func(q *part) bool { return !q.ended }) {
			t.endIn(b, Cancelled, cancelledBy(p.launch.ctx), t.drop)
			return
		}
		if x.begun {
			return
		}
		if err := x.takeOut(b, p); err != nil {
			t.endIn(b, Failed, fmt.Errorf("saga: one of several runs that had joined was cancelled, and the others cannot be told without it: %w", err), t.drop)
		}
	})
}

// takeOut takes one part of several out of a burst.
func (x *burst) takeOut(b *atom.Batch, p *part) error {
	t := x.task
	if p.entry.Drop(b) != nil {
		return nil // a conflict, which ends all of them
	}
	x.parts = slices.DeleteFunc(x.parts, func(q *part) bool { return q == p })
	t.entries = slices.DeleteFunc(t.entries, func(e *atom.Entry) bool { return e == p.entry })
	t.work = x.parts[len(x.parts)-1].work
	return x.merge(b)
}

// begin is the beginning of the parts as one run, anew.
func (x *burst) begin() work {
	earlier := make([]work, len(x.parts)-1)
	for i := range earlier {
		earlier[i] = x.parts[i].launch.begin()
	}
	return x.parts[len(earlier)].launch.begin().after(earlier)
}

// letGo lets go of the contexts.
func (x *burst) letGo() {
	for _, p := range x.parts {
		if p.letGo != nil {
			p.letGo()
		}
	}
}
