package atom

import (
	"iter"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// SetInitial gives a the value that a query has loaded, once: it does nothing when a has
// had its initial value in this store, and nothing when the user has set a, or what a is part of, meanwhile.
// Of parts that the user has set, or that have had an initial value of their own,
// what is there stays, and the rest is value's: rows that were added, changed or
// removed before the list has come still are. In a slice whose elements have no
// identity nobody can tell which, and all of it stays.
//
// Zero values (0, "", false) count as loaded. Entries that are pending stay
// above the value. For values that come later use [Atom.Sync].
//
// used reports whether the value was taken.
func (a *Atom[T]) SetInitial(w Writer, value T) (used bool, err error) {
	b := w.beginWrite()
	defer w.endWrite(b)
	c := b.s.logOf(a.root)
	path := c.pathNow(a.path)
	name := path.String()
	set, whole := c.userPathsIn(path)
	if _, had := c.initialized[name]; had || whole {
		return false, nil
	}
	if err := a.sync(b, grafted(value, set)); err != nil {
		return false, err
	}
	if c.initialized == nil {
		c.initialized = map[string]draft.Path{}
	}
	c.initialized[name] = path
	return true, nil
}

// grafted puts value in the place of what is there, but for the parts at paths.
func grafted[T any](value T, paths []draft.Path) transform[T] {
	return func(prev *T) (*T, draft.Changes, error) {
		next, c, err := draft.Adopt(prev, &value)
		if err != nil || c.Empty() || len(paths) == 0 {
			return next, c, err
		}
		if next, err = draft.Graft(next, prev, paths); err != nil {
			return prev, draft.Changes{}, err
		}
		c, err = draft.Diff(prev, next)
		return next, c, err
	}
}

// userPathsIn returns the paths, from the part at path, to what is not for an initial value
// to replace; whole reports that the part itself is not.
func (c *rootLog) userPathsIn(path draft.Path) (parts []draft.Path, whole bool) {
	for _, p := range c.userPaths {
		if !p.Overlaps(path) {
			continue
		}
		if len(p) <= len(path) || !p.HasPrefix(path) {
			return nil, true
		}
		parts = append(parts, p[len(path):])
	}
	for _, p := range c.initialized {
		if len(p) > len(path) && p.HasPrefix(path) {
			parts = append(parts, p[len(path):])
		}
	}
	return parts, false
}

// maxUserPaths is how many paths are kept to know what the user has changed. Beyond
// that everything counts as changed: rather no initial value than a lost one.
const maxUserPaths = 256

// recordUserChange remembers what a folded entry was about.
func (c *rootLog) recordUserChange(paths iter.Seq[draft.Path]) {
	for path := range paths {
		if len(c.userPaths) == maxUserPaths {
			c.userPaths = []draft.Path{nil}
		}
		if !path.CoveredBy(c.userPaths) {
			c.userPaths = append(c.userPaths, path.Clone())
		}
	}
}
