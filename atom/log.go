package atom

import (
	"iter"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A rootLog is the log of one root atom in one store. The Law is kept here,
// whoever wrote an entry:
//
//	visible = base, then the portion of every entry, in the order of dispatch
//
// States are pointers to immutable values of the root atom's type, so that
// each portion can keep the state above it: to drop an entry is to apply those
// above it again on the state below it. Of those that are about other parts of
// the value it is known what comes of that: see states.go.
type rootLog struct {
	root        uint64
	base        any
	entries     []*rootEntry // of the live entries, oldest first
	visible     any
	top         region                // the watched parts of the value
	userPaths   []draft.Path          // what the user has changed, and what has had an initial
	initialized map[string]draft.Path // value: both for SetInitial
	renames     renames               // what is known of keys that were changed; nil until Rekey is called
	snapshot    *fingerprint          // of the value that was handed out last, in debug mode
}

func (s *Store) logOf(r *definition) *rootLog {
	if c := s.existingLog(r); c != nil {
		return c
	}
	c := &rootLog{root: r.id, base: r.initial, visible: r.initial}
	s.logs[r.id] = c
	s.cleanUpWith(r, func(s *Store, id uint64) { delete(s.logs, id); s.recent, s.read = nil, lastRead{} })
	return c
}

// existingLog returns the log of a root, nil when there is none yet. Parts of one root
// are mostly used one after the other.
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

// dispatch applies the edits on what is visible, and appends them as an entry.
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

// apply carries the edits of p out, one on the other. It sets at to each of them
// before: the last one is that which could not be applied, or did not return.
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

func (c *rootLog) index(p *rootEntry) int {
	i, found := slices.BinarySearchFunc(c.entries, p.entry.id, func(p *rootEntry, id uint64) int {
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
func (c *rootLog) rebase(s *Store, base any, paths iter.Seq[draft.Path], contained []*Entry) {
	for _, e := range contained {
		if e.store != s {
			panic(ErrOtherStore)
		}
	}
	before := s.permitted
	s.permitted = nil // to what is applied again
	defer func() { s.permitted = before }()
	was := c.base
	c.computeStates()
	if c.base = base; c.renames != nil {
		c.base = c.renames.baseThen(base)
	}
	c.notify(s, paths, valueChanged)
	c.releaseContained(s, contained)
	w := replay{s: s, contained: contained}
	w.start(c, 0, was)
	w.finish()
}

// releaseContained takes the portions of entries that are in the base out of the log. An
// entry that has others elsewhere is not pending any more: what is in one base has
// happened.
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

// advanceEpoch is called when something is visible that was not before.
func (s *Store) advanceEpoch() {
	s.epoch++
	s.read = lastRead{}
}

func (c *rootLog) setVisible(s *Store, state any) {
	c.visible = state
	s.advanceEpoch()
}

// fold moves the oldest entry of the cell into the base, if it may.
func (c *rootLog) fold() {
	if len(c.entries) > 0 {
		c.entries[0].entry.fold()
	}
}

// fold moves the entry into the base when it has succeeded and is the oldest in
// every cell that it has a portion in, and then those behind it.
func (e *Entry) fold() {
	for e.state == entrySucceeded {
		for i := range e.parts {
			if p := &e.parts[i]; !p.inBase && p.log.entries[0] != p {
				return
			}
		}
		for i := range e.parts {
			if p := &e.parts[i]; !p.inBase {
				p.log.stateAbove(0) // may call a lens that does not return: nothing has changed yet
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

// foldIntoBase makes the state above the oldest portion the base.
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
	p.after = nil // the base goes on; old states need not be kept
	c.entries[0] = nil
	if c.entries = c.entries[1:]; len(c.entries) == 0 {
		c.entries, c.visible = nil, c.base
	}
}
