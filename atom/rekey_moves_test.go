package atom_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// rearrange is an edit of a part as a whole, with the keys that are given for first ones.
func rearrange(does, first, key string, to int, items []keyedItem, id func(keyedItem) string) []keyedItem {
	i := slices.IndexFunc(items, func(c keyedItem) bool { return id(c) == key })
	items = slices.Clone(items)
	switch {
	case does == "insert" && i < 0:
		items = slices.Insert(items, min(to, len(items)), keyedItem{ID: key, N: to})
	case i < 0:
	case does == "remove":
		items = slices.Delete(items, i, i+1)
	case does == "move":
		c := items[i]
		items = slices.Insert(slices.Delete(items, i, i+1), min(to, len(items)-1), c)
	case does == "edit":
		items[i].N = 2*items[i].N + to + 1
	}
	return items
}

func ownID(c keyedItem) string { return c.ID }

func checked[T any](before any, c draft.Changes) any {
	v, err := draft.Apply(*before.(*T), c)
	if err != nil {
		return err.Error()
	}
	if _, err := c.GuardedPatch(before); err != nil {
		return err.Error()
	}
	return v
}

// anyName is a key that has led to what first is called now.
func (y *rekeyModel) anyName(first string) string {
	return rapid.SampledFrom(y.names[first]).Draw(y.T, "name")
}

func (y *rekeyModel) slice() *atom.Atom[[]keyedItem] {
	return atom.Focus(y.root, func(s *keyedLists) *[]keyedItem { return &s.Slice })
}
func (y *rekeyModel) list() *atom.Atom[draft.List[keyedItem]] {
	return atom.Focus(y.root, func(s *keyedLists) *draft.List[keyedItem] { return &s.List })
}
func (y *rekeyModel) table() *atom.Atom[draft.Map[string, keyedItem]] {
	return atom.Focus(y.root, func(s *keyedLists) *draft.Map[string, keyedItem] { return &s.Map })
}
func (y *rekeyModel) plain() *atom.Atom[map[string]*keyedItem] {
	return atom.Focus(y.root, func(s *keyedLists) *map[string]*keyedItem { return &s.Plain })
}
func (y *rekeyModel) boards() *atom.Atom[[]keyedBoard] {
	return atom.Focus(y.root, func(s *keyedLists) *[]keyedBoard { return &s.Boards })
}
func (y *rekeyModel) cards() *atom.Atom[draft.List[*keyedItem]] {
	return atom.Focus(atom.At(y.boards(), y.anyName(boardKey)), func(b *keyedBoard) *draft.List[*keyedItem] { return &b.Cards })
}

// dispatch is an edit of a part, of all parts, or of a keyedItem.
func (y *rekeyModel) dispatch() {
	part := rapid.SampledFrom(partNames).Draw(y.T, "part")
	does := rapid.SampledFrom([]string{"insert", "insert", "remove", "move", "edit", "element", "element", "count"}).Draw(y.T, "does")
	to := rapid.IntRange(0, 2).Draw(y.T, "to")
	var first string
	if n := len(y.visible[part]); does == "insert" || n == 0 {
		first = y.fresh("t")
	} else {
		first = y.visible[part][rapid.IntRange(0, n-1).Draw(y.T, "keyedItem")].ID
	}
	key := y.now(first)
	e := &renamedEntry{does: fmt.Sprint(does, " ", part, " ", key, " ", to)}
	e.element = does == "element" || does == "count"
	e.make = func(p plainLists, e *renamedEntry) bool {
		p[part] = rearrange(does, first, first, to, p[part], ownID)
		return true
	}
	if e.element {
		e.make = func(p plainLists, e *renamedEntry) bool {
			c := p.find(part, first)
			switch {
			case c == nil:
				return false
			case !e.sent:
				e.was, c.N = c.N, 2*c.N+to
			case e.sentFrom == e.sentTo:
				e.was = c.N
			default:
				e.was, c.N = c.N, e.sentTo
			}
			e.set = c.N
			return true
		}
	}
	y.Log("dispatch", e.does)
	edit := y.edit(e, part, does, first, key, to)
	entry, err := atom.Dispatch(y.store, edit)
	fits := e.make(y.visible.clone(), e)
	if (err == nil) != fits {
		y.Fatal("the Law says ", fits, ": ", err)
	}
	if fits {
		e.Entry = entry
		y.live = append(y.live, e)
		y.pass()
	}
}

func (y *rekeyModel) edit(e *renamedEntry, part, does, first, key string, to int) *atom.Edit {
	if e.element {
		a := y.keyedItem(part, first)
		if does == "count" {
			e.check = checked[int]
			return atom.Focus(a, func(c *keyedItem) *int { return &c.N }).Edit(func(n *int) { *n = 2**n + to })
		}
		e.check = checked[keyedItem]
		return a.Edit(func(c *keyedItem) { c.N = 2*c.N + to })
	}
	if to == 1 && part == "Slice" {
		e.check = checked[keyedLists]
		return y.root.Edit(func(s *keyedLists) { s.Slice = rearrange(does, first, key, to, s.Slice, ownID) })
	}
	switch part {
	case "Slice":
		e.check = checked[[]keyedItem]
		return y.slice().Edit(func(s *[]keyedItem) { *s = rearrange(does, first, key, to, *s, ownID) })
	case "List":
		e.check = checked[draft.List[keyedItem]]
		return y.list().Edit(func(l *draft.List[keyedItem]) {
			switch i := l.Index(key); {
			case does == "insert" && i < 0:
				l.Insert(min(to, l.Len()), keyedItem{ID: key, N: to})
			case i < 0:
			case does == "remove":
				l.Delete(i)
			case does == "move":
				l.Move(i, min(to, l.Len()-1))
			case does == "edit":
				c := l.Edit(i)
				c.N = 2*c.N + to + 1
			}
		})
	case "Cards":
		e.check = checked[draft.List[*keyedItem]]
		return y.cards().Edit(func(l *draft.List[*keyedItem]) {
			all := []keyedItem{}
			for c := range l.Values() {
				all = append(all, *c)
			}
			all = rearrange(does, first, key, to, all, ownID)
			l.Clear()
			for _, c := range all {
				l.Append(&c)
			}
		})
	case "Map":
		e.check = checked[draft.Map[string, keyedItem]]
		return y.table().Edit(func(m *draft.Map[string, keyedItem]) {
			switch c, has := m.Get(key); {
			case does == "insert" && !has:
				m.Set(key, keyedItem{ID: key, N: to})
			case does == "remove":
				m.Delete(key)
			case does == "edit" && has:
				c.N = 2*c.N + to + 1
				m.Set(key, c)
			}
		})
	}
	e.check = checked[map[string]*keyedItem]
	return y.plain().Edit(func(m *map[string]*keyedItem) {
		switch c, has := (*m)[key]; {
		case does == "insert" && !has:
			(*m)[key] = &keyedItem{ID: key, N: to}
		case does == "remove":
			delete(*m, key)
		case does == "edit" && has:
			c.N = 2*c.N + to + 1
		}
	})
}

// keyedItem is the atom of one, under any key that it has had.
func (y *rekeyModel) keyedItem(part, first string) *atom.Atom[keyedItem] {
	key := y.anyName(first)
	behind := func(p *atom.Atom[*keyedItem]) *atom.Atom[keyedItem] {
		return atom.Focus(p, func(c **keyedItem) *keyedItem { return *c })
	}
	switch part {
	case "Slice":
		return atom.At(y.slice(), key)
	case "List":
		return atom.ListAt(y.list(), key)
	case "Map":
		return atom.MapKey(y.table(), key)
	case "Plain":
		return behind(atom.Key(y.plain(), key))
	}
	return behind(atom.ListAt(y.cards(), key))
}
