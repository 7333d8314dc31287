package saga_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/history"
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
	law *history.Law
}

func newMachine(t *rapid.T) *machine {
	m := &machine{t: t, store: atom.NewStore(), hands: map[int]settler{}, watching: map[int]func(){}}
	for i := range m.sides {
		start := history.State{Items: drawItems(t), Meta: history.Meta{Title: "t"}}
		m.sides[i] = side{newAtoms(), &history.Law{Base: start.Clone()}}
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

func (m *machine) settle() {
	at := m.side()
	pending := at.law.Pending()
	if len(pending) == 0 {
		return
	}
	k := rapid.SampledFrom(pending).Draw(m.t, "k")
	ok := rapid.Bool().Draw(m.t, "ok")
	m.hands[k].settle(map[bool]error{true: nil, false: errServer}[ok])
	at.law.Settle(k, ok)
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
			"settle":   func(*rapid.T) { m.settle() },
			"write":    func(*rapid.T) { m.write() },
			"server":   func(*rapid.T) { m.server() },
			"refetch":  func(*rapid.T) { m.refetch() },
			"mount":    func(*rapid.T) { m.mount() },
			"":         m.check,
		})
		for i := range m.sides {
			for _, k := range m.sides[i].law.Pending() {
				m.hands[k].settle(errServer)
				m.sides[i].law.Settle(k, false)
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
