package saga

import (
	"context"
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// An admission is how a run begins: what its policy makes of it, decided in the
// batch that dispatches the update.
type admission struct {
	task    *Task
	entered bool // the effect is to begin
	refused error
	over    []*Task // have ended in the batch
}

// run dispatches the update as the policy says, and starts the effect.
func (l *launch) run() *Task {
	w := l.begin()
	a := &admission{task: newTask(l, w)}
	if l.ctx != nil && l.ctx.Err() != nil {
		a.task.end(Cancelled, cancelledBy(l.ctx), nil)
		return a.task
	}
	defer a.goOn() // although a subscriber may have panicked
	l.store.Batch(a.enter)
	return a.task
}

// goOn does what follows the batch: it tells who has to know of it, and starts the effect.
func (a *admission) goOn() {
	defer func() {
		if a.entered {
			a.task.start()
		}
	}()
	each(a.over, (*Task).tell)
	if a.refused != nil {
		a.task.end(Failed, a.refused, nil)
	}
}

// enter dispatches the update, unless another task stands for it.
func (a *admission) enter(b *atom.Batch) {
	t := a.task
	t.lane = t.registry.lane(b, t.launch)
	if a.task = t.lane.standIn(t); a.task != t {
		return
	}
	if d := t.launch.durable; d != nil {
		defer d.makeRoom(b, t)()
	}
	if a.refused = t.dispatch(b); a.refused != nil {
		if !t.isKept(b, t.clashOf(a.refused)) {
			return
		}
		a.refused = nil
	}
	if !t.work.hasEffect() {
		if t.endIn(b, Succeeded, nil, t.confirm) {
			a.over = append(a.over, t)
		}
		return
	}
	a.task = t.lane.takeUp(b, t)
	t.registry.expect(b, a.task, t)
	if a.task == t {
		t.registry.run(b, t)
		if d := t.launch.durable; d != nil {
			d.entered(b, t)
		}
		a.entered = t.launch.durable == nil // that has its turn in the outbox
		t.lane.enter(b, t, &a.over)
		if t.burst == nil {
			t.heed()
		}
	}
	if t.launch.asSent || a.task.sent {
		a.task.freeze(b)
	}
}

// heed has the task end with its context.
func (t *Task) heed() {
	if ctx := t.launch.ctx; ctx != nil {
		t.letGo = context.AfterFunc(ctx, func() { t.end(Cancelled, cancelledBy(ctx), t.drop) })
	}
}

func cancelledBy(ctx context.Context) error {
	return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
}

// dispatch enters the edits into the log.
func (t *Task) dispatch(b *atom.Batch) error {
	e, err := atom.DispatchAll(b, t.work.edits()...)
	if err != nil {
		return err
	}
	e.OnConflict(t.conflict)
	t.entries = append(t.entries, e)
	t.registry.begin(b, e)
	return t.record(b)
}

// takeOut takes the edits out of the log, until enterAgain is called. It reports false
// when the log has dropped them already, and is about to say so: see conflict.
func (t *Task) takeOut(b *atom.Batch) bool { return t.drop(b) == nil }

// enterAgain adds the edits that were taken out at the end of the log.
func (t *Task) enterAgain(b *atom.Batch) {
	before := slices.Clone(t.entries)
	t.entries = t.entries[:0]
	if err := t.dispatch(b); err != nil {
		t.entries = before
		clash := t.clashOf(err)
		if t.isKept(b, clash) {
			return
		}
		t.clash = clash
		go t.end(Conflict, t.clashErr(), nil)
		return
	}
	t.registry.expect(b, t, t)
	if t.sent {
		t.freeze(b)
	}
}

// isKept reports whether the task stays although it cannot be applied. Then it has nothing
// in the log: it is away.
func (t *Task) isKept(b *atom.Batch, clash *atom.Conflict) bool {
	d := t.launch.durable
	if d == nil || !d.keeps(t) {
		return false
	}
	t.drop(b)
	t.entries = t.entries[:0]
	t.clash = clash
	t.registry.expect(b, t, t)
	return true
}

// isAway reports whether a task that runs has nothing in the log.
func (t *Task) isAway() bool { return len(t.entries) == 0 }

// record keeps what the update changes, and makes, for the effect that is to
// begin. The error is that of recordPatches.
func (t *Task) record(b *atom.Batch) error {
	last := t.entries[len(t.entries)-1]
	if err := t.recordPatches(b); err != nil {
		return err
	}
	if last.Len() > 0 {
		_, above := last.Around(b, 0)
		t.work.entered(above)
	}
	return nil
}

// recordPatches keeps what the update changes. The error is that of a burst of
// which the changes no longer make sense together.
func (t *Task) recordPatches(b *atom.Batch) error {
	last := t.entries[len(t.entries)-1]
	if len(t.entries) == 1 {
		t.patches = t.patches[:0]
		for i := range last.Len() {
			t.patches = append(t.patches, last.Patch(b, i))
		}
		return nil
	}
	return t.burst.merge(b)
}
