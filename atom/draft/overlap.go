package draft

import (
	"iter"
	"reflect"
)

// anywhere identifies a focus of which it is not known where in its parent it
// points. Its region is told of every change of the parent.
type anywhere uint64

func AnywhereStep(id uint64) Step { return Step{key: anywhere(id), index: noIndex} }

func IsAnywhere(identity any) bool { _, ok := identity.(anywhere); return ok }

// Identity is what a step has in common with every other step to the same part:
// the field, the key, or the identity of the element. Nil when it may be any
// element, because only a position is known.
func (s Step) Identity() any {
	switch s.key.(type) {
	case nil, *field, string, int, anywhere: // mostly
		return s.key
	}
	if !reflect.TypeOf(s.key).Comparable() {
		return nil
	}
	return s.key
}

// Paths yields where the changes are.
func (c Changes) Paths() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		for i := range c.steps {
			if !yield(c.path(&c.steps[i])) {
				return
			}
		}
	}
}

// Overlaps reports whether one path is the other, or leads to it, or may do so because
// only a position is known.
func (p Path) Overlaps(q Path) bool {
	for i := range min(len(p), len(q)) {
		x, y := p[i].Identity(), q[i].Identity()
		if x == nil || y == nil || IsAnywhere(x) || IsAnywhere(y) {
			return true // may be the same
		}
		if x != y {
			return false
		}
	}
	return true
}

// HasPrefix reports whether a path leads to a target, or on from there.
func (p Path) HasPrefix(target Path) bool {
	if len(p) < len(target) {
		return false
	}
	for i, step := range target {
		if id := step.Identity(); id == nil || id != p[i].Identity() {
			return false
		}
	}
	return true
}

// AsOuter reports whether everything that changes is a part of an edit's target. An
// element that gets another identity is not: it goes, and another one comes.
func (c Changes) Within(target Path) bool {
	if c.Empty() || c.prefix.HasPrefix(target) {
		return true
	}
	for path := range c.Paths() {
		if !path.HasPrefix(target) {
			return false
		}
	}
	return true
}

// Clone is a copy of path that keeps none of the values alive that it was found in.
func (p Path) Clone() Path {
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

// CoveredBy reports whether one of paths is p, or leads to it.
//
//go:noinline
func (p Path) CoveredBy(paths []Path) bool {
	for _, q := range paths {
		if len(q) <= len(p) && q.Overlaps(p) {
			return true
		}
	}
	return false
}
