package atom_test

import (
	"fmt"
	"runtime"
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// counterEdits are false where the function panics, or ends its goroutine.
var counterEdits = map[string]func(*counterValue) bool{
	"add":     func(b *counterValue) bool { b.Count++; return true },
	"double":  func(b *counterValue) bool { b.Count = 2*b.Count + 1; return true },
	"zero":    func(b *counterValue) bool { b.Count = 0; return true },
	"nothing": func(b *counterValue) bool { return true },
	"panic":   func(b *counterValue) bool { b.Count--; return b.Count%3 != 0 },
	"exit":    func(b *counterValue) bool { b.Count--; return b.Count%4 != 0 },
	"rename": func(b *counterValue) bool {
		if n := len(b.ID); n > 1 {
			b.ID = b.ID[:n-1]
		} else if n == 1 {
			b.ID += "'"
		}
		return true
	},
}

var (
	doings      = rapid.SampledFrom([]string{"add", "double", "zero", "nothing", "panic", "exit", "rename", "rename"})
	countDoings = rapid.SampledFrom([]string{"add", "double", "zero", "nothing", "panic", "exit"})
	idents      = rapid.SampledFrom([]string{"a", "b", "c"})
)

// onCounter has the Law make an edit, or repeat what it has made of a counter before.
func (m *move) onCounter(edit func(*counterValue) bool) {
	m.make = func(p *plain) bool {
		b := m.target.counterValue(p)
		if b == nil {
			return false
		}
		was := *b
		if m.sent == nil {
			if !edit(b) {
				return false
			}
		} else {
			if m.sent.was.ID != m.sent.is.ID {
				b.ID = m.sent.is.ID
			}
			if m.sent.was.Count != m.sent.is.Count {
				b.Count = m.sent.is.Count
			}
		}
		m.led = led{was, *b}
		return true
	}
}

// stop is what an update function does that cannot be made.
func (m *move) stop() {
	if m.does == "exit" {
		runtime.Goexit()
	}
	panic("no")
}

func moveCounter(y *logModel, m *move, a *atom.Atom[counterValue]) {
	m.does = doings.Draw(y.T, "does")
	edit := counterEdits[m.does]
	m.onCounter(edit)
	m.edit = a.Edit(func(b *counterValue) {
		if !edit(b) {
			m.stop()
		}
	})
}

func moveCount(y *logModel, m *move, a *atom.Atom[counterValue]) {
	m.does = countDoings.Draw(y.T, "does")
	edit := counterEdits[m.does]
	m.onCounter(edit)
	m.edit = atom.Focus(a, func(b *counterValue) *int { return &b.Count }).Edit(func(n *int) {
		b := counterValue{Count: *n}
		if !edit(&b) {
			m.stop()
		}
		*n = b.Count
	})
}

func hasID(all []counterValue, id string) bool {
	return withID(all, id) != nil || withID(all, id+"'") != nil
}

// rearranged is a sequence with an element that came, went, moved or was changed.
func rearranged(does, id string, to int, all []counterValue) []counterValue {
	i := slices.IndexFunc(all, func(b counterValue) bool { return b.ID == id })
	switch {
	case does == "insert" && !hasID(all, id):
		return slices.Insert(slices.Clone(all), min(to, len(all)), counterValue{ID: id})
	case i < 0 || does == "insert":
	case does == "remove":
		return slices.Delete(slices.Clone(all), i, i+1)
	case does == "move":
		b := all[i]
		return slices.Insert(slices.Delete(slices.Clone(all), i, i+1), min(to, len(all)-1), b)
	case does == "edit":
		all = slices.Clone(all)
		all[i].Count += 10
	}
	return all
}

func (m *move) draw(y *logModel, does ...string) (what, id string, to int) {
	what, id, to = rapid.SampledFrom(does).Draw(y.T, "does"), idents.Draw(y.T, "id"), rapid.IntRange(0, 2).Draw(y.T, "to")
	m.does = fmt.Sprint(what, " ", id, " ", to)
	return what, id, to
}

func (d *modelRoot) moveList(y *logModel, m *move) {
	does, id, to := m.draw(y, "insert", "remove", "move", "edit", "nothing")
	m.make = func(p *plain) bool { p.List = rearranged(does, id, to, p.List); return true }
	m.edit = d.list().Edit(func(l *draft.List[counterValue]) {
		i := l.Index(id)
		switch {
		case does == "insert" && i < 0 && l.Index(id+"'") < 0:
			l.Insert(min(to, l.Len()), counterValue{ID: id})
		case i < 0:
		case does == "remove":
			l.Delete(i)
		case does == "move":
			l.Move(i, min(to, l.Len()-1))
		case does == "edit":
			l.Edit(i).Count += 10
		}
	})
}

func (d *modelRoot) moveSlice(y *logModel, m *move) {
	does, id, to := m.draw(y, "insert", "remove", "move", "edit", "nothing")
	m.make = func(p *plain) bool { p.Slice = rearranged(does, id, to, p.Slice); return true }
	m.edit = d.slice().Edit(func(all *[]counterValue) { *all = rearranged(does, id, to, *all) })
}

func (d *modelRoot) moveMap(y *logModel, m *move) {
	does, id, to := m.draw(y, "set", "delete", "nothing")
	m.make = func(p *plain) bool { setOrDelete(does, p.Map, id, &counterValue{Count: to}); return true }
	m.edit = d.table().Edit(func(t *draft.Map[string, counterValue]) {
		switch does {
		case "set":
			t.Set(id, counterValue{Count: to})
		case "delete":
			t.Delete(id)
		}
	})
}

func (d *modelRoot) movePlain(y *logModel, m *move) {
	does, id, to := m.draw(y, "set", "delete", "nothing")
	m.make = func(p *plain) bool { setOrDelete(does, p.Plain, id, &counterValue{Count: to}); return true }
	m.edit = d.plain().Edit(func(all *map[string]counterValue) { setOrDelete(does, *all, id, counterValue{Count: to}) })
}

func setOrDelete[V any](does string, all map[string]V, id string, v V) {
	switch does {
	case "set":
		all[id] = v
	case "delete":
		delete(all, id)
	}
}

// moveRoot changes several parts at once, and has the pointer come and go.
func (d *modelRoot) moveRoot(y *logModel, m *move) {
	does, _, to := m.draw(y, "parts", "nil", "pointer", "lists")
	m.make = func(p *plain) bool {
		switch does {
		case "parts":
			p.A.Count, p.Zero.Count = p.A.Count+to, p.B.Count
		case "nil":
			p.Ptr = nil
		case "pointer":
			p.Ptr = &counterValue{Count: to}
		case "lists":
			p.List, p.Slice = slices.Clone(p.Slice), slices.Clone(p.List)
		}
		return true
	}
	m.edit = d.root.Edit(func(w *counters) {
		switch does {
		case "parts":
			w.A.Count, w.Zero.Count = w.A.Count+to, w.B.Count
		case "nil":
			w.Ptr = nil
		case "pointer":
			w.Ptr = &counterValue{Count: to}
		case "lists":
			list := w.List
			w.List = draft.ListOf(w.Slice...)
			w.Slice = []counterValue{}
			for b := range list.Values() {
				w.Slice = append(w.Slice, b)
			}
		}
	})
}
