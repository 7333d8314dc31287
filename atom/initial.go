package atom

import (
	"iter"
	"reflect"
	"unsafe"
)

// SetInitial gives a the value that a query has loaded, once: it does nothing
// while loading is true, nothing when a has had its initial value in this
// store, and nothing when the user has set a, or what a is part of, meanwhile.
// Of parts that the user has set, or that have had an initial value of their own,
// what is there stays, and the rest is value's: rows that were added, changed or
// removed before the list has come still are. In a slice whose elements have no
// identity nobody can tell which, and all of it stays.
//
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
	path := c.pathNow(a.path)
	name := path.String()
	set, whole := c.setIn(path)
	if _, had := c.initialized[name]; had || whole {
		return false, nil
	}
	if err := a.sync(b, grafted(value, set)); err != nil {
		return false, err
	}
	if c.initialized == nil {
		c.initialized = map[string]Path{}
	}
	c.initialized[name] = path
	return true, nil
}

// grafted puts value in the place of what is there, but for the parts at paths.
func grafted[T any](value T, paths []Path) revision[T] {
	return func(prev *T) (*T, Changes, error) {
		next, c, err := adopt(prev, &value)
		if err != nil || c.Empty() || len(paths) == 0 {
			return next, c, err
		}
		p, err := planFor[T]()
		if err != nil {
			return prev, Changes{}, err
		}
		if next, err = applied(next, graftOf(p, unsafe.Pointer(next), unsafe.Pointer(prev), paths)); err != nil {
			return prev, Changes{}, err
		}
		c, err = diff(prev, next)
		return next, c, err
	}
}

// setIn returns the paths, from the part at path, to what is not for an initial value
// to replace; whole reports that the part itself is not.
func (c *cell) setIn(path Path) (parts []Path, whole bool) {
	for _, p := range c.changed {
		if !overlap(p, path) {
			continue
		}
		if len(p) <= len(path) || !p.isIn(path) {
			return nil, true
		}
		parts = append(parts, p[len(path):])
	}
	for _, p := range c.initialized {
		if len(p) > len(path) && p.isIn(path) {
			parts = append(parts, p[len(path):])
		}
	}
	return parts, false
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
		if !coveredBy(path, c.changed) {
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
