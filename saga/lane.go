package saga

import (
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// lane holds the runs of one policy on the same atoms. Lanes of one policy whose atoms
// overlap are neighbours: an effect waits for what was run before it in those, too. The nil
// lane is that of a run without a policy. Lanes are guarded by the store's lock.
type lane struct {
	key         laneKey
	on          []atom.Target // none with a scope
	neighbours  []*lane
	tasks       []*Task   // that run, oldest first
	joinable    *burst    // that later runs may join; nil when there is none
	lastStarted time.Time // the effect of a burst
}

// laneKey has the names of the atoms, or none with a [Scope], in which all runs meet.
type laneKey struct {
	on string
	policy
}

// runningInstead returns the task that runs in place of t, which is t itself except with
// [Saga.Leading].
func (n *lane) runningInstead(t *Task) *Task {
	if n != nil && n.key.kind == leading && len(n.tasks) > 0 {
		return n.tasks[0]
	}
	return t
}

// join returns the task to which what t has dispatched belongs: t itself, or that of the
// burst that it has joined.
func (n *lane) join(b *atom.Batch, t *Task) *Task {
	if n != nil && n.joinable != nil && n.joinable.join(b, t) {
		return n.joinable.task
	}
	return t
}

// admit gives t its place behind the tasks of the lane and its neighbours. It appends those
// that t has superseded to finished.
func (n *lane) admit(b *atom.Batch, t *Task, finished *[]*Task) {
	if n == nil {
		return
	}
	t.registry.addLane(n)
	t.registry.entered++
	t.number = t.registry.entered
	running := slices.Clone(n.tasks)
	n.tasks = append(n.tasks, t)
	for _, m := range n.neighbours {
		m.joinable = nil // what joined it now would be sent before t
	}
	switch n.key.kind {
	case latest:
		each(running, func(old *Task) {
			runs := old.State() == Running
			defer func() {
				if runs && old.State() != Running { // superseded, or succeeded because a base contains it
					*finished = append(*finished, old)
				}
			}()
			old.endIn(b, Superseded, ErrSuperseded, old.drop)
		})
		t.record(b) // what it changes without them
	case debounce, throttle:
		n.joinable = newBurst(b, t)
	}
	before, wait := n.next(t)
	t.setWaiting(before != nil || wait > 0)
}

// next returns what t's effect has to wait for: a task, or some time. When it is neither the
// effect starts now, and no other run can join.
func (n *lane) next(t *Task) (before *Task, wait time.Duration) {
	if before = n.predecessor(t); before != nil {
		return before, 0
	}
	if x := t.burst; x != nil && !x.started {
		if wait = time.Until(n.due(x)); wait <= 0 {
			x.started, n.lastStarted = true, time.Now()
			if n.joinable == x {
				n.joinable = nil
			}
		}
	}
	return nil, wait
}

// predecessor returns a task of the lane or its neighbours that was run before t and has not
// ended, or nil.
func (n *lane) predecessor(t *Task) *Task {
	if i := slices.Index(n.tasks, t); i > 0 {
		return n.tasks[i-1]
	}
	for _, m := range n.neighbours {
		for _, other := range slices.Backward(m.tasks) {
			if other.number < t.number {
				return other
			}
		}
	}
	return nil
}

// due returns when the effect of a burst may start.
func (n *lane) due(x *burst) time.Time {
	if n.key.kind == throttle {
		return n.lastStarted.Add(n.key.interval)
	}
	return x.lastRun.Add(n.key.interval)
}

// awaitTurn waits until the effect may start. It returns false when the task ends first.
func (t *Task) awaitTurn() bool {
	for {
		var before *Task
		var wait time.Duration
		t.store.Batch(func(b *atom.Batch) {
			if before, wait = t.lane.next(t); before == nil && wait <= 0 && !t.pinned && t.State() == Running {
				t.record(b) // what became of it meanwhile; if it makes no sense it stays as it was
			}
		})
		switch {
		case before != nil:
			select {
			case <-before.done:
			case <-t.ctx.Done():
			}
		case wait > 0:
			sleep(t.ctx, wait)
		default:
			t.setWaiting(false)
			t.notifyStatus()
			return t.ctx.Err() == nil
		}
		if t.ctx.Err() != nil {
			return false
		}
	}
}
