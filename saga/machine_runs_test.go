package saga_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/history"
	"github.com/atomsaga/atomsaga/saga"
)

// A running is what the machine knows of a task.
type running struct {
	k       int
	task    *saga.Task
	policy  string
	key     string // of the policy
	on      []atomName
	closed  bool // nobody may join it any more
	retries int
	timeout bool
	several bool                              // edits of one root, each of which is sent as a patch of its own
	changes []map[*history.Law]history.Change // of each run that has joined
	post    func() bool                       // tells the oracle; false when it cannot be made
}

// An atomName names an atom: a part of one of the boards.
type atomName struct {
	board *atoms
	part  part
	id    string // of the item
}

func (s atomName) overlaps(o atomName) bool {
	switch {
	case s.board != o.board:
		return false
	case s.part == onRoot, o.part == onRoot:
		return true
	case s.part == onItem && o.part == onItem:
		return s.id == o.id
	}
	return (s.part == onMeta) == (o.part == onMeta)
}

const scope = "scope" // a key in which all meet

// alike reports whether two runs are about the same, to a policy that they have in common.
func (r *running) alike(o *running) bool {
	return r.policy == o.policy && r.policy != "every" && r.key == o.key && (r.key == scope || slices.Equal(r.on, o.on))
}

// meets reports whether one of two runs has to wait for the other.
func (r *running) meets(o *running) bool {
	return r.alike(o) || r.policy == o.policy && r.policy != "every" && r.key == o.key &&
		slices.ContainsFunc(r.on, func(s atomName) bool { return slices.ContainsFunc(o.on, s.overlaps) })
}

// keys are those that the policy is given.
func (r *running) keys() []any {
	switch r.key {
	case "":
		return nil
	case scope:
		return []any{saga.Scope(scope)}
	}
	return []any{r.key}
}

func (r *running) String() string {
	return fmt.Sprintf("%d, %s %s, %v", r.k, r.policy, r.key, r.task.State())
}

var policies = []string{"every", "every", "every", "latest", "leading", "serial", "debounce", "throttle"}

const interval = 10 * time.Millisecond // of Debounce and Throttle

// dispatch runs a saga with whatever a saga can have.
func (m *machine) dispatch() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	where := m.part(op)
	r := &running{
		policy:  rapid.SampledFrom(policies).Draw(m.t, "policy"),
		changes: []map[*history.Law]history.Change{{at.law: where.of(op)}},
	}
	if r.timeout = rapid.IntRange(0, 7).Draw(m.t, "timeout") == 0; !r.timeout {
		r.retries = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(m.t, "retries")
	}
	var then *history.Operation
	if rapid.IntRange(0, 3).Draw(m.t, "post-effect") == 0 {
		after := operations.Filter(func(o history.Operation) bool {
			return where == onRoot || where == onMeta && o.OnMeta() || where == onItems && !o.OnMeta() || where == onItem && o.OnItem()
		}).Draw(m.t, "then")
		after.ID = map[bool]string{true: op.ID, false: after.ID}[where == onItem]
		then = &after
		r.post = func() bool { return at.law.Plain(where.of(after)) }
	}
	r.on = []atomName{{board: at.atoms, part: where}}
	r.key = rapid.SampledFrom([]string{"", "", "", scope}).Draw(m.t, "key")
	switch where {
	case onMeta:
		m.enter(r, func() *saga.Task {
			return start(m, at.meta, op.ApplyMeta, postOn(then, history.Operation.ApplyMeta), r)
		})
	case onItems:
		m.enter(r, func() *saga.Task {
			return start(m, at.items, func(items *[]history.Item) { onList(op, items) }, postOn(then, onList), r)
		})
	case onItem:
		r.on[0].id = op.ID
		m.enter(r, func() *saga.Task {
			return start(m, at.itemByID.Of(op.ID), op.ApplyItem, postOn(then, history.Operation.ApplyItem), r)
		})
	default:
		m.enter(r, func() *saga.Task {
			return start(m, at.root, once(op), postOn(then, func(o history.Operation, s *history.State) { once(o)(s) }), r)
		})
	}
}

func postOn[T any](op *history.Operation, apply func(history.Operation, *T)) func(*T) {
	if op == nil {
		return nil
	}
	return func(v *T) { apply(*op, v) }
}

// start runs a saga on an atom of any type. Its own effect, which runs when the
// test releases it, cancels its task.
func start[T any](m *machine, a *atom.Atom[T], update, post func(*T), r *running) *saga.Task {
	s := saga.Update(update).Effect(func(ctx context.Context, _ T) error {
		saga.TaskFrom(ctx).Cancel()
		return nil
	})
	if post != nil {
		s = s.PostEffect(post)
	}
	if r.timeout {
		s = s.Timeout(5 * time.Millisecond)
	}
	s = s.Retry(saga.Backoff{Retries: r.retries, Base: time.Millisecond})
	switch r.policy {
	case "latest":
		s = s.Latest(r.keys()...)
	case "leading":
		s = s.Leading(r.keys()...)
	case "serial":
		s = s.Serial(r.keys()...)
	case "debounce":
		s = s.Debounce(interval, r.keys()...)
	case "throttle":
		s = s.Throttle(interval, r.keys()...)
	}
	return saga.Run(m.store, a, s)
}

// transact changes up to three parts of both sides as one.
func (m *machine) transact() {
	r := &running{
		policy: rapid.SampledFrom([]string{"every", "every", "latest", "leading", "serial"}).Draw(m.t, "policy"),
		key:    rapid.SampledFrom([]string{"tx", "tx", "tx", scope}).Draw(m.t, "key"),
	}
	var edits []func(*saga.Tx)
	changes := map[*history.Law]history.Change{}
	for range rapid.IntRange(1, 3).Draw(m.t, "edits") {
		at, op := m.side(), operations.Draw(m.t, "operation")
		where := m.part(op)
		edits = append(edits, func(tx *saga.Tx) {
			switch where {
			case onMeta:
				saga.Edit(tx, at.meta, op.ApplyMeta)
			case onItem:
				saga.Edit(tx, at.itemByID.Of(op.ID), op.ApplyItem)
			case onItems:
				saga.Edit(tx, at.items, func(items *[]history.Item) { onList(op, items) })
			default:
				saga.Edit(tx, at.root, once(op))
			}
		})
		change := where.of(op)
		if before := changes[at.law]; before != nil {
			r.several = true
			changes[at.law] = func(s *history.State) bool { return before(s) && change(s) }
		} else {
			changes[at.law] = change
		}
		r.on = append(r.on, atomName{at.atoms, where, map[bool]string{true: op.ID}[where == onItem]})
	}
	r.changes = []map[*history.Law]history.Change{changes}
	m.enter(r, func() *saga.Task {
		return saga.Transact(m.store, func(tx *saga.Tx) {
			for _, edit := range edits {
				edit(tx)
			}
			switch r.policy {
			case "latest":
				tx.Latest(r.keys()...)
			case "leading":
				tx.Leading(r.keys()...)
			case "serial":
				tx.Serial(r.keys()...)
			}
		}, func(ctx context.Context, patches []draft.Changes) error {
			saga.TaskFrom(ctx).Cancel()
			return nil
		})
	})
}

// alike returns those that run and are about the same.
func (m *machine) alike(r *running) (all []*running) {
	for _, other := range m.runs {
		if other.alike(r) {
			all = append(all, other)
		}
	}
	return all
}

// enter dispatches, and tells the oracle what the policy has to make of it.
func (m *machine) enter(r *running, run func() *saga.Task) {
	lane := m.alike(r)
	var open *running // a burst
	if n := len(lane); n > 0 && lane[n-1].task.Waiting() && (r.policy == "debounce" || r.policy == "throttle") {
		open = lane[n-1]
	}
	fits := true
	for law, change := range r.changes[0] {
		v := law.Value()
		fits = change(&v) && fits
	}
	r.task = run()
	switch {
	case r.policy == "leading" && len(lane) > 0:
		if r.task != lane[0].task {
			m.t.Fatal("Leading must return the running task")
		}
		return
	case !fits:
		if r.task.State() != saga.Failed {
			m.t.Fatalf("a change that cannot be made is %v: %v", r.task.State(), r.task.Err())
		}
		m.end(r)
		return
	case open != nil && r.task == open.task:
		if open.closed || !slices.Equal(r.on, open.on) {
			m.t.Fatalf("%s must not join task %d: what overlaps was run in between, or it is about another atom", r.policy, open.k)
		}
		r.k = open.k
		open.retries, open.timeout = r.retries, r.timeout
		open.changes = append(open.changes, r.changes...)
		open.post = r.post
	default:
		if slices.ContainsFunc(m.runs, func(other *running) bool { return other.task == r.task }) {
			m.t.Fatalf("%s must not join", r.policy)
		}
		r.k = m.next
		m.next++
		for _, other := range m.runs {
			other.closed = other.closed || other.meets(r)
		}
		m.runs = append(m.runs, r)
	}
	history.Transact(r.k, r.changes[0])
	if r.policy == "latest" {
		for _, old := range lane {
			if old.task.State() == saga.Running {
				m.t.Fatal("Latest must supersede")
			}
			m.leave(old)
		}
		if m.changes[0].Load() > 1 || m.changes[1].Load() > 1 {
			m.t.Fatal("an observer has seen the value between the old one and the new one")
		}
	}
}
