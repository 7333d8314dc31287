package atom

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A rework takes entries out of the log, and applies what was above them again.
//
// That calls functions of the user, updates and lenses, and one of these may end the
// goroutine (runtime.Goexit, as a test's FailNow does), or panic. So what is still to be
// done is kept here and not on the stack, and is done while the goroutine ends: whoever
// is in the log next finds it whole.
type rework struct {
	s         *Store
	leaving   *Entry   // is taken out of the cells that it is still in
	part      int      // of that: the portion that comes next
	looked    bool     // at what is visible without that portion
	others    []*Entry // leave after it
	contained []*Entry // in a base that has come; elsewhere they may be the oldest

	// The replay that is under way in a cell: the portions in front of kept are
	// applied, those from next on are not yet, and those between have left.
	cell       *cell
	kept, next int
	state      any   // above those that are kept
	was        any   // what was below the next one
	at         *Edit // that is applied
	stopped    *Edit // did not return

	done bool
}

// leave takes an entry out of the log, and applies what was above it again.
func (s *Store) leave(e *Entry, why entryState) {
	e.state = why
	w := rework{s: s, leaving: e}
	w.finish()
}

// finish does everything that there is to do, whatever the functions do that it calls.
func (w *rework) finish() {
	defer w.goOn()
	for !w.done {
		w.step()
	}
}

// goOn is finish when a function that was called has not returned. It is not called
// again: its entry is a conflict.
func (w *rework) goOn() {
	if !w.done {
		w.stopped = w.at
		w.finish()
	}
}

func (w *rework) step() {
	switch {
	case w.cell != nil && w.next < len(w.cell.portions):
		w.applyNext()
	case w.cell != nil:
		w.endReplay()
	case w.leaving != nil:
		w.takeOutNext()
	case len(w.others) > 0:
		w.leaving, w.others = w.others[0], w.others[1:]
	case len(w.contained) > 0:
		e := w.contained[0]
		w.contained = w.contained[1:]
		e.fold()
	default:
		w.done = true
	}
}

// takeOutNext takes the next portion of the entry that leaves out of its cell.
func (w *rework) takeOutNext() {
	e := w.leaving
	if w.part == len(e.portions) {
		w.leaving, w.part = nil, 0
		e.forget()
		return
	}
	p := &e.portions[w.part]
	c := p.cell
	i := c.index(p)
	if i < 0 {
		w.part++
		return
	}
	var without any
	known := false
	if !w.looked {
		w.looked = true
		without, known = c.without(i)
	} // else a lens did not return: it has to do without
	w.looked = false
	w.part++
	was := p.after
	c.portions = slices.Delete(c.portions, i, i+1)
	p.touch(w.s, becauseBoth)
	if !known {
		w.replay(c, i, was)
		return
	}
	c.show(w.s, without)
	c.fold()
}

// replay has the portions from the i-th on applied again, on the state below them;
// was is the state that was there before. Entries that cannot be applied any more
// become conflicts, and leave.
func (w *rework) replay(c *cell, i int, was any) {
	for i > 0 && c.portions[i-1].after == nil {
		i-- // a lens did not return: nobody knows this state
	}
	w.cell, w.kept, w.next, w.was = c, i, i, was
	if w.state = c.base; i > 0 {
		w.state = c.portions[i-1].after
	}
}

// applyNext applies the next portion, unless it did not return when it was.
func (w *rework) applyNext() {
	p := w.cell.portions[w.next]
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
		p.touch(w.s, becauseBoth)
		w.refuse(p, at, was, err)
		return
	}
	w.state = after
	w.cell.portions[w.kept] = p
	w.kept++
	if changes.Same(p.changes) {
		p.after = after
		return
	}
	p.touch(w.s, becauseBoth)
	p.after, p.changes = after, changes
	p.touch(w.s, becauseBoth)
}

// refuse makes a conflict of the entry of p, of which the edit at cannot be applied any
// more; was is what it had been applied to.
func (w *rework) refuse(p *portion, at *Edit, was any, err error) {
	mine := p.after
	p.entry.state = entryConflicted
	if len(p.entry.portions) > 1 {
		w.others = append(w.others, p.entry)
	} else {
		p.entry.forget()
	}
	conflict := Conflict{Entry: p.entry, Path: at.path.String(), Err: err}
	defer func() { w.s.conflict(conflict) }() // even if a lens to one of its values does not return
	conflict.Mine, conflict.Theirs, conflict.Base = at.valueIn(mine), at.valueIn(w.state), at.valueIn(was)
	if renames := w.cell.renames; renames != nil {
		renames.conflictNow(&conflict, at.path)
	}
}

// endReplay shows what was applied.
func (w *rework) endReplay() {
	c := w.cell
	w.cell = nil
	clear(c.portions[w.kept:])
	c.portions = c.portions[:w.kept]
	c.show(w.s, w.state)
	c.fold()
}
