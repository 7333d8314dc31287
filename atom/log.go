package atom

import "slices"

// A cell is the log of one root atom in one store. The Law is kept here,
// whoever wrote an entry:
//
//	visible = base, then apply of every entry, in the order of dispatch
//
// States are pointers to immutable values of the root atom's type, so that
// each entry can keep the state above it and nothing has to be undone: to
// drop an entry is to apply those above it again on the state below it.
type cell struct {
	root        uint64
	base        any
	entries     []*Entry // live, by id; the first is pending, or it would be folded
	visible     any
	top         spot            // the watched parts of the value
	changed     []Path          // what the user has changed, and what has had an initial
	initialized map[string]bool // value: both for SetInitial
}

func (s *Store) cellOf(r *root) *cell {
	c, ok := s.cells[r.id]
	if !ok {
		c = &cell{root: r.id, base: r.initial, visible: r.initial}
		s.cells[r.id] = c
		forgetWith(s, r, r.id, func(s *Store, id uint64) { delete(s.cells, id) })
	}
	return c
}

// dispatch applies e on what is visible, and appends it.
func (c *cell) dispatch(s *Store, e *Entry) error {
	after, changes, err := e.apply(c.visible)
	if err != nil {
		return err
	}
	s.entryID++
	e.id, e.cell, e.after, e.changes = s.entryID, c, after, changes
	c.entries = append(c.entries, e)
	c.show(s, after)
	c.touch(s, e.concern(), becauseBoth)
	return nil
}

// write dispatches an entry that has succeeded from the start.
func (c *cell) write(s *Store, e *Entry) error {
	e.state = entrySucceeded
	if err := c.dispatch(s, e); err != nil {
		return err
	}
	c.fold(s)
	return nil
}

// sync replaces the base, under every entry.
func (c *cell) sync(s *Store, apply func(before any) (any, Changes, error)) error {
	base, changes, err := apply(c.base)
	if err != nil {
		return err
	}
	c.rebase(s, base, changes.paths())
	return nil
}

// rebase puts another base under the log; paths tell where it differs.
func (c *cell) rebase(s *Store, base any, paths []Path) {
	was := c.base
	c.base = base
	c.touch(s, paths, becauseValue)
	c.replay(s, 0, was)
}

// drop takes e out of the log and applies what was above it again.
func (c *cell) drop(s *Store, e *Entry, why entryState) {
	i, found := slices.BinarySearchFunc(c.entries, e.id, func(e *Entry, id uint64) int {
		return int(int64(e.id) - int64(id))
	})
	if !found {
		return
	}
	e.state = why
	c.entries = slices.Delete(c.entries, i, i+1)
	c.touch(s, e.concern(), becauseBoth)
	c.replay(s, i, e.after)
}

// replay applies the entries from the i-th on again, on the state below them;
// was is the state that was there before. Entries that cannot be applied any
// more leave the log as conflicts.
func (c *cell) replay(s *Store, i int, was any) {
	state := c.base
	if i > 0 {
		state = c.entries[i-1].after
	}
	kept := c.entries[:i]
	for _, e := range c.entries[i:] {
		c.touch(s, e.concern(), becauseBoth)
		after, changes, err := e.apply(state)
		if err != nil {
			e.state = entryConflicted
			s.conflict(Conflict{
				Entry: e, Path: e.path.String(), Err: err,
				Mine: e.look(e.after), Theirs: e.look(state), Base: e.look(was),
			})
			was = e.after
			continue
		}
		was = e.after
		e.after, e.changes = after, changes
		c.touch(s, e.concern(), becauseBoth)
		kept = append(kept, e)
		state = after
	}
	clear(c.entries[len(kept):])
	c.entries = kept
	c.show(s, state)
	c.fold(s)
}

func (c *cell) show(s *Store, state any) {
	c.visible = state
	s.epoch++
}

// fold moves the oldest entries into the base for as long as they have
// succeeded.
func (c *cell) fold(s *Store) {
	n := 0
	for n < len(c.entries) && c.entries[n].state == entrySucceeded {
		e := c.entries[n]
		e.state = entryFolded
		c.base = e.after
		c.note(e)
		e.after = nil // the base goes on, old states need not be kept
		n++
	}
	clear(c.entries[:n])
	c.entries = c.entries[n:]
	if len(c.entries) == 0 {
		c.entries = nil
	}
}
