package atom

import (
	"iter"
	"reflect"
)

// anywhere identifies a focus of which it is not known where in its parent it
// points. Its region is told of every change of the parent.
type anywhere uint64

func anywhereStep(id uint64) Step { return Step{key: anywhere(id), index: noIndex} }

func isAnywhere(identity any) bool { _, ok := identity.(anywhere); return ok }

// identity is what a step has in common with every other step to the same part:
// the field, the key, or the identity of the element. Nil when it may be any
// element, because only a position is known.
func (s Step) identity() any {
	switch s.key.(type) {
	case nil, *field, string, int, anywhere: // mostly
		return s.key
	}
	if !reflect.TypeOf(s.key).Comparable() {
		return nil
	}
	return s.key
}

// paths yields where the changes are.
func (c Changes) paths() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		for i := range c.steps {
			if !yield(c.path(&c.steps[i])) {
				return
			}
		}
	}
}

// overlap reports whether one path is the other, or leads to it.
func overlap(a, b Path) bool {
	for i := range min(len(a), len(b)) {
		x, y := a[i].identity(), b[i].identity()
		if x == nil || y == nil || isAnywhere(x) || isAnywhere(y) {
			return true // may be the same
		}
		if x != y {
			return false
		}
	}
	return true
}
