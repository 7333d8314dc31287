package atom

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A replay takes entries out of the log, and applies what was above them again.
//
// That calls functions of the user, updates and lenses, and one of these may end the
// goroutine (runtime.Goexit, as a test's FailNow does), or panic. So what is still to be
// done is kept here and not on the stack, and is done while the goroutine ends: whoever
// is in the log next finds it whole.
type replay struct {
	s           *Store
	removed     *Entry   // is taken out of the cells that it is still in
	part        int      // of that: the portion that comes next
	tried       bool     // at what is visible without that portion
	alsoRemoved []*Entry // leave after it
	contained   []*Entry // in a base that has come; elsewhere they may be the oldest

	// The replay that is under way in a cell: the portions in front of kept are
	// applied, those from next on are not yet, and those between have left.
	log        *rootLog
	kept, next int
	state      any   // above those that are kept
	was        any   // what was below the next one
	at         *Edit // that is applied
	stopped    *Edit // did not return

	done bool
}

// remove takes an entry out of the log, and applies what was above it again.
func (s *Store) remove(e *Entry, why entryState) {
	e.state = why
	w := replay{s: s, removed: e}
	w.finish()
}

// finish does everything that there is to do, whatever the functions do that it calls.
func (w *replay) finish() {
	defer w.recoverReplay()
	for !w.done {
		w.step()
	}
}

// recoverReplay is finish when a function that was called has not returned. It is not called
// again: its entry is a conflict.
func (w *replay) recoverReplay() {
	if !w.done {
		w.stopped = w.at
		w.finish()
	}
}

func (w *replay) step() {
	switch {
	case w.log != nil && w.next < len(w.log.entries):
		w.applyNext()
	case w.log != nil:
		w.finishLog()
	case w.removed != nil:
		w.removeNext()
	case len(w.alsoRemoved) > 0:
		w.removed, w.alsoRemoved = w.alsoRemoved[0], w.alsoRemoved[1:]
	case len(w.contained) > 0:
		e := w.contained[0]
		w.contained = w.contained[1:]
		e.fold()
	default:
		w.done = true
	}
}

// removeNext takes the next portion of the entry that leaves out of its cell.
func (w *replay) removeNext() {
	e := w.removed
	if w.part == len(e.parts) {
		w.removed, w.part = nil, 0
		e.release()
		return
	}
	p := &e.parts[w.part]
	c := p.log
	i := c.index(p)
	if i < 0 {
		w.part++
		return
	}
	var without any
	known := false
	if !w.tried {
		w.tried = true
		without, known = c.stateWithout(i)
	} // else a lens did not return: it has to do without
	w.tried = false
	w.part++
	was := p.after
	c.entries = slices.Delete(c.entries, i, i+1)
	p.notify(w.s, bothChanged)
	if !known {
		w.start(c, i, was)
		return
	}
	c.setVisible(w.s, without)
	c.fold()
}

// start has the portions from the i-th on applied again, on the state below them;
// was is the state that was there before. Entries that cannot be applied any more
// become conflicts, and leave.
func (w *replay) start(c *rootLog, i int, was any) {
	for i > 0 && c.entries[i-1].after == nil {
		i-- // a lens did not return: nobody knows this state
	}
	w.log, w.kept, w.next, w.was = c, i, i, was
	if w.state = c.base; i > 0 {
		w.state = c.entries[i-1].after
	}
}

// applyNext applies the next portion, unless it did not return when it was.
func (w *replay) applyNext() {
	p := w.log.entries[w.next]
	var after any
	var changes draft.Changes
	at, err := w.stopped, error(ErrUpdateExited)
	if at == nil {
		after, changes, err = p.apply(w.state, &w.at)
		at = w.at
	}
	w.at, w.stopped = nil, nil
	w.next++
	was := w.was
	w.was = p.after
	if err != nil {
		p.notify(w.s, bothChanged)
		w.refuse(p, at, was, err)
		return
	}
	w.state = after
	w.log.entries[w.kept] = p
	w.kept++
	if changes.Same(p.changes) {
		p.after = after
		return
	}
	p.notify(w.s, bothChanged)
	p.after, p.changes = after, changes
	p.notify(w.s, bothChanged)
}

// refuse makes a conflict of the entry of p, of which the edit at cannot be applied any
// more; was is what it had been applied to.
func (w *replay) refuse(p *rootEntry, at *Edit, was any, err error) {
	mine := p.after
	p.entry.state = entryConflicted
	if len(p.entry.parts) > 1 {
		w.alsoRemoved = append(w.alsoRemoved, p.entry)
	} else {
		p.entry.release()
	}
	conflict := Conflict{Entry: p.entry, Path: at.path.String(), Err: err}
	defer func() { w.s.reportConflict(conflict) }() // even if a lens to one of its values does not return
	conflict.Mine, conflict.Theirs, conflict.Base = at.valueIn(mine), at.valueIn(w.state), at.valueIn(was)
	if renames := w.log.renames; renames != nil {
		renames.conflictNow(&conflict, at.path)
	}
}

// finishLog shows what was applied.
func (w *replay) finishLog() {
	c := w.log
	w.log = nil
	clear(c.entries[w.kept:])
	c.entries = c.entries[:w.kept]
	c.setVisible(w.s, w.state)
	c.fold()
}
