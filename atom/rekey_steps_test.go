package atom_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
)

// pass makes visible anew, and takes out what cannot be made.
func (y *rekeyModel) pass() {
	now := y.base.clone()
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool {
		next := now.clone()
		if !e.make(next, e) {
			return true
		}
		now = next
		return false
	})
	y.visible = now
	for len(y.live) > 0 && y.live[0].succeeded > 0 {
		y.live[0].make(y.base, y.live[0])
		y.live = y.live[1:]
	}
}

// watch has what a watcher of a keyedItem has seen compared with what is there.
func (y *rekeyModel) watch() {
	part := rapid.SampledFrom(partNames).Draw(y.T, "part")
	if len(y.visible[part]) == 0 || len(y.seen) > 5 {
		y.Skip()
	}
	first := y.visible[part][0].ID
	a := y.keyedItem(part, first)
	seen := a.Get(y.store)
	y.store.Subscribe(a, func() { seen = a.Get(y.store) })
	y.seen = append(y.seen, func() {
		want := ""
		if c := y.visible.find(part, first); c != nil {
			want = fmt.Sprint(keyedItem{y.now(first), c.N})
		}
		if now, ok := a.Lookup(y.store); now != seen || ok != (want != "") || ok && fmt.Sprint(now) != want {
			y.Fatalf("a watcher of %v sees %v, there is %v, want %s", a, seen, now, want)
		}
		for _, e := range y.live {
			at, now := e.Concerns(y.store, a), e.Concerns(y.store, y.keyedItem(part, first))
			if at != now {
				y.Fatalf("%s concerns %v: %v under one key, %v under another", e.does, a, at, now)
			}
			if strings.Contains(e.does, " "+part+" ") && e.element && slices.ContainsFunc(y.names[first], func(name string) bool { return strings.Contains(e.does, " "+name+" ") }) && !at {
				y.Fatalf("%s does not concern %v", e.does, a)
			}
		}
	})
}

func (y *rekeyModel) pick() *renamedEntry {
	if len(y.live) == 0 {
		y.Skip()
	}
	return rapid.SampledFrom(y.live).Draw(y.T, "entry")
}

func (y *rekeyModel) drop() {
	e := y.pick()
	y.Log("drop", e.does)
	y.must(e.Drop(y.store))
	y.live = slices.DeleteFunc(y.live, func(x *renamedEntry) bool { return x == e })
	y.pass()
}

func (y *rekeyModel) succeed() {
	e := y.pick()
	y.Log("succeed", e.does)
	if e.succeeded++; e.succeeded == 1 {
		y.must(e.Succeed(y.store))
	}
	y.pass()
}

func (y *rekeyModel) asSent() {
	e := y.pick()
	if !e.element {
		y.Skip("what an edit of a collection sends is not known here")
	}
	y.Log("as sent", e.does)
	e.PinPatch(y.store)
	e.sent, e.sentFrom, e.sentTo = true, e.was, e.set
}

// sync puts a base there that has some entries' changes, in the batch of a rename or not.
func (y *rekeyModel) sync(b *atom.Batch) {
	base := y.base.clone()
	var contained []*atom.Entry
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool {
		if rapid.IntRange(0, 2).Draw(y.T, "contained") > 0 {
			return false
		}
		if next := base.clone(); e.make(next, e) {
			base = next
		}
		contained = append(contained, e.Entry)
		return true
	})
	if part := rapid.SampledFrom(partNames).Draw(y.T, "part"); rapid.Bool().Draw(y.T, "more") {
		base[part] = append(base[part], keyedItem{ID: y.fresh("s")})
	}
	y.Log("sync with", len(contained))
	want := y.base.text()
	y.must(y.root.SyncFunc(b, func(was keyedLists) (keyedLists, error) {
		if got := y.text(was); got != want {
			y.Fatalf("the base is\n%s, want\n%s", got, want)
		}
		return y.lists(base), nil
	}, contained...))
	y.base = base
	y.pass()
}

func (y *rekeyModel) rekey() {
	part := rapid.SampledFrom(append(partNames, "Boards")).Draw(y.T, "part")
	first := boardKey
	if part != "Boards" {
		if len(y.visible[part]) == 0 {
			y.Skip()
		}
		first = rapid.SampledFrom(y.visible[part]).Draw(y.T, "keyedItem").ID
	}
	from := y.anyName(first)
	y.next++
	to := fmt.Sprint("r", y.next)
	y.Log("rekey", part, y.now(first), to)
	y.store.Batch(func(b *atom.Batch) {
		y.rename(b, part, from, to)
		y.names[first] = append(y.names[first], to)
		if rapid.Bool().Draw(y.T, "sync") {
			y.sync(b)
		}
	})
}

func (y *rekeyModel) rename(b *atom.Batch, part, from, to string) {
	y.must(y.renamed(b, part, from, to))
}

func (y *rekeyModel) renamed(b *atom.Batch, part, from, to string) error {
	return map[string]func() error{
		"Slice":  func() error { return atom.Rekey(b, y.slice(), from, to) },
		"List":   func() error { return atom.Rekey(b, y.list(), from, to) },
		"Map":    func() error { return atom.Rekey(b, y.table(), from, to) },
		"Plain":  func() error { return atom.Rekey(b, y.plain(), from, to) },
		"Cards":  func() error { return atom.Rekey(b, y.cards(), from, to) },
		"Boards": func() error { return atom.Rekey(b, y.boards(), from, to) },
	}[part]()
}

// late has the base bring what a pending insert has added, under its real key, which is
// known for that only afterwards.
func (y *rekeyModel) late() {
	i := slices.IndexFunc(y.live, func(e *renamedEntry) bool { return strings.HasPrefix(e.does, "insert") })
	if i < 0 {
		y.Skip()
	}
	insert := y.live[i]
	var part, key string
	var to int
	fmt.Sscanf(insert.does, "insert %s %s %d", &part, &key, &to)
	first := key
	if y.names[first] == nil || y.now(first) != key || y.visible.find(part, first) == nil || y.base.find(part, first) != nil {
		y.Skip()
	}
	server := y.fresh("s")
	y.Log("late", insert.does, server)
	base := y.base.clone()
	base[part] = append(base[part], keyedItem{ID: server})
	y.must(y.root.Sync(y.store, y.lists(base)))
	y.base = base
	y.pass()
	y.check()
	y.store.Batch(func(b *atom.Batch) {
		if err := y.renamed(b, part, key, server); err != nil {
			if !errors.Is(err, atom.ErrKeyTaken) || !slices.ContainsFunc(y.live, func(e *renamedEntry) bool {
				return strings.HasPrefix(e.does, "move "+part) || strings.HasPrefix(e.does, "remove "+part)
			}) {
				y.Fatal(err)
			}
			insert = nil // something that is pending moves it, and so it stays
			return
		}
		delete(y.names, server)
		y.names[first] = append(y.names[first], server)
		y.base.find(part, server).ID = first
		y.must(y.root.SyncFunc(b, func(base keyedLists) (keyedLists, error) { return base, nil }, insert.Entry))
	})
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool { return e == insert })
	y.pass()
}
