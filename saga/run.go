package saga

import (
	"context"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// Run changes a as the saga says, at once, and then runs its effect in a goroutine of its
// own. The task that it returns tells how that goes.
//
// An update that panics, and one of an atom that is missing, changes nothing: no effect is
// called, and the task has failed when Run returns. Like every failure it is reported to
// [OnError]. Run may be called on any goroutine, and in a [atom.Store.Batch] of s.
func Run[T any](s *atom.Store, a *atom.Atom[T], saga Saga[T]) *Task {
	return newSpec(s, a, saga).run()
}

// spec is everything that it takes to run a saga, and to run it again, whatever the type of
// its atom.
type spec struct {
	store       *atom.Store
	on          atom.Target // nil of a transaction without edits
	instantiate func() program
	options
	others  []atom.Target // of a transaction: the targets of all edits but the first
	durable durable       // nil unless the saga was made with Define
}

// options are what the methods of [Saga] and [Tx] set.
type options struct {
	ctx     context.Context // nil for the background
	timeout time.Duration
	retry   Backoff
	policy  policy
	pinned  bool // the patch, from the start: see [Saga.PinPatch]
}

func newSpec[T any](s *atom.Store, a *atom.Atom[T], saga Saga[T]) *spec {
	sp := &spec{store: s, on: a, options: saga.options}
	steps, anew := saga.steps, saga.anew
	sp.instantiate = func() program {
		p := &typedProgram[T]{atom: a, steps: steps}
		if anew != nil {
			p.steps.update, p.steps.effect = anew()
		}
		return p
	}
	return sp
}

// run dispatches the update as the policy says, and starts the effect.
func (sp *spec) run() *Task {
	a := &admission{task: newTask(sp, sp.instantiate())}
	if sp.ctx != nil && sp.ctx.Err() != nil {
		a.task.end(Cancelled, cancelledBy(sp.ctx), nil)
		return a.task
	}
	defer a.finish() // even if a subscriber panics
	sp.store.Batch(func(b *atom.Batch) {
		a.admit(b)
		a.task.registry.inspect(b)
	})
	return a.task
}

// admission is the beginning of a run: what its policy decides, in the batch that dispatches
// the update, and what follows that batch.
type admission struct {
	task     *Task // that was admitted, or that runs instead
	starts   bool  // its effect is to start
	refusal  error // of the update
	finished []*Task
}

// finish does what has to wait for the end of the batch: it announces which tasks have
// ended, and starts the effect.
func (a *admission) finish() {
	defer func() {
		if a.starts {
			a.task.start()
		}
	}()
	each(a.finished, (*Task).announceEnd)
	if a.refusal != nil {
		a.task.end(Failed, a.refusal, nil)
	}
}

// admit dispatches the update, unless another task runs instead.
func (a *admission) admit(b *atom.Batch) {
	t := a.task
	t.lane = t.registry.laneOf(b, t.spec)
	if a.task = t.lane.runningInstead(t); a.task != t {
		return
	}
	if d := t.spec.durable; d != nil {
		defer d.makeRoom(b, t)()
	}
	if a.refusal = t.dispatch(b); a.refusal != nil {
		if !t.stayAway(b, t.newConflict(a.refusal)) {
			return
		}
		a.refusal = nil
	}
	if !t.program.hasEffect() {
		if t.endIn(b, Succeeded, nil, t.settleAll) {
			a.finished = append(a.finished, t)
		}
		return
	}
	a.task = t.lane.join(b, t)
	t.registry.expect(b, a.task, t)
	if a.task == t {
		t.registry.tasks.add(b, t)
		if d := t.spec.durable; d != nil {
			d.entered(b, t)
		}
		a.starts = t.spec.durable == nil // a durable one waits for its turn in the outbox
		t.lane.admit(b, t, &a.finished)
		if t.burst == nil {
			t.cancelWith(t.spec.ctx)
		}
	}
	if t.spec.pinned || a.task.pinned {
		a.task.pinEntries(b)
	}
}

// cancelWith has the task cancelled when ctx ends.
func (t *Task) cancelWith(ctx context.Context) {
	if ctx != nil {
		t.stopContext = context.AfterFunc(ctx, func() { t.end(Cancelled, cancelledBy(ctx), t.drop) })
	}
}

func cancelledBy(ctx context.Context) error {
	return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
}
