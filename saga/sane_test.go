package saga

import (
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// Every test of this package checks what a store has after each admission and each end of a
// task, and what its outbox has after each event: see export_test.go.

// sane returns an error that says which invariant of the registry does not hold, or nil.
func (r *registry) sane(b *atom.Batch) error {
	if err := r.saneTasks(); err != nil {
		return err
	}
	for key, n := range r.lanes {
		if n.key != key {
			return fmt.Errorf("a lane is under another's key")
		}
		if err := n.sane(r); err != nil {
			return fmt.Errorf("lane of %q: %w", key.on, err)
		}
	}
	for p, lanes := range r.lanesOf {
		for i, n := range lanes {
			if n.key.scoped || n.key.policy != p || slices.Contains(lanes[:i], n) {
				return fmt.Errorf("a lane is where it does not belong")
			}
			for _, m := range lanes[:i] {
				if r.renames == b.Renames() && n.overlaps(m) && !slices.Contains(n.neighbours, m) {
					return fmt.Errorf("lanes of %q and %q overlap and are no neighbours", n.key.on, m.key.on)
				}
			}
		}
	}
	for id, t := range r.unconfirmed {
		if t.ID() != id || !t.expecting || !t.live {
			return fmt.Errorf("a task is under another's id, or waits for no base")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.failures {
		if !t.failed() || t.spec.on == nil {
			return fmt.Errorf("a task that is %s is among the failures", t.State())
		}
	}
	return nil
}

func (r *registry) saneTasks() error {
	var before *Task
	for t := r.tasks.first; t != nil; t = t.next {
		switch {
		case t.prev != before:
			return fmt.Errorf("the list of tasks is broken")
		case t.State() != Running:
			return fmt.Errorf("a task that is %s is among those that run", t.State())
		}
		before = t
	}
	if r.tasks.last != before {
		return fmt.Errorf("the list of tasks has another end")
	}
	if len(r.tasks.ended) > maxRemembered {
		return fmt.Errorf("%d tasks are remembered", len(r.tasks.ended))
	}
	for _, t := range r.tasks.ended {
		if t.State() == Running {
			return fmt.Errorf("a task that runs is among those that have ended")
		}
	}
	return nil
}

func (n *lane) sane(r *registry) error {
	for i, t := range n.tasks {
		switch {
		case t.lane != n:
			return fmt.Errorf("it has another's task")
		case t.State() != Running:
			return fmt.Errorf("it has a task that is %s", t.State())
		case i > 0 && n.tasks[i-1].number >= t.number || t.number > r.entered:
			return fmt.Errorf("its tasks are not in the order in which they came")
		}
	}
	if x := n.joinable; x != nil && (x.started || x.task.burst != x || !slices.Contains(n.tasks, x.task)) {
		return fmt.Errorf("nobody may join its burst")
	}
	if len(n.tasks) == 0 && n.key.kind != throttle {
		return fmt.Errorf("nothing runs in it")
	}
	for i, m := range n.neighbours {
		switch {
		case m == n || slices.Contains(n.neighbours[:i], m):
			return fmt.Errorf("it has a neighbour twice")
		case m.key.policy != n.key.policy || r.lanes[m.key] != m:
			return fmt.Errorf("it has a neighbour that is not there")
		case !slices.Contains(m.neighbours, n):
			return fmt.Errorf("its neighbour does not know it")
		}
	}
	if !n.key.scoped && !slices.Contains(r.lanesOf[n.key.policy], n) {
		return fmt.Errorf("it is not among those of its policy")
	}
	return nil
}

// sane returns an error that says which invariant of the client does not hold, or nil.
func (c *outboxClient) sane(b *atom.Batch) error {
	running := 0
	for at, i := range c.order {
		switch {
		case !i.state.waits():
			return fmt.Errorf("%s is in the queue", i.state)
		case c.items[i.record.ID] != i || i.task == nil:
			return fmt.Errorf("what is in the queue is no item, or has no task")
		case at > 0 && c.order[at-1].compare(i) > 0:
			return fmt.Errorf("the queue is not in the order of the outbox")
		}
		if i.state == sending {
			running++
		}
		for _, x := range c.order[:at] {
			switch {
			case !x.overlaps(i):
			case x.state == sending && i.state == sending:
				return fmt.Errorf("two are sent that are about the same thing: %s, %s", x.record.Input, i.record.Input)
			case x.loggedAt > i.loggedAt && x.isInLog(b) && i.isInLog(b):
				return fmt.Errorf("the log is not in the order of the outbox: %s, %s", x.record.Input, i.record.Input)
			}
		}
	}
	if running != c.running {
		return fmt.Errorf("%d are sent, not %d", running, c.running)
	}
	for id, i := range c.items {
		switch {
		case i.record.ID != id:
			return fmt.Errorf("an item is under another's id")
		case i.state.waits() != slices.Contains(c.order, i):
			return fmt.Errorf("%s is not where it belongs", i.state)
		case i.state >= refused && !i.unreadable && itemStateOf(i.record) != i.state,
			i.state.waits() && i.state != settling && i.record.State != RecordQueued:
			return fmt.Errorf("%s has a record that is %q", i.state, i.record.State)
		case i.kept.Order != 0 && i.kept.Order != i.record.Order:
			return fmt.Errorf("the place of a record is not the one that it has")
		}
	}
	return nil
}
