package atom

import (
	"iter"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A cell is the log of one root atom in one store. The Law is kept here,
// whoever wrote an entry:
//
//	visible = base, then the portion of every entry, in the order of dispatch
//
// States are pointers to immutable values of the root atom's type, so that
// each portion can keep the state above it: to drop an entry is to apply those
// above it again on the state below it. Of those that are about other parts of
// the value it is known what comes of that: see states.go.
type cell struct {
	root        uint64
	base        any
	portions    []*portion // of the live entries, oldest first
	visible     any
	top         region                // the watched parts of the value
	changed     []draft.Path          // what the user has changed, and what has had an initial
	initialized map[string]draft.Path // value: both for SetInitial
	renames     renames               // what is known of keys that were changed; nil until Rekey is called
	print       *fingerprint          // of the value that was handed out last, in debug mode
}

func (s *Store) cellOf(r *origin) *cell {
	if c := s.cellNow(r); c != nil {
		return c
	}
	c := &cell{root: r.id, base: r.initial, visible: r.initial}
	s.cells[r.id] = c
	s.forgetWith(r, func(s *Store, id uint64) { delete(s.cells, id); s.recent, s.read = nil, lastRead{} })
	return c
}

// cellNow returns the log of a root, nil when there is none yet. Parts of one root
// are mostly used one after the other.
func (s *Store) cellNow(r *origin) *cell {
	c := s.recent
	if c != nil && c.root == r.id {
		return c
	}
	if c = s.cells[r.id]; c != nil {
		s.recent = c
	}
	return c
}

// dispatch applies the edits on what is visible, and appends them as an entry.
func (s *Store) dispatch(edits []*Edit, state entryState) (*Entry, error) {
	e := &Entry{store: s, edits: edits, state: state}
	e.portions = s.portionsOf(e, edits)
	for i := range e.portions {
		p := &e.portions[i]
		var err error
		if p.after, p.changes, err = p.apply(p.cell.visible, new(*Edit)); err != nil {
			return nil, err
		}
	}
	s.entryID++
	e.id = s.entryID
	for i := range e.portions {
		p := &e.portions[i]
		p.cell.portions = append(p.cell.portions, p)
		p.cell.show(s, p.after)
		p.touch(s, becauseBoth)
	}
	for i := range e.portions {
		e.portions[i].cell.fold()
	}
	return e, nil
}

// portionsOf groups edits by their roots.
func (s *Store) portionsOf(e *Entry, edits []*Edit) []portion {
	if len(edits) == 1 {
		c := s.cellOf(edits[0].root)
		edits[0].locate(c)
		return []portion{{entry: e, cell: c, edits: edits}}
	}
	var portions []portion
	for _, edit := range edits {
		c := s.cellOf(edit.root)
		edit.locate(c)
		i := slices.IndexFunc(portions, func(p portion) bool { return p.cell == c })
		if i < 0 {
			i = len(portions)
			portions = append(portions, portion{entry: e, cell: c})
		}
		portions[i].edits = append(portions[i].edits, edit)
	}
	return portions
}

// apply carries the edits of p out, one on the other. It sets at to each of them
// before: the last one is that which could not be applied, or did not return.
func (p *portion) apply(state any, at **Edit) (after any, c draft.Changes, err error) {
	after, p.strays = state, false
	for _, edit := range p.edits {
		*at = edit
		next, more, err := edit.editor.apply(after, anew)
		if err != nil {
			return nil, draft.Changes{}, err
		}
		after, c = next, c.Then(more)
		p.strays = p.strays || !more.Within(edit.path)
	}
	return after, c, nil
}

func (c *cell) index(p *portion) int {
	i, found := slices.BinarySearchFunc(c.portions, p.entry.id, func(p *portion, id uint64) int {
		return int(int64(p.entry.id) - int64(id))
	})
	if !found {
		return -1
	}
	return i
}

// rebase puts another base under the log, in which elements have the keys that they
// have now; paths tell where it differs. The entries that it contains leave, and are
// not applied on it again.
func (c *cell) rebase(s *Store, base any, paths iter.Seq[draft.Path], contained []*Entry) {
	for _, e := range contained {
		if e.store != s {
			panic(ErrOtherStore)
		}
	}
	before := s.handed
	s.handed = nil // to what is applied again
	defer func() { s.handed = before }()
	was := c.base
	c.makeStates()
	if c.base = base; c.renames != nil {
		c.base = c.renames.baseThen(base)
	}
	c.touch(s, paths, becauseValue)
	c.release(s, contained)
	w := rework{s: s, contained: contained}
	w.replay(c, 0, was)
	w.finish()
}

// release takes the portions of entries that are in the base out of the log. An
// entry that has others elsewhere is not pending any more: what is in one base has
// happened.
func (c *cell) release(s *Store, contained []*Entry) {
	released := false
	for _, e := range contained {
		if !e.live() {
			continue
		}
		left := 0
		for i := range e.portions {
			p := &e.portions[i]
			if p.cell == c && !p.synced {
				p.touch(s, becauseBoth)
				p.synced, released = true, true
			}
			if !p.synced {
				left++
			}
		}
		switch {
		case left == 0:
			e.state = entryFolded
			e.forget()
		case e.state == entryPending:
			e.state = entryAwaiting
		}
	}
	if released {
		c.portions = slices.DeleteFunc(c.portions, func(p *portion) bool { return p.synced })
	}
}

// changed is called when something is visible that was not before.
func (s *Store) changed() {
	s.epoch++
	s.read = lastRead{}
}

func (c *cell) show(s *Store, state any) {
	c.visible = state
	s.changed()
}

// fold moves the oldest entry of the cell into the base, if it may.
func (c *cell) fold() {
	if len(c.portions) > 0 {
		c.portions[0].entry.fold()
	}
}

// fold moves the entry into the base when it has succeeded and is the oldest in
// every cell that it has a portion in, and then those behind it.
func (e *Entry) fold() {
	for e.state == entrySucceeded {
		for i := range e.portions {
			if p := &e.portions[i]; !p.synced && p.cell.portions[0] != p {
				return
			}
		}
		for i := range e.portions {
			if p := &e.portions[i]; !p.synced {
				p.cell.above(0) // may call a lens that does not return: nothing has changed yet
			}
		}
		e.state = entryFolded
		for i := range e.portions {
			e.portions[i].settle()
		}
		e.forget()
		if len(e.portions) != 1 {
			for i := range e.portions {
				e.portions[i].cell.fold()
			}
			return
		}
		c := e.portions[0].cell
		if len(c.portions) == 0 {
			return
		}
		e = c.portions[0].entry
	}
}

// settle makes the state above the oldest portion the base.
func (p *portion) settle() {
	if p.synced {
		return
	}
	c := p.cell
	c.base = c.above(0)
	switch {
	case c.renames != nil && c.renames.folded(p):
	case p.changes.Empty():
		c.note(p.concernNow())
	default:
		c.note(p.setNow())
	}
	p.after = nil // the base goes on; old states need not be kept
	c.portions[0] = nil
	if c.portions = c.portions[1:]; len(c.portions) == 0 {
		c.portions, c.visible = nil, c.base
	}
}
