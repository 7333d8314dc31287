package atom

import "iter"

// renames is what the log of a root knows of elements that [Rekey] has given other keys.
// It is nil until Rekey is called, which alone makes one: so a program that does without
// has nothing of it linked.
//
// "Now" is with the keys that elements have now, "then" with those that they had when an
// entry was dispatched.
type renames interface {
	// where returns where a path leads that somebody holds, nil when that is the path.
	where(path Path) *Path

	now(path Path, since *Entry) Path
	then(path Path, since *Entry) Path

	// valueNow is of what v points to, a value of a target at a path then; changesNow
	// of changes of it.
	valueNow(v any, at Path, since *Entry) any
	changesNow(c Changes, at Path, since *Entry) Changes
	conflictNow(c *Conflict, at Path)

	// The base has the keys of then, which for it is before the first rename in the log.
	baseNow(base any) any
	baseThen(base any) any

	// folded reports whether p is a rename, which is in the base from now on.
	folded(p *portion) bool
}

// step is the i-th one, nil without a path.
func (p *Path) step(i int) *Step {
	if p == nil {
		return nil
	}
	return &(*p)[i]
}

// whereNow returns where the part at path is now, nil when it is there.
func (c *cell) whereNow(path Path) *Path {
	if c.renames == nil {
		return nil
	}
	return c.renames.where(path)
}

// pathNow is whereNow, or path.
func (c *cell) pathNow(path Path) Path {
	if at := c.whereNow(path); at != nil {
		return *at
	}
	return path
}

// baseNow is the base with the keys that elements have now.
func (c *cell) baseNow() any {
	if c.renames == nil {
		return c.base
	}
	return c.renames.baseNow(c.base)
}

// targetNow is where a target is in s now.
func (s *Store) targetNow(a Target) (root uint64, path Path) {
	root, path = a.target()
	if c := s.cells[root]; c != nil {
		path = c.pathNow(path)
	}
	return root, path
}

// locate finds out where in c an edit is to be made, which is about to be dispatched.
func (e *Edit) locate(c *cell) {
	if e.at = c.whereNow(e.path); e.at != nil {
		e.path = *e.at
	}
}

// setNow yields what the changes of p have set.
func (p *portion) setNow() iter.Seq[Path] {
	renames := p.cell.renames
	if renames == nil {
		return p.changes.set
	}
	return func(yield func(Path) bool) {
		p.changes.set(func(path Path) bool { return yield(renames.now(path, p.entry)) })
	}
}

// Current returns a as it is called in r's store: a itself, or, when [Rekey] has given an
// element on the way to it another key, a target of the same value under that. [Overlap]
// of two such targets, and their names, are those of what the store has now.
func Current(r Reader, a Target) Target {
	s := r.open(nil)
	defer r.close()
	root, path := a.target()
	if c := s.cells[root]; c != nil {
		if at := c.whereNow(path); at != nil {
			return &current{a, root, *at}
		}
	}
	return a
}

// Renames returns how often [Rekey] has renamed something in r's store.
func Renames(r Reader) uint64 {
	s := r.open(nil)
	defer r.close()
	return s.renames
}

type current struct {
	Target
	root uint64
	path Path
}

func (c *current) target() (uint64, Path) { return c.root, c.path }
func (c *current) String() string         { return nameOf(c.root, c.path) }
