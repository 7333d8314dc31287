package saga_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/history"
	"github.com/atomsaga/atomsaga/saga"
)

// A machine draws histories that nobody has recorded: two roots, writes on the
// root, on parts and on families, the server's, failures in any order, and
// components that mount and leave in between.
type machine struct {
	t     *rapid.T
	store *atom.Store
	sides [2]side
	next  int
	hands map[int]settler

	watching map[int]func()
}

// A side is one root atom with its oracle: a log of its own.
type side struct {
	*atoms
	law        *history.Law
	lastLatest []int
}

// superseded is the change that a new one with the policy Latest takes back.
func (s *side) superseded() (k int, ok bool) {
	if len(s.lastLatest) == 0 {
		return 0, false
	}
	k = s.lastLatest[0]
	return k, slices.Contains(s.law.Pending(), k)
}

func newMachine(t *rapid.T) *machine {
	m := &machine{t: t, store: atom.NewStore(), hands: map[int]settler{}, watching: map[int]func(){}}
	for i := range m.sides {
		start := history.State{Items: drawItems(t), Meta: history.Meta{Title: "t"}}
		m.sides[i] = side{atoms: newAtoms(), law: &history.Law{Base: start.Clone()}}
		if err := m.sides[i].root.Sync(m.store, start); err != nil {
			t.Fatal(err)
		}
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

func (m *machine) dispatch() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	k := m.next
	m.next++
	needs := ""
	switch parts := rapid.Bool().Draw(m.t, "parts"); {
	case parts && op.OnMeta():
		m.hands[k] = run(m.t, m.store, at.meta, op.ApplyMeta)
	case parts && op.OnItem() && at.root.Get(m.store).Has(op.ID):
		m.hands[k] = run(m.t, m.store, at.itemByID.Of(op.ID), op.ApplyItem)
		needs = op.ID
	default:
		m.hands[k] = run(m.t, m.store, at.root, once(op))
	}
	at.law.Start(k, once(op), needs)
}

// transact changes both sides, or one of them twice, as one.
func (m *machine) transact() {
	x, y := m.side(), m.side()
	first, second := once(operations.Draw(m.t, "first")), once(operations.Draw(m.t, "second"))
	k := m.next
	m.next++
	h := &hand[history.State]{t: m.t, answers: make(chan error, 1)}
	h.task = saga.Transact(m.store, func(tx *saga.Tx) {
		saga.Edit(tx, x.root, first)
		saga.Edit(tx, y.root, second)
	}, func(ctx context.Context) error { return h.wait(ctx) })
	m.hands[k] = h
	changes := map[*history.Law]func(*history.State){x.law: first, y.law: second}
	if x == y {
		changes = map[*history.Law]func(*history.State){x.law: func(s *history.State) { first(s); second(s) }}
	}
	history.Transact(k, changes)
}

func (m *machine) settle() {
	at := m.side()
	pending := at.law.Pending()
	if len(pending) == 0 {
		return
	}
	k := rapid.SampledFrom(pending).Draw(m.t, "k")
	ok := rapid.Bool().Draw(m.t, "ok")
	m.end(k, ok)
}

// end has the effect of k work, or fail.
func (m *machine) end(k int, ok bool) {
	m.hands[k].settle(map[bool]error{true: nil, false: errServer}[ok])
	for i := range m.sides {
		m.sides[i].law.Settle(k, ok)
	}
	for i := range m.sides {
		m.sides[i].law.Fold() // what the other side has held back
	}
}

// latest supersedes the last one that was run so, in the batch in which the new
// one enters.
func (m *machine) latest() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	k := m.next
	m.next++
	h := &hand[history.State]{t: m.t, answers: make(chan error, 1)}
	h.task = saga.Run(m.store, at.root, saga.Update(once(op)).
		Effect(func(ctx context.Context, _ history.State) error { return h.wait(ctx) }).Latest())
	m.hands[k] = h
	at.law.Start(k, once(op), "")
	if before, ok := at.superseded(); ok {
		m.leaveLaw(before)
	}
	at.lastLatest = append(at.lastLatest[:0], k)
}

// cancel takes one back before its effect has ended.
func (m *machine) cancel() {
	at := m.side()
	if pending := at.law.Pending(); len(pending) > 0 {
		k := rapid.SampledFrom(pending).Draw(m.t, "k")
		m.hands[k].cancel()
		m.leaveLaw(k)
	}
}

func (m *machine) leaveLaw(k int) {
	for i := range m.sides {
		m.sides[i].law.Settle(k, false)
	}
	for i := range m.sides {
		m.sides[i].law.Fold()
	}
}

func (m *machine) write() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	if rapid.Bool().Draw(m.t, "set") {
		to := history.Meta{N: op.By, Title: op.Title}
		m.must(at.meta.Set(m.store, to))
		at.law.Plain(func(s *history.State) { s.Meta = to }, "")
		return
	}
	m.must(at.root.Update(m.store, once(op)))
	at.law.Plain(once(op), "")
}

func (m *machine) server() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	m.must(at.root.SyncUpdate(m.store, once(op)))
	at.law.Server(once(op))
}

func (m *machine) refetch() {
	at := m.side()
	items := drawItems(m.t)
	m.must(at.items.Sync(m.store, items))
	at.law.Server(func(s *history.State) { s.Items = slices.Clone(items) })
}

// mount has somebody watch an item, and leave later. What a watcher saw last
// must be what is there: a missed notification is a stale component.
func (m *machine) mount() {
	at, id := m.side(), ids.Draw(m.t, "id")
	a := at.itemByID.Of(id)
	last, _ := a.Lookup(m.store)
	key := m.next
	m.next++
	stop := atom.Subscribe(m.store, a, func() { last, _ = a.Lookup(m.store) })
	m.watching[key] = func() {
		if now, _ := a.Lookup(m.store); now != last {
			m.t.Fatalf("a watcher of %s still shows %+v, not %+v", id, last, now)
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

func (m *machine) check(*rapid.T) {
	for i := range m.sides {
		if err := m.sides[i].check(m.store, m.sides[i].law); err != nil {
			m.t.Fatal(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.watching)) {
		m.watching[key]()
	}
}

// TestGeneratedHistories checks the Law after every event of histories that
// rapid draws: 100 of them, or as many as -rapid.checks says.
func TestGeneratedHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"dispatch": func(*rapid.T) { m.dispatch() },
			"transact": func(*rapid.T) { m.transact() },
			"latest":   func(*rapid.T) { m.latest() },
			"settle":   func(*rapid.T) { m.settle() },
			"cancel":   func(*rapid.T) { m.cancel() },
			"write":    func(*rapid.T) { m.write() },
			"server":   func(*rapid.T) { m.server() },
			"refetch":  func(*rapid.T) { m.refetch() },
			"mount":    func(*rapid.T) { m.mount() },
			"":         m.check,
		})
		for i := range m.sides {
			for _, k := range m.sides[i].law.Pending() {
				m.end(k, false)
			}
		}
		m.check(t)
		for i := range m.sides {
			if n := atom.Pending(m.store, m.sides[i].root); n != 0 {
				t.Fatalf("%d entries are left after everything has settled", n)
			}
		}
	})
}
