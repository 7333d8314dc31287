package saga

import (
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A lane is where the runs of one policy on one atom meet. A nil lane is that of
// a run without a policy. Lanes are guarded by the store's lock.
type lane struct {
	key   laneKey
	tasks []*Task   // not over, oldest first
	burst *burst    // waits for its effect, and can be joined
	began time.Time // the last effect of a burst
}

type laneKey struct {
	atom string
	policy
}

// lane returns the lane of a launch, nil when it has no policy.
func (r *registry) lane(l *launch) *lane {
	if l.policy.kind == every || l.on == nil {
		return nil
	}
	key := laneKey{l.on.String(), l.policy}
	if r.lanes[key] == nil {
		r.lanes[key] = &lane{key: key}
	}
	return r.lanes[key]
}

// standIn returns the task that is run in place of t: t itself, most times.
func (n *lane) standIn(t *Task) *Task {
	if n != nil && n.key.kind == leading && len(n.tasks) > 0 {
		return n.tasks[0]
	}
	return t
}

// takeUp returns the task that what t has dispatched belongs to: t itself, or
// the burst that it has joined.
func (n *lane) takeUp(b *atom.Batch, t *Task) *Task {
	if n != nil && n.burst != nil && n.burst.join(t) {
		return n.burst.task
	}
	return t
}

// enter has t take its place, and returns the tasks that have ended for it.
func (n *lane) enter(b *atom.Batch, t *Task) (superseded []*Task) {
	if n == nil {
		return nil
	}
	running := slices.Clone(n.tasks)
	n.tasks = append(n.tasks, t)
	switch n.key.kind {
	case latest:
		for _, old := range running {
			if old.endIn(b, Superseded, ErrSuperseded, old.drop) {
				superseded = append(superseded, old)
			}
		}
		t.record(b) // what it changes without them
	case serial, debounce, throttle:
		if n.key.kind != serial {
			n.burst = newBurst(b, t)
		}
		before, wait := n.next(t)
		t.setWaiting(before != nil || wait > 0)
	}
	return superseded
}

// next returns what t's effect has to wait for: another task, or some time. When
// it is neither, the effect begins now, and what was a burst can no longer be joined.
func (n *lane) next(t *Task) (before *Task, wait time.Duration) {
	if i := slices.Index(n.tasks, t); i > 0 {
		return n.tasks[i-1], 0
	}
	if x := n.burst; x != nil && x.task == t {
		if wait = time.Until(n.due()); wait <= 0 {
			n.burst, n.began = nil, time.Now()
		}
	}
	return nil, wait
}

// due is when the effect of the burst may begin.
func (n *lane) due() time.Time {
	if n.key.kind == throttle {
		return n.began.Add(n.key.every)
	}
	return n.burst.last.Add(n.key.every)
}

// leave takes a task that is over out of its lane.
func (r *registry) leave(t *Task) {
	n := t.lane
	if n == nil {
		return
	}
	n.tasks = slices.DeleteFunc(n.tasks, func(x *Task) bool { return x == t })
	if n.burst != nil && n.burst.task == t {
		n.burst = nil
	}
	r.close(t.store, n)
}

// close forgets a lane in which nothing runs, once nothing has to be known of
// what ran in it.
func (r *registry) close(s *atom.Store, n *lane) {
	if len(n.tasks) > 0 || r.lanes[n.key] != n {
		return
	}
	if n.key.kind == throttle {
		if left := time.Until(n.due()); left > 0 {
			time.AfterFunc(left, func() { s.Batch(func(*atom.Batch) { r.close(s, n) }) })
			return
		}
	}
	delete(r.lanes, n.key)
}

// turn waits until the effect may begin, and reports false when the task has
// ended before.
func (t *Task) turn() bool {
	for {
		var before *Task
		var wait time.Duration
		t.store.Batch(func(b *atom.Batch) {
			if before, wait = t.lane.next(t); before == nil && wait <= 0 && !t.sent && t.State() == Running {
				t.record(b) // what became of it while it waited; if it makes no sense it stays as it was
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
			t.nudge()
			return t.ctx.Err() == nil
		}
		if t.ctx.Err() != nil {
			return false
		}
	}
}
