package atom

import (
	"iter"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A rootLog is the log of one root atom in one store. The Law is kept here:
//
//	visible = base, then every entry's edits of this root, in the order of dispatch
//
// A state is a pointer to an immutable value of the root atom's type. Each entry keeps the
// state above it, so that dropping one means applying those above it again to the state
// below it (replay.go). Entries that are about other parts of the value need not be applied
// again (states.go).
type rootLog struct {
	root        uint64
	base        any
	entries     []*rootEntry          // the live ones, oldest first
	visible     any                   // the state above the last of them
	top         region                // who watches the value and its parts
	userPaths   []draft.Path          // what the user has changed, for SetInitial
	initialized map[string]draft.Path // what has had an initial value, by the path's text
	renames     renames               // nil until Rekey is called
	snapshot    *fingerprint          // of the value that was read last, in debug mode
}

// logOf returns the log of a root, which it makes when there is none.
func (s *Store) logOf(r *definition) *rootLog {
	if c := s.existingLog(r); c != nil {
		return c
	}
	c := &rootLog{root: r.id, base: r.initial, visible: r.initial}
	s.logs[r.id] = c
	s.cleanUpWith(r, func(s *Store, id uint64) { delete(s.logs, id); s.recent, s.read = nil, lastRead{} })
	return c
}

// existingLog returns the log of a root, nil when there is none yet. The one that was used
// last is remembered: parts of one root are mostly used one after the other.
func (s *Store) existingLog(r *definition) *rootLog {
	c := s.recent
	if c != nil && c.root == r.id {
		return c
	}
	if c = s.logs[r.id]; c != nil {
		s.recent = c
	}
	return c
}

// dispatch applies the edits to what is visible, and appends them to the log as one entry.
// When one of them fails nothing has changed.
func (s *Store) dispatch(edits []*Edit, state entryState) (*Entry, error) {
	e := &Entry{store: s, edits: edits, state: state}
	e.parts = s.groupByRoot(e, edits)
	for i := range e.parts {
		p := &e.parts[i]
		var err error
		if p.after, p.changes, err = p.apply(p.log.visible, new(*Edit)); err != nil {
			return nil, err
		}
	}
	s.entryID++
	e.id = s.entryID
	for i := range e.parts {
		p := &e.parts[i]
		p.log.entries = append(p.log.entries, p)
		p.log.setVisible(s, p.after)
		p.notify(s, bothChanged)
	}
	for i := range e.parts {
		e.parts[i].log.fold()
	}
	return e, nil
}

// groupByRoot groups edits by their roots.
func (s *Store) groupByRoot(e *Entry, edits []*Edit) []rootEntry {
	if len(edits) == 1 {
		c := s.logOf(edits[0].root)
		edits[0].locate(c)
		return []rootEntry{{entry: e, log: c, edits: edits}}
	}
	var portions []rootEntry
	for _, edit := range edits {
		c := s.logOf(edit.root)
		edit.locate(c)
		i := slices.IndexFunc(portions, func(p rootEntry) bool { return p.log == c })
		if i < 0 {
			i = len(portions)
			portions = append(portions, rootEntry{entry: e, log: c})
		}
		portions[i].edits = append(portions[i].edits, edit)
	}
	return portions
}

// apply applies the edits of p to a state, one after the other. It sets *at to each edit
// before it applies it, so that the caller knows which one failed or did not return.
func (p *rootEntry) apply(state any, at **Edit) (after any, c draft.Changes, err error) {
	after, p.outside = state, false
	for _, edit := range p.edits {
		*at = edit
		next, more, err := edit.editor.apply(after, applyFresh)
		if err != nil {
			return nil, draft.Changes{}, err
		}
		after, c = next, c.Then(more)
		p.outside = p.outside || !more.Within(edit.path)
	}
	return after, c, nil
}

// index returns the position of p among the entries, -1 when it has left.
func (c *rootLog) index(p *rootEntry) int {
	i, found := slices.BinarySearchFunc(c.entries, p.entry.id, func(p *rootEntry, id uint64) int {
		return int(int64(p.entry.id) - int64(id))
	})
	if !found {
		return -1
	}
	return i
}

// rebase puts another base under the log, and applies the entries to it again, except for
// the contained ones, which leave: the base has what they did. paths say where the new base
// differs. Elements in it have the keys that they have now.
func (c *rootLog) rebase(s *Store, base any, paths iter.Seq[draft.Path], contained []*Entry) {
	for _, e := range contained {
		if e.store != s {
			panic(ErrOtherStore)
		}
	}
	before := s.permitted
	s.permitted = nil // edits that are applied again may not use the store
	defer func() { s.permitted = before }()
	was := c.base
	c.computeStates()
	if c.base = base; c.renames != nil {
		c.base = c.renames.baseThen(base)
	}
	c.notify(s, paths, valueChanged)
	c.releaseContained(s, contained)
	r := replay{s: s, contained: contained}
	r.start(c, 0, was)
	r.finish()
}

// releaseContained removes the entries that are in the base. One that also has edits of
// another root stays there, but is no longer pending: the server has accepted it.
func (c *rootLog) releaseContained(s *Store, contained []*Entry) {
	released := false
	for _, e := range contained {
		if !e.live() {
			continue
		}
		left := 0
		for i := range e.parts {
			p := &e.parts[i]
			if p.log == c && !p.inBase {
				p.notify(s, bothChanged)
				p.inBase, released = true, true
			}
			if !p.inBase {
				left++
			}
		}
		switch {
		case left == 0:
			e.state = entryFolded
			e.release()
		case e.state == entryPending:
			e.state = entryAwaiting
		}
	}
	if released {
		c.entries = slices.DeleteFunc(c.entries, func(p *rootEntry) bool { return p.inBase })
	}
}

// advanceEpoch makes what was computed or cached before out of date.
func (s *Store) advanceEpoch() {
	s.epoch++
	s.read = lastRead{}
}

func (c *rootLog) setVisible(s *Store, state any) {
	c.visible = state
	s.advanceEpoch()
}

// fold folds the oldest entries into the base, as far as they have succeeded.
func (c *rootLog) fold() {
	if len(c.entries) > 0 {
		c.entries[0].entry.fold()
	}
}

// fold moves the entry into the base when it has succeeded and is the oldest one in every
// log that it is in, and then those after it.
func (e *Entry) fold() {
	for e.state == entrySucceeded {
		for i := range e.parts {
			if p := &e.parts[i]; !p.inBase && p.log.entries[0] != p {
				return
			}
		}
		for i := range e.parts {
			if p := &e.parts[i]; !p.inBase {
				p.log.stateAbove(0) // calls lenses, which may not return: before anything changes
			}
		}
		e.state = entryFolded
		for i := range e.parts {
			e.parts[i].foldIntoBase()
		}
		e.release()
		if len(e.parts) != 1 {
			for i := range e.parts {
				e.parts[i].log.fold()
			}
			return
		}
		c := e.parts[0].log
		if len(c.entries) == 0 {
			return
		}
		e = c.entries[0].entry
	}
}

// foldIntoBase makes the state above p, the oldest entry, the base.
func (p *rootEntry) foldIntoBase() {
	if p.inBase {
		return
	}
	c := p.log
	c.base = c.stateAbove(0)
	switch {
	case c.renames != nil && c.renames.folded(p):
	case p.changes.Empty():
		c.recordUserChange(p.touchedPathsNow())
	default:
		c.recordUserChange(p.setPathsNow())
	}
	p.after = nil // so that an old state is not kept alive
	c.entries[0] = nil
	if c.entries = c.entries[1:]; len(c.entries) == 0 {
		c.entries, c.visible = nil, c.base
	}
}
