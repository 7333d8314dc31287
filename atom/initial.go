package atom

import (
	"iter"
	"reflect"
)

// SetInitial gives a the value that a query has loaded, once: it does nothing
// while loading is true, nothing when a has had its initial value in this
// store, and nothing when the user has changed a, or a part of it, meanwhile.
// Zero values (0, "", false) count as loaded. Entries that are pending stay
// above the value. For values that come later use [Atom.Sync].
//
// used reports whether the value was taken.
func SetInitial[T any](w Writer, a *Atom[T], value T, loading bool) (used bool, err error) {
	if loading {
		return false, nil
	}
	b := w.begin()
	defer w.end(b)
	c := b.s.cellOf(a.root)
	if c.initialized[a.path.String()] || c.changedByUser(a.path) {
		return false, nil
	}
	if err := a.Sync(b, value); err != nil {
		return false, err
	}
	if c.initialized == nil {
		c.initialized = map[string]bool{}
	}
	c.initialized[a.path.String()] = true
	return true, nil
}

// noted is how many paths are kept to know what the user has changed. Beyond
// that everything counts as changed: rather no initial value than a lost one.
const noted = 256

// note remembers what a folded entry was about.
func (c *cell) note(paths iter.Seq[Path]) {
	for path := range paths {
		if len(c.changed) == noted {
			c.changed = []Path{nil}
		}
		if !c.covered(path) {
			c.changed = append(c.changed, path.own())
		}
	}
}

// own is a copy of path that keeps none of the values alive that it was found in.
func (p Path) own() Path {
	q := append(Path(nil), p...)
	for i, step := range q {
		if step.key != nil && step.field() == nil {
			key := reflect.New(reflect.TypeOf(step.key)).Elem()
			key.Set(reflect.ValueOf(step.key))
			q[i].key = key.Interface()
		}
	}
	return q
}

// covered reports whether one of the noted paths is path, or leads to it.
func (c *cell) covered(path Path) bool {
	for _, p := range c.changed {
		if len(p) <= len(path) && overlap(p, path) {
			return true
		}
	}
	return false
}

func (c *cell) changedByUser(path Path) bool {
	for _, p := range c.changed {
		if overlap(p, path) {
			return true
		}
	}
	return false
}
