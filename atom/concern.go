package atom

import (
	"iter"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// concern yields the paths that the portion is about: what it changes, or its
// targets when it changes nothing.
func (p *portion) concern() iter.Seq[draft.Path] {
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

// lead is what all paths of concern begin with.
//
//go:noinline
func (p *portion) lead() draft.Path {
	switch {
	case !p.changes.Empty():
		return p.changes.CommonPath()
	case len(p.edits) == 1:
		return p.edits[0].path
	}
	return nil
}

// concernNow returns the concern by the keys that elements have now.
func (p *portion) concernNow() iter.Seq[draft.Path] {
	renames := p.cell.renames
	if renames == nil {
		return p.concern()
	}
	return func(yield func(draft.Path) bool) {
		for path := range p.concern() {
			if !yield(renames.now(path, p.entry)) {
				return
			}
		}
	}
}

func (p *portion) touch(s *Store, why reason) { p.cell.touch(s, p.concernNow(), why) }

func (p *portion) concerns(root uint64, path draft.Path) bool {
	if p.cell.root != root || p.synced {
		return false
	}
	if renames := p.cell.renames; renames != nil {
		path = renames.then(path, p.entry)
	}
	if !p.lead().Overlaps(path) {
		return false
	}
	if !p.changes.Empty() && len(path) <= len(p.changes.CommonPath()) {
		return true
	}
	if p.changes.Len() >= indexed {
		return p.indexOf().overlaps(path)
	}
	for q := range p.concern() {
		if q.Overlaps(path) {
			return true
		}
	}
	return false
}

func (e *Entry) concerns(root uint64, path draft.Path) bool {
	for i := range e.portions {
		if e.portions[i].concerns(root, path) {
			return true
		}
	}
	return false
}

// Concerns reports whether the entry is about a, a part of a, or something
// that a is a part of.
func (e *Entry) Concerns(r Reader, a Target) bool {
	e.open(r)
	defer r.close()
	return e.concerns(e.store.targetNow(a))
}

// LiveOn reports whether the entry concerns a, as in [Entry.Concerns], and is in
// the log of a's root: neither dropped, nor folded, nor contained in a base.
func (e *Entry) LiveOn(r Reader, a Target) bool {
	e.open(r)
	defer r.close()
	return e.live() && e.concerns(e.store.targetNow(a))
}

// Overlaps reports whether both entries are about the same part of the state, in
// the same store.
func (e *Entry) Overlaps(r Reader, other *Entry) bool {
	e.open(r)
	defer r.close()
	if other.store != e.store {
		return false
	}
	for i := range e.portions {
		for j := range other.portions {
			if e.portions[i].overlaps(&other.portions[j]) {
				return true
			}
		}
	}
	return false
}

func (p *portion) overlaps(other *portion) bool {
	if p.cell != other.cell || p.cell.renames == nil && !p.lead().Overlaps(other.lead()) {
		return false // mostly so, and found out without making a path
	}
	for path := range p.concernNow() {
		if other.concerns(p.cell.root, path) {
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

// Pending returns how many entries that concern a wait for their effect: those
// that change a, a part of it, or something that it is a part of. [Watch] tells
// when that may have changed.
func Pending(r Reader, a Target) (n int) {
	s := r.open(nil)
	defer r.close()
	root, path := s.targetNow(a)
	if c := s.cells[root]; c != nil {
		for _, p := range c.portions {
			if p.entry.state == entryPending && p.concerns(root, path) {
				n++
			}
		}
	}
	return n
}

// Nudge tells those who [Watch] something that overlaps a to look again,
// although no value has changed. For packages that keep a status beside it.
func Nudge(w Writer, a Target) {
	b := w.begin()
	defer w.end(b)
	a.nudge(b.s)
}
