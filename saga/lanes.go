package saga

import (
	"slices"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// laneOf returns the lane of a run, which is new when nothing runs there, and nil for a run
// without a policy.
func (r *registry) laneOf(b *atom.Batch, sp *spec) *lane {
	if sp.policy.kind == every || sp.on == nil && !sp.policy.scoped {
		return nil
	}
	key := laneKey{policy: sp.policy}
	if !sp.policy.scoped {
		r.followRenames(b)
		key.on = sp.names(b)
	}
	if n := r.lanes[key]; n != nil {
		return n
	}
	n := &lane{key: key}
	if !key.scoped {
		n.on = sp.targets(b)
	}
	return n
}

// targets returns the atoms of a run under their current names, see [atom.Rekey].
func (sp *spec) targets(b *atom.Batch) []atom.Target {
	return toCurrent(b, append([]atom.Target{sp.on}, sp.others...))
}

func toCurrent(b *atom.Batch, targets []atom.Target) []atom.Target {
	for i, t := range targets {
		targets[i] = atom.Current(b, t)
	}
	return targets
}

// names returns the current names of the atoms of a run.
func (sp *spec) names(b *atom.Batch) string {
	if sp.on != nil && len(sp.others) == 0 {
		return atom.Current(b, sp.on).String()
	}
	return namesOf(sp.targets(b))
}

func namesOf(targets []atom.Target) string {
	var names []string
	for _, t := range targets {
		names = append(names, t.String())
	}
	return strings.Join(names, "\n")
}

// followRenames gives the lanes the current names of their atoms, so that runs on an element
// meet whether they came before or after it was given another key.
func (r *registry) followRenames(b *atom.Batch) {
	n := b.Renames()
	if n == r.renames {
		return
	}
	r.renames = n
	for _, lanes := range r.lanesOf {
		for _, m := range lanes {
			toCurrent(b, m.on)
			key := laneKey{on: namesOf(m.on), policy: m.key.policy}
			if other := r.lanes[key]; other == nil {
				delete(r.lanes, m.key)
				m.key, r.lanes[key] = key, m
			} else if other != m && !slices.Contains(m.neighbours, other) {
				m.neighbours, other.neighbours = append(m.neighbours, other), append(other.neighbours, m)
			}
		}
	}
}

// addLane makes a lane known to later runs.
func (r *registry) addLane(n *lane) {
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
			n.neighbours = append(n.neighbours, m)
			m.neighbours = append(m.neighbours, n)
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

// leaveLane takes a task that has ended out of its lane.
func (r *registry) leaveLane(t *Task) {
	n := t.lane
	if n == nil {
		return
	}
	n.tasks = slices.DeleteFunc(n.tasks, func(x *Task) bool { return x == t })
	if n.joinable != nil && n.joinable.task == t {
		n.joinable = nil
	}
	r.removeIdle(t.store, n)
}

// removeIdle removes a lane in which nothing runs; that of a throttle after its interval,
// until which the next effect has to wait.
func (r *registry) removeIdle(s *atom.Store, n *lane) {
	if len(n.tasks) > 0 || r.lanes[n.key] != n {
		return
	}
	if n.key.kind == throttle {
		if left := time.Until(n.lastStarted.Add(n.key.interval)); left > 0 {
			time.AfterFunc(left, func() { s.Batch(func(*atom.Batch) { r.removeIdle(s, n) }) })
			return
		}
	}
	delete(r.lanes, n.key)
	if n.key.scoped {
		return
	}
	without := func(all []*lane) []*lane { return slices.DeleteFunc(all, func(x *lane) bool { return x == n }) }
	for _, m := range n.neighbours {
		m.neighbours = without(m.neighbours)
	}
	if rest := without(r.lanesOf[n.key.policy]); len(rest) > 0 {
		r.lanesOf[n.key.policy] = rest
	} else {
		delete(r.lanesOf, n.key.policy)
	}
}
