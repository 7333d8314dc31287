package atom

import (
	"iter"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// renames is what the log of a root knows of elements to which [Rekey] has given other keys.
// It is an interface that Rekey alone implements, so that a program without Rekey has none
// of its code; until Rekey is called it is nil.
//
// "Now" means with the keys that elements have now, "then" with those that they had when an
// entry was dispatched.
type renames interface {
	// where returns the path now of what was at path, nil when it is the same.
	where(path draft.Path) *draft.Path

	now(path draft.Path, since *Entry) draft.Path
	then(path draft.Path, since *Entry) draft.Path

	// valueNow returns v, which points to the value of a target that was at a path then, with
	// the keys of now; changesNow does the same for changes of it.
	valueNow(v any, at draft.Path, since *Entry) any
	changesNow(c draft.Changes, at draft.Path, since *Entry) draft.Changes
	conflictNow(c *Conflict, at draft.Path)

	// baseNow and baseThen convert a base between the keys of now and those of before the
	// first rename in the log, which the log keeps it with.
	baseNow(base any) any
	baseThen(base any) any

	// folded reports whether p is a rename, and notes that the base has it from now on.
	folded(p *rootEntry) bool
}

// stepOf returns the i-th step of a path, nil without one.
func stepOf(p *draft.Path, i int) *draft.Step {
	if p == nil {
		return nil
	}
	return &(*p)[i]
}

// whereNow returns the path now of what was at path, nil when it is the same.
func (c *rootLog) whereNow(path draft.Path) *draft.Path {
	if c.renames == nil {
		return nil
	}
	return c.renames.where(path)
}

// pathNow returns the path now of what was at path.
func (c *rootLog) pathNow(path draft.Path) draft.Path {
	if at := c.whereNow(path); at != nil {
		return *at
	}
	return path
}

// baseNow returns the base with the keys that elements have now.
func (c *rootLog) baseNow() any {
	if c.renames == nil {
		return c.base
	}
	return c.renames.baseNow(c.base)
}

// targetNow returns the root of a target, and its path now.
func (s *Store) targetNow(a Target) (root uint64, path draft.Path) {
	root, path = a.target()
	if c := s.logs[root]; c != nil {
		path = c.pathNow(path)
	}
	return root, path
}

// locate sets the path of an edit that is about to be dispatched to that of now.
func (e *Edit) locate(c *rootLog) {
	if e.at = c.whereNow(e.path); e.at != nil {
		e.path = *e.at
	}
}

// setPathsNow yields the paths that the changes of p have set, by the keys of now.
func (p *rootEntry) setPathsNow() iter.Seq[draft.Path] {
	renames := p.log.renames
	if renames == nil {
		return p.changes.SetPaths
	}
	return func(yield func(draft.Path) bool) {
		p.changes.SetPaths(func(path draft.Path) bool { return yield(renames.now(path, p.entry)) })
	}
}

// Current returns a as it is called in r's store: a itself, or, when [Rekey] has given an
// element on the way to it another key, a target of the same value under that. [Overlap]
// of two such targets, and their names, are those of what the store has now.
func Current(r Reader, a Target) Target {
	s := r.beginRead(nil)
	defer r.endRead()
	root, path := a.target()
	if c := s.logs[root]; c != nil {
		if at := c.whereNow(path); at != nil {
			return &current{a, root, *at}
		}
	}
	return a
}

// Renames returns how often [Rekey] has renamed something in the batch's store.
func (b *Batch) Renames() uint64 {
	s := b.beginRead(nil)
	defer b.endRead()
	return s.renames
}

type current struct {
	Target
	root uint64
	path draft.Path
}

func (c *current) target() (uint64, draft.Path) { return c.root, c.path }
func (c *current) String() string               { return nameOf(c.root, c.path) }
