package atom

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A replay removes entries from the log, and applies those above them again.
//
// That calls functions of the user, updates and lenses, one of which may end the goroutine
// (runtime.Goexit, as a test's FailNow does) or panic. So the work that is left is kept
// here and not on the stack, and a deferred call does it: the log is always left whole.
type replay struct {
	s           *Store
	removed     *Entry   // is being removed from the logs that it is in
	part        int      // the next of its parts
	tried       bool     // to find the state without that part
	alsoRemoved []*Entry // conflicts, which are removed after it
	contained   []*Entry // in the new base; they may be the oldest entry of another log

	// The log in which entries are applied again, nil when none is: entries[:kept] are
	// done, entries[next:] are not yet, and those between have left.
	log        *rootLog
	kept, next int
	state      any   // above entries[:kept]
	was        any   // the state below entries[next], before
	at         *Edit // is being applied
	stopped    *Edit // did not return

	done bool
}

// remove removes an entry from the log, and applies those above it again.
func (s *Store) remove(e *Entry, why entryState) {
	e.state = why
	r := replay{s: s, removed: e}
	r.finish()
}

// finish takes all steps that are left, whatever the functions do that they call.
func (r *replay) finish() {
	defer r.resume()
	for !r.done {
		r.step()
	}
}

// resume is deferred by finish: when a function of the user has not returned, its entry
// becomes a conflict, and the steps that are left are taken.
func (r *replay) resume() {
	if !r.done {
		r.stopped = r.at
		r.finish()
	}
}

// step does one thing of what is left, which calls one function of the user at most.
func (r *replay) step() {
	switch {
	case r.log != nil && r.next < len(r.log.entries):
		r.applyNext()
	case r.log != nil:
		r.finishLog()
	case r.removed != nil:
		r.removeNext()
	case len(r.alsoRemoved) > 0:
		r.removed, r.alsoRemoved = r.alsoRemoved[0], r.alsoRemoved[1:]
	case len(r.contained) > 0:
		e := r.contained[0]
		r.contained = r.contained[1:]
		e.fold()
	default:
		r.done = true
	}
}

// removeNext removes the next part of the entry from its log.
func (r *replay) removeNext() {
	e := r.removed
	if r.part == len(e.parts) {
		r.removed, r.part = nil, 0
		e.release()
		return
	}
	p := &e.parts[r.part]
	c := p.log
	i := c.index(p)
	if i < 0 {
		r.part++
		return
	}
	var without any
	known := false
	if !r.tried {
		r.tried = true
		without, known = c.stateWithout(i)
	} // else a lens did not return: it has to do without
	r.tried = false
	r.part++
	was := p.after
	c.entries = slices.Delete(c.entries, i, i+1)
	p.notify(r.s, bothChanged)
	if !known {
		r.start(c, i, was)
		return
	}
	c.setVisible(r.s, without)
	c.fold()
}

// start begins to apply the entries of a log from the i-th on again; was is the state
// that was below them before. Entries that cannot be applied any more
// become conflicts, and leave.
func (r *replay) start(c *rootLog, i int, was any) {
	for i > 0 && c.entries[i-1].after == nil {
		i-- // a lens did not return: nobody knows this state
	}
	r.log, r.kept, r.next, r.was = c, i, i, was
	if r.state = c.base; i > 0 {
		r.state = c.entries[i-1].after
	}
}

// applyNext applies the next entry again, unless it did not return when that was tried.
func (r *replay) applyNext() {
	p := r.log.entries[r.next]
	var after any
	var changes draft.Changes
	at, err := r.stopped, error(ErrUpdateExited)
	if at == nil {
		after, changes, err = p.apply(r.state, &r.at)
		at = r.at
	}
	r.at, r.stopped = nil, nil
	r.next++
	was := r.was
	r.was = p.after
	if err != nil {
		p.notify(r.s, bothChanged)
		r.refuse(p, at, was, err)
		return
	}
	r.state = after
	r.log.entries[r.kept] = p
	r.kept++
	if changes.Same(p.changes) {
		p.after = after
		return
	}
	p.notify(r.s, bothChanged)
	p.after, p.changes = after, changes
	p.notify(r.s, bothChanged)
}

// refuse makes a conflict of the entry of p, whose edit at can no longer be applied; was is
// the state that it was applied to before.
func (r *replay) refuse(p *rootEntry, at *Edit, was any, err error) {
	mine := p.after
	p.entry.state = entryConflicted
	if len(p.entry.parts) > 1 {
		r.alsoRemoved = append(r.alsoRemoved, p.entry)
	} else {
		p.entry.release()
	}
	conflict := Conflict{Entry: p.entry, Path: at.path.String(), Err: err}
	defer func() { r.s.reportConflict(conflict) }() // even if a lens to one of its values does not return
	conflict.Mine, conflict.Theirs, conflict.Base = at.valueIn(mine), at.valueIn(r.state), at.valueIn(was)
	if renames := r.log.renames; renames != nil {
		renames.conflictNow(&conflict, at.path)
	}
}

// finishLog makes the result visible when all entries of a log have been applied again.
func (r *replay) finishLog() {
	c := r.log
	r.log = nil
	clear(c.entries[r.kept:])
	c.entries = c.entries[:r.kept]
	c.setVisible(r.s, r.state)
	c.fold()
}
