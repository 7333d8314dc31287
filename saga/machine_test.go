package saga_test

import (
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/history"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// A machine draws histories that nobody has recorded: two roots, each a board; sagas on
// the root, on its parts, on the list and on its cards, under every policy, alone and in
// a scope, with retries, timeouts and post-effects; transactions; writes, alone and in batches; the server's; what
// was sent; cancels, retries of what has ended, and components that mount and
// leave in between.
type machine struct {
	t       *rapid.T
	store   *atom.Store
	effects *sagatest.Effects
	sides   [2]side
	runs    []*running // that go on, in the order of dispatch
	ended   []*running
	next    int

	watching map[int]func()
	changes  [2]atomic.Int32 // notifications of each side in this event
}

// A side is one root atom with its oracle.
type side struct {
	*atoms
	law *history.Law
}

func newMachine(t *rapid.T) *machine {
	m := &machine{t: t, store: atom.NewStore(), watching: map[int]func(){}}
	m.effects = sagatest.Hold(m.store)
	var starts []history.State
	for i := range m.sides {
		start := history.State{Items: drawItems(t), Meta: history.Meta{Title: "t"}}
		starts = append(starts, start)
		m.sides[i] = side{atoms: newAtoms()}
		m.must(m.sides[i].root.Sync(m.store, start))
	}
	for i, law := range history.Laws(starts...) {
		m.sides[i].law = law
	}
	return m
}

func drawItems(t *rapid.T) (items []history.Item) {
	for i := range rapid.IntRange(0, 4).Draw(t, "items") {
		items = append(items, history.Item{ID: fmt.Sprint("i", i), Name: fmt.Sprint("n", i)})
	}
	return items
}

var ids = rapid.SampledFrom([]string{"i0", "i1", "i2", "i3", "x0", "x1"})

var operations = rapid.Custom(func(t *rapid.T) history.Operation {
	id := ids.Draw(t, "id")
	return history.Operation{
		Op:    rapid.SampledFrom([]string{"toggle", "setName", "inc", "push", "insert0", "remove", "move", "setTitle", "incN"}).Draw(t, "op"),
		ID:    id,
		Name:  rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "name"),
		Title: rapid.SampledFrom([]string{"t", "u"}).Draw(t, "title"),
		By:    rapid.IntRange(-1, 2).Draw(t, "by"),
		To:    rapid.IntRange(0, 4).Draw(t, "to"),
		Item:  history.Item{ID: id, Name: "new"},
	}
})

// once makes push and insert0 put in an item only where there is none of its
// id: identities are unique in a list.
func once(op history.Operation) func(*history.State) {
	return func(s *history.State) {
		if (op.Op == "push" || op.Op == "insert0") && s.Has(op.Item.ID) {
			return
		}
		op.Apply(s)
	}
}

func (m *machine) side() *side { return &m.sides[rapid.IntRange(0, 1).Draw(m.t, "side")] }

// A part is where an operation is dispatched: a root, what is beside its list,
// or an item.
type part int

const (
	onRoot part = iota
	onMeta
	onItems
	onItem
)

func (m *machine) part(op history.Operation) part {
	switch {
	case op.OnMeta() && rapid.Bool().Draw(m.t, "on meta"):
		return onMeta
	case op.OnItem() && rapid.Bool().Draw(m.t, "on item"):
		return onItem
	case !op.OnMeta() && rapid.Bool().Draw(m.t, "on the list"):
		return onItems
	}
	return onRoot
}

// onList is the operation on the list of items.
func onList(op history.Operation, items *[]history.Item) {
	s := history.State{Items: *items}
	once(op)(&s)
	*items = s.Items
}

// of is the operation, dispatched on that part, for the oracle.
func (p part) of(op history.Operation) history.Change {
	if p == onItem {
		return history.OfItem(op.ID, op.ApplyItem)
	}
	return history.Always(once(op))
}

// mount has somebody watch an item, and leave later. What a watcher saw last
// must be what is there: a missed notification is a stale component.
func (m *machine) mount() {
	at, id := m.side(), ids.Draw(m.t, "id")
	a := at.itemByID.Of(id)
	var seen atomic.Value
	look := func() {
		it, _ := a.Lookup(m.store)
		seen.Store(it)
	}
	look()
	key := m.next
	m.next++
	stop := m.store.Subscribe(a, look)
	m.watching[key] = func() {
		if now, _ := a.Lookup(m.store); now != seen.Load() {
			m.t.Fatalf("a watcher of %s still shows %+v, not %+v", id, seen.Load(), now)
		}
		if rapid.IntRange(0, 2).Draw(m.t, "leave") == 0 {
			stop()
			delete(m.watching, key)
		}
	}
}

func (m *machine) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

// reconcile compares the tasks with the oracle, which knows of conflicts, and
// with the clock.
func (m *machine) reconcile() {
	for _, r := range slices.Clone(m.runs) {
		switch state := r.task.State(); {
		case state == saga.Running && !m.has(r.k):
			m.t.Fatalf("task %d runs, and its change cannot be re-applied", r.k)
		case state == saga.Conflict && m.has(r.k):
			m.t.Fatalf("task %d met a conflict that there is not: %v", r.k, r.task.Err())
		case state == saga.Failed && (!r.timeout || r.task.Err() != saga.ErrTimeout):
			m.t.Fatalf("task %d has failed: %v", r.k, r.task.Err())
		case state == saga.Failed:
			m.leave(r)
		case state != saga.Running && state != saga.Conflict:
			m.t.Fatalf("task %d has become %v: %v", r.k, state, r.task.Err())
		case state == saga.Conflict:
			m.end(r)
		}
	}
	for i, r := range m.runs {
		behind := slices.ContainsFunc(m.runs[:i], r.meets)
		switch waits := r.task.Waiting(); {
		case behind && !waits:
			m.t.Fatalf("the effect of task %d, %s, has begun before the one in front of it was over", r.k, r.policy)
		case !behind && waits && r.task.Attempts() == 0 && r.policy != "debounce" && r.policy != "throttle":
			m.t.Fatalf("the effect of task %d, %s, waits for nothing", r.k, r.policy)
		}
	}
}

func (m *machine) has(k int) bool {
	return slices.ContainsFunc(m.sides[:], func(s side) bool { return s.law.Has(k) })
}

func (m *machine) check() {
	synctest.Wait()
	m.reconcile()
	for i := range m.sides {
		if err := m.sides[i].check(m.store, m.sides[i].law); err != nil {
			m.t.Fatal(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.watching)) {
		m.watching[key]()
	}
	for i := range m.changes {
		m.changes[i].Store(0)
	}
}

// finish has everything that runs fail, and looks whether anything is left.
func (m *machine) finish() {
	for len(m.runs) > 0 {
		if i := slices.IndexFunc(m.runs, func(r *running) bool { return !r.task.Waiting() }); i >= 0 {
			m.settles(m.runs[i], false)
		} else {
			time.Sleep(interval)
			synctest.Wait()
			if first := m.runs[0].task; first.State() == saga.Running && first.Waiting() {
				m.t.Fatalf("the effect of task %d never begins", m.runs[0].k)
			}
		}
		m.check()
	}
	for i := range m.sides {
		if n := m.sides[i].root.Pending(m.store); n != 0 {
			m.t.Fatalf("%d entries are left after everything has settled", n)
		}
	}
	time.Sleep(interval)
	synctest.Wait()
	if n := saga.Lanes(m.store); n != 0 {
		m.t.Fatalf("%d lanes are left after everything has settled", n)
	}
}

// leaveNothing ends what a history that failed has left running.
func (m *machine) leaveNothing() {
	for _, t := range saga.Tasks().Get(m.store).Running {
		t.Cancel()
	}
	synctest.Wait()
}

// TestGeneratedHistories checks the Law after every event of histories that
// rapid draws: 100 of them, or as many as -rapid.checks says. A million, other
// ones each time, with the seed of one that fails printed:
//
//	go test ./saga -run TestGeneratedHistories -timeout 0 -rapid.checks 1000000 -rapid.steps 10
//
// A history has 30 events, or as many as -rapid.steps says, on average; the seed
// goes to -rapid.seed.
func TestGeneratedHistories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cases.Check(bubble{t}, func(t *rapid.T) {
			m := newMachine(t)
			defer m.leaveNothing()
			for i := range m.sides {
				m.store.Subscribe(m.sides[i].root, func() { m.changes[i].Add(1) })
			}
			event := func(f func()) func(*rapid.T) { return func(*rapid.T) { f() } }
			t.Repeat(map[string]func(*rapid.T){
				"dispatch":  event(m.dispatch),
				"dispatch2": event(m.dispatch),
				"transact":  event(m.transact),
				"settle":    event(m.settle),
				"settle2":   event(m.settle),
				"cancel":    event(m.cancel),
				"send":      event(m.send),
				"again":     event(m.again),
				"write":     event(m.write),
				"batch":     event(m.batch),
				"server":    event(m.server),
				"refetch":   event(m.refetch),
				"elapse":    event(m.elapse),
				"mount":     event(m.mount),
				"":          event(m.check),
			})
			m.finish()
		})
	})
}

// bubble hides what rapid must not ask a test in a bubble: its deadline.
type bubble struct{ testing.TB }
