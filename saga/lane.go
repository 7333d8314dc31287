package saga

import (
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A lane is where the runs of one policy on one atom meet. Lanes are guarded by
// the store's lock.
type lane struct {
	tasks []*Task   // not over, oldest first
	burst *burst    // waits for its effect, and can be joined
	due   time.Time // of the last burst
}

type laneKey struct {
	atom string
	policy
}

// lane returns the lane of a launch, nil when it has no policy.
func (r *registry) lane(l *launch) *lane {
	if l.policy.kind == every {
		return nil
	}
	key := laneKey{l.on.String(), l.policy}
	if r.lanes[key] == nil {
		r.lanes[key] = &lane{}
	}
	return r.lanes[key]
}

func last(tasks []*Task) *Task {
	if len(tasks) == 0 {
		return nil
	}
	return tasks[len(tasks)-1]
}

// leave takes a task that is over out of its lane, and a lane that is empty and
// remembers nothing out of the registry.
func (r *registry) leave(t *Task) {
	n := r.lane(t.launch)
	if n == nil {
		return
	}
	n.tasks = slices.DeleteFunc(n.tasks, func(x *Task) bool { return x == t })
	if n.burst != nil && n.burst.task == t {
		n.burst = nil
	}
	if p := t.launch.policy; len(n.tasks) == 0 && (p.kind != throttle || time.Since(n.due) >= p.every) {
		delete(r.lanes, laneKey{t.launch.on.String(), t.launch.policy})
	}
}

// A burst is a task that others join until its effect is due.
type burst struct {
	task    *Task
	updates []any
	first   work // knows the value from before
	work    work // the last one that has joined
	due     time.Time
}

// newBurst opens a burst for a task that has been dispatched.
func (n *lane) newBurst(t *Task, w work) *burst {
	p, now := t.launch.policy, time.Now()
	b := &burst{task: t, updates: []any{w.update()}, first: w, work: w, due: now}
	if p.kind == debounce {
		b.due = now.Add(p.every)
	} else if next := n.due.Add(p.every); next.After(now) {
		b.due = next
	}
	n.burst, n.due = b, b.due
	return b
}

// join adds the update of another run to the burst.
func (n *lane) join(b *atom.Batch, w work) (err error) {
	x, t := n.burst, n.burst.task
	if err = t.dispatch(b, w); err != nil {
		return err
	}
	x.updates = append(x.updates, w.update())
	t.joined = x.updates
	x.work = w
	if t.patches[0], err = x.first.merge(x.updates); err != nil {
		return err
	}
	if every := t.launch.policy.every; t.launch.policy.kind == debounce {
		x.due = time.Now().Add(every)
		n.due = x.due
	}
	return nil
}

// wait waits until the burst is due, and closes it. False when the task has
// ended before.
func (x *burst) wait() bool {
	t := x.task
	for {
		var left time.Duration
		t.store.Batch(func(*atom.Batch) {
			if left = time.Until(x.due); left <= 0 {
				if n := t.registry.lane(t.launch); n.burst == x {
					n.burst = nil
				}
			}
		})
		if left <= 0 {
			return t.ctx.Err() == nil
		}
		if !sleep(t.ctx, left) {
			return false
		}
	}
}
