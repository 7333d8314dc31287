package atom_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// rearrange is an edit of a part as a whole, with the keys that are given for first ones.
func rearrange(does, first, key string, to int, crates []crate, id func(crate) string) []crate {
	i := slices.IndexFunc(crates, func(c crate) bool { return id(c) == key })
	crates = slices.Clone(crates)
	switch {
	case does == "insert" && i < 0:
		crates = slices.Insert(crates, min(to, len(crates)), crate{ID: key, N: to})
	case i < 0:
	case does == "remove":
		crates = slices.Delete(crates, i, i+1)
	case does == "move":
		c := crates[i]
		crates = slices.Insert(slices.Delete(crates, i, i+1), min(to, len(crates)-1), c)
	case does == "edit":
		crates[i].N = 2*crates[i].N + to + 1
	}
	return crates
}

func ownID(c crate) string { return c.ID }

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
func (y *renamer) anyName(first string) string {
	return rapid.SampledFrom(y.names[first]).Draw(y.T, "name")
}

func (y *renamer) slice() *atom.Atom[[]crate] {
	return atom.Focus(y.root, func(s *shelf) *[]crate { return &s.Slice })
}
func (y *renamer) list() *atom.Atom[draft.List[crate]] {
	return atom.Focus(y.root, func(s *shelf) *draft.List[crate] { return &s.List })
}
func (y *renamer) table() *atom.Atom[draft.Map[string, crate]] {
	return atom.Focus(y.root, func(s *shelf) *draft.Map[string, crate] { return &s.Map })
}
func (y *renamer) plain() *atom.Atom[map[string]*crate] {
	return atom.Focus(y.root, func(s *shelf) *map[string]*crate { return &s.Plain })
}
func (y *renamer) boards() *atom.Atom[[]shelfBoard] {
	return atom.Focus(y.root, func(s *shelf) *[]shelfBoard { return &s.Boards })
}
func (y *renamer) cards() *atom.Atom[draft.List[*crate]] {
	return atom.Focus(atom.At(y.boards(), y.anyName(boardKey)), func(b *shelfBoard) *draft.List[*crate] { return &b.Cards })
}

// dispatch is an edit of a part, of all parts, or of a crate.
func (y *renamer) dispatch() {
	part := rapid.SampledFrom(shelfParts).Draw(y.T, "part")
	does := rapid.SampledFrom([]string{"insert", "insert", "remove", "move", "edit", "element", "element", "count"}).Draw(y.T, "does")
	to := rapid.IntRange(0, 2).Draw(y.T, "to")
	var first string
	if n := len(y.visible[part]); does == "insert" || n == 0 {
		first = y.fresh("t")
	} else {
		first = y.visible[part][rapid.IntRange(0, n-1).Draw(y.T, "crate")].ID
	}
	key := y.now(first)
	e := &renamedEntry{does: fmt.Sprint(does, " ", part, " ", key, " ", to)}
	e.element = does == "element" || does == "count"
	e.make = func(p plainShelf, e *renamedEntry) bool {
		p[part] = rearrange(does, first, first, to, p[part], ownID)
		return true
	}
	if e.element {
		e.make = func(p plainShelf, e *renamedEntry) bool {
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

func (y *renamer) edit(e *renamedEntry, part, does, first, key string, to int) *atom.Edit {
	if e.element {
		a := y.crate(part, first)
		if does == "count" {
			e.check = checked[int]
			return atom.Focus(a, func(c *crate) *int { return &c.N }).Edit(func(n *int) { *n = 2**n + to })
		}
		e.check = checked[crate]
		return a.Edit(func(c *crate) { c.N = 2*c.N + to })
	}
	if to == 1 && part == "Slice" {
		e.check = checked[shelf]
		return y.root.Edit(func(s *shelf) { s.Slice = rearrange(does, first, key, to, s.Slice, ownID) })
	}
	switch part {
	case "Slice":
		e.check = checked[[]crate]
		return y.slice().Edit(func(s *[]crate) { *s = rearrange(does, first, key, to, *s, ownID) })
	case "List":
		e.check = checked[draft.List[crate]]
		return y.list().Edit(func(l *draft.List[crate]) {
			switch i := l.Index(key); {
			case does == "insert" && i < 0:
				l.Insert(min(to, l.Len()), crate{ID: key, N: to})
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
		e.check = checked[draft.List[*crate]]
		return y.cards().Edit(func(l *draft.List[*crate]) {
			all := []crate{}
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
		e.check = checked[draft.Map[string, crate]]
		return y.table().Edit(func(m *draft.Map[string, crate]) {
			switch c, has := m.Get(key); {
			case does == "insert" && !has:
				m.Set(key, crate{ID: key, N: to})
			case does == "remove":
				m.Delete(key)
			case does == "edit" && has:
				c.N = 2*c.N + to + 1
				m.Set(key, c)
			}
		})
	}
	e.check = checked[map[string]*crate]
	return y.plain().Edit(func(m *map[string]*crate) {
		switch c, has := (*m)[key]; {
		case does == "insert" && !has:
			(*m)[key] = &crate{ID: key, N: to}
		case does == "remove":
			delete(*m, key)
		case does == "edit" && has:
			c.N = 2*c.N + to + 1
		}
	})
}

// crate is the atom of one, under any key that it has had.
func (y *renamer) crate(part, first string) *atom.Atom[crate] {
	key := y.anyName(first)
	behind := func(p *atom.Atom[*crate]) *atom.Atom[crate] {
		return atom.Focus(p, func(c **crate) *crate { return *c })
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
