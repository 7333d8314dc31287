package saga

import (
	"slices"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A lane is where the runs of one policy on the same atoms meet. Lanes of one policy
// whose atoms overlap are near each other: an effect waits for what was run before it in
// those, too. A nil lane is that of a run without a policy. Lanes are guarded by the
// store's lock.
type lane struct {
	key   laneKey
	on    []atom.Target
	near  []*lane
	tasks []*Task   // not over, oldest first
	open  *burst    // others may join it
	began time.Time // the last effect of a burst
}

// A laneKey has the names of the atoms; none with a [Scope], in which all meet.
type laneKey struct {
	on string
	policy
}

// lane returns the lane of a launch, nil when it has no policy.
func (r *registry) lane(b *atom.Batch, l *launch) *lane {
	if l.policy.kind == every || l.on == nil && !l.policy.scoped {
		return nil
	}
	key := laneKey{policy: l.policy}
	if !l.policy.scoped {
		r.follow(b)
		key.on = l.names(b)
	}
	if n := r.lanes[key]; n != nil {
		return n
	}
	n := &lane{key: key}
	if !key.scoped {
		n.on = l.targets(b)
	}
	return n
}

// targets returns the atoms that a launch is about, as they are called now.
func (l *launch) targets(b *atom.Batch) []atom.Target {
	return current(b, append([]atom.Target{l.on}, l.others...))
}

// current has targets called as they are called now, see [atom.Rekey].
func current(b *atom.Batch, targets []atom.Target) []atom.Target {
	for i, t := range targets {
		targets[i] = atom.Current(b, t)
	}
	return targets
}

// names returns the names of the atoms that a launch is about.
func (l *launch) names(b *atom.Batch) string {
	if l.on != nil && len(l.others) == 0 {
		return atom.Current(b, l.on).String()
	}
	return namesOf(l.targets(b))
}

func namesOf(targets []atom.Target) string {
	var names []string
	for _, t := range targets {
		names = append(names, t.String())
	}
	return strings.Join(names, "\n")
}

// follow has the lanes called as their atoms are called now: what is run on an element
// before it was given another key, and after, meets.
func (r *registry) follow(b *atom.Batch) {
	n := atom.Renames(b)
	if n == r.renames {
		return
	}
	r.renames = n
	for _, lanes := range r.lanesOf {
		for _, m := range lanes {
			current(b, m.on)
			key := laneKey{on: namesOf(m.on), policy: m.key.policy}
			if other := r.lanes[key]; other == nil {
				delete(r.lanes, m.key)
				m.key, r.lanes[key] = key, m
			} else if other != m && !slices.Contains(m.near, other) {
				m.near, other.near = append(m.near, other), append(other.near, m)
			}
		}
	}
}

// open makes a lane known to those that come later.
func (r *registry) open(n *lane) {
	if r.lanes[n.key] != nil {
		return
	}
	r.lanes[n.key] = n
	if n.key.scoped {
		return
	}
	same := r.lanesOf[n.key.policy]
	for _, m := range same {
		if n.overlaps(m) {
			n.near = append(n.near, m)
			m.near = append(m.near, n)
		}
	}
	r.lanesOf[n.key.policy] = append(same, n)
}

func (n *lane) overlaps(m *lane) bool {
	for _, a := range n.on {
		for _, b := range m.on {
			if atom.Overlap(a, b) {
				return true
			}
		}
	}
	return false
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
	if n != nil && n.open != nil && n.open.join(b, t) {
		return n.open.task
	}
	return t
}

// enter has t take its place behind all that is in the lane and near it, and adds the
// tasks that have ended for it to over.
func (n *lane) enter(b *atom.Batch, t *Task, over *[]*Task) {
	if n == nil {
		return
	}
	t.registry.open(n)
	t.registry.entered++
	t.number = t.registry.entered
	running := slices.Clone(n.tasks)
	n.tasks = append(n.tasks, t)
	for _, m := range n.near {
		m.open = nil // what joined it now would be sent before t
	}
	switch n.key.kind {
	case latest:
		each(running, func(old *Task) {
			was := old.State()
			defer func() {
				if was == Running && old.State() != Running { // one that a base has succeeds
					*over = append(*over, old)
				}
			}()
			old.endIn(b, Superseded, ErrSuperseded, old.drop)
		})
		t.record(b) // what it changes without them
	case debounce, throttle:
		n.open = newBurst(b, t)
	}
	before, wait := n.next(t)
	t.setWaiting(before != nil || wait > 0)
}

// next returns what t's effect has to wait for: another task, or some time. When
// it is neither, the effect begins now, and what was a burst can no longer be joined.
func (n *lane) next(t *Task) (before *Task, wait time.Duration) {
	if before = n.before(t); before != nil {
		return before, 0
	}
	if x := t.burst; x != nil && !x.begun {
		if wait = time.Until(n.due(x)); wait <= 0 {
			x.begun, n.began = true, time.Now()
			if n.open == x {
				n.open = nil
			}
		}
	}
	return nil, wait
}

// before returns a task that was run before t and is not over, in the lane or near it.
func (n *lane) before(t *Task) *Task {
	if i := slices.Index(n.tasks, t); i > 0 {
		return n.tasks[i-1]
	}
	for _, m := range n.near {
		for _, other := range slices.Backward(m.tasks) {
			if other.number < t.number {
				return other
			}
		}
	}
	return nil
}

// due is when the effect of a burst may begin.
func (n *lane) due(x *burst) time.Time {
	if n.key.kind == throttle {
		return n.began.Add(n.key.every)
	}
	return x.last.Add(n.key.every)
}

// leave takes a task that is over out of its lane.
func (r *registry) leave(t *Task) {
	n := t.lane
	if n == nil {
		return
	}
	n.tasks = slices.DeleteFunc(n.tasks, func(x *Task) bool { return x == t })
	if n.open != nil && n.open.task == t {
		n.open = nil
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
		if left := time.Until(n.began.Add(n.key.every)); left > 0 {
			time.AfterFunc(left, func() { s.Batch(func(*atom.Batch) { r.close(s, n) }) })
			return
		}
	}
	delete(r.lanes, n.key)
	if n.key.scoped {
		return
	}
	without := func(all []*lane) []*lane { return slices.DeleteFunc(all, func(x *lane) bool { return x == n }) }
	for _, m := range n.near {
		m.near = without(m.near)
	}
	if rest := without(r.lanesOf[n.key.policy]); len(rest) > 0 {
		r.lanesOf[n.key.policy] = rest
	} else {
		delete(r.lanesOf, n.key.policy)
	}
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
