package atom

import (
	"iter"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// touchedPaths yields the paths of what the entry changes, or of its targets when it changes
// nothing.
func (p *rootEntry) touchedPaths() iter.Seq[draft.Path] {
	if !p.changes.Empty() {
		return p.changes.Paths()
	}
	return func(yield func(draft.Path) bool) {
		for _, e := range p.edits {
			if !yield(e.path) {
				return
			}
		}
	}
}

// commonPrefix returns what all of touchedPaths begin with.
//
//go:noinline
func (p *rootEntry) commonPrefix() draft.Path {
	switch {
	case !p.changes.Empty():
		return p.changes.CommonPath()
	case len(p.edits) == 1:
		return p.edits[0].path
	}
	return nil
}

// touchedPathsNow is touchedPaths by the keys that elements have now.
func (p *rootEntry) touchedPathsNow() iter.Seq[draft.Path] {
	renames := p.log.renames
	if renames == nil {
		return p.touchedPaths()
	}
	return func(yield func(draft.Path) bool) {
		for path := range p.touchedPaths() {
			if !yield(renames.now(path, p.entry)) {
				return
			}
		}
	}
}

func (p *rootEntry) notify(s *Store, why reason) { p.log.notify(s, p.touchedPathsNow(), why) }

func (p *rootEntry) concerns(root uint64, path draft.Path) bool {
	if p.log.root != root || p.inBase {
		return false
	}
	if renames := p.log.renames; renames != nil {
		path = renames.then(path, p.entry)
	}
	if !p.commonPrefix().Overlaps(path) {
		return false
	}
	if !p.changes.Empty() && len(path) <= len(p.changes.CommonPath()) {
		return true
	}
	if p.changes.Len() >= minIndexed {
		return p.pathIndex().overlaps(path)
	}
	for q := range p.touchedPaths() {
		if q.Overlaps(path) {
			return true
		}
	}
	return false
}

func (e *Entry) concerns(root uint64, path draft.Path) bool {
	for i := range e.parts {
		if e.parts[i].concerns(root, path) {
			return true
		}
	}
	return false
}

// Concerns reports whether the entry is about a, a part of a, or something
// that a is a part of.
func (e *Entry) Concerns(r Reader, a Target) bool {
	e.beginRead(r)
	defer r.endRead()
	return e.concerns(e.store.targetNow(a))
}

// InLogOf reports whether the entry concerns a, as in [Entry.Concerns], and is in
// the log of a's root: neither dropped, nor folded, nor contained in a base.
func (e *Entry) InLogOf(r Reader, a Target) bool {
	e.beginRead(r)
	defer r.endRead()
	return e.live() && e.concerns(e.store.targetNow(a))
}

// Overlaps reports whether both entries are about the same part of the state, in
// the same store.
func (e *Entry) Overlaps(r Reader, other *Entry) bool {
	e.beginRead(r)
	defer r.endRead()
	if other.store != e.store {
		return false
	}
	for i := range e.parts {
		for j := range other.parts {
			if e.parts[i].overlaps(&other.parts[j]) {
				return true
			}
		}
	}
	return false
}

func (p *rootEntry) overlaps(other *rootEntry) bool {
	if p.log != other.log || p.log.renames == nil && !p.commonPrefix().Overlaps(other.commonPrefix()) {
		return false // mostly so, and found out without making a path
	}
	for path := range p.touchedPathsNow() {
		if other.concerns(p.log.root, path) {
			return true
		}
	}
	return false
}

// Overlap reports whether a and b are the same part of the state, or one is a
// part of the other. Of elements whose keys have been changed by [Rekey] see [Current].
func Overlap(a, b Target) bool {
	rootA, pathA := a.target()
	rootB, pathB := b.target()
	return rootA == rootB && pathA.Overlaps(pathB)
}

// Pending returns how many entries that concern a wait for their effect: those that change
// a, a part of it, or something that it is a part of. [Store.Watch] notifies when that may
// have changed.
func (a *Atom[T]) Pending(r Reader) int {
	s := r.beginRead(nil)
	defer r.endRead()
	return s.pending(a)
}

func (s *Store) pending(a Target) (n int) {
	root, path := s.targetNow(a)
	if l := s.logs[root]; l != nil {
		for _, p := range l.entries {
			if p.entry.state == entryPending && p.concerns(root, path) {
				n++
			}
		}
	}
	return n
}

// Nudge notifies those who [Store.Watch] something that overlaps a, although no value has
// changed. For packages that keep a status beside it.
func Nudge(w Writer, a Target) {
	b := w.beginWrite()
	defer w.endWrite(b)
	a.nudge(b.s)
}
