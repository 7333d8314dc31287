package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// Progress reports how much of an effect is done, out of total, in a unit of the
// effect's own; total is 0 when it is not known. ctx is the effect's: with any
// other Progress does nothing. Who shows the atom, or [Tasks], is told.
func Progress(ctx context.Context, done, total int64) {
	if t := TaskFrom(ctx); t != nil {
		t.mu.Lock()
		t.progress = progress{done, total}
		t.mu.Unlock()
		t.nudge()
	}
}

type progress struct{ done, total int64 }

// Progress returns what the effect has last reported by [Progress].
func (t *Task) Progress() (done, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.progress.done, t.progress.total
}

// Waiting reports whether the effect waits before it begins: for its turn, for a
// burst to be over, or to be tried again.
func (t *Task) Waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting
}

func (t *Task) setWaiting(waiting bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = waiting
}

// nudge has those look again who show the state of the task.
func (t *Task) nudge() { t.store.Batch(t.nudgeIn) }

func (t *Task) nudgeIn(b *atom.Batch) {
	if t.launch.on != nil {
		atom.Nudge(b, t.launch.on)
	}
	t.registry.tasks.touch(b)
}
