package saga

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// burst is what runs share that have joined and are one task ([Saga.Debounce],
// [Saga.Throttle]). It is guarded by the store's lock.
type burst struct {
	task     *Task
	parts    []*part   // oldest first
	lastRun  time.Time // when the last part was run
	started  bool      // the effect: no other run can join
	addPatch merger    // adds another part's patch to those of the parts
}

// part is one run of a burst. The effect of the last part is that of all.
type part struct {
	spec        *spec
	program     program
	entry       *atom.Entry
	stopContext func() bool // nil without a context
	ended       bool        // its context
}

// newBurst makes a burst of a task that has been dispatched.
func newBurst(b *atom.Batch, t *Task) *burst {
	x := &burst{task: t}
	t.burst = x
	x.addPart(t)
	x.mergePatches(b) // of one part, which always works
	return x
}

// join makes what t has dispatched a part of the burst. It returns false when its patch and
// the burst's do not make one: when it is on another atom, as in a [Scope], or changes what
// another task has made in between. Then t stays a task of its own.
func (x *burst) join(b *atom.Batch, t *Task) bool {
	u := x.task
	if u.lane.key.scoped && u.spec.names(b) != t.spec.names(b) {
		return false
	}
	patch, err := x.addPatch(t.entries[0].Before(b, 0), t.patches[0])
	if err != nil {
		return false
	}
	t.entries[0].OnConflict(u.onConflict)
	u.entries = append(u.entries, t.entries[0])
	u.patches[0] = patch
	x.addPart(t)
	return true
}

func (x *burst) addPart(t *Task) {
	p := &part{spec: t.spec, program: t.program, entry: t.entries[0]}
	if ctx := p.spec.ctx; ctx != nil {
		p.stopContext = context.AfterFunc(ctx, func() { x.withdraw(p) })
	}
	x.parts = append(x.parts, p)
	x.lastRun = time.Now()
	x.task.program = p.program
}

// mergePatches makes one patch of those of the parts. It returns an error for parts whose
// changes make no sense together any more.
func (x *burst) mergePatches(b *atom.Batch) (err error) {
	t := x.task
	below, _ := t.entries[0].Around(b, 0)
	add, merged := t.program.newMerger(below), draft.Changes{}
	for _, e := range t.entries {
		if merged, err = add(e.Before(b, 0), e.Patch(b, 0)); err != nil {
			return err
		}
	}
	if x.addPatch = add; len(t.entries) > 1 {
		t.patches[0] = merged
	} else {
		t.patches[0] = t.entries[0].Patch(b, 0)
	}
	return nil
}

// withdraw takes back a part whose context has ended. Once the effect has started it is sent
// as a whole, and goes on until the contexts of all parts have ended.
func (x *burst) withdraw(p *part) {
	t := x.task
	t.batch(func(b *atom.Batch) {
		if t.State() != Running {
			return
		}
		p.ended = true
		if !slices.ContainsFunc(x.parts, func(q *part) bool { return !q.ended }) {
			t.endIn(b, Cancelled, cancelledBy(p.spec.ctx), t.drop)
			return
		}
		if x.started {
			return
		}
		if err := x.removePart(b, p); err != nil {
			t.endIn(b, Failed, fmt.Errorf("saga: one of several runs that had joined was cancelled, and the others cannot be told without it: %w", err), t.drop)
		}
	})
}

// removePart takes one of several parts out of the burst, and its change back.
func (x *burst) removePart(b *atom.Batch, p *part) error {
	t := x.task
	if p.entry.Drop(b) != nil {
		return nil // the log has dropped it: onConflict will end the task
	}
	x.parts = slices.DeleteFunc(x.parts, func(q *part) bool { return q == p })
	t.entries = slices.DeleteFunc(t.entries, func(e *atom.Entry) bool { return e == p.entry })
	t.program = x.parts[len(x.parts)-1].program
	return x.mergePatches(b)
}

// instantiate returns a new program with the updates of all parts and the effect of the last.
func (x *burst) instantiate() program {
	earlier := make([]program, len(x.parts)-1)
	for i := range earlier {
		earlier[i] = x.parts[i].spec.instantiate()
	}
	return x.parts[len(earlier)].spec.instantiate().withUpdatesOf(earlier)
}

func (x *burst) stopContexts() {
	for _, p := range x.parts {
		if p.stopContext != nil {
			p.stopContext()
		}
	}
}
