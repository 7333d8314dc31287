package draft

import "iter"

// Overlaps reports whether p and q lead to the same part, or one to a part of the other. If
// only positions are known that is possible, so it reports true.
func (p Path) Overlaps(q Path) bool {
	for i := range min(len(p), len(q)) {
		x, y := p[i].Identity(), q[i].Identity()
		if x == nil || y == nil || IsAnywhere(x) || IsAnywhere(y) {
			return true // they may be the same part
		}
		if x != y {
			return false
		}
	}
	return true
}

// HasPrefix reports whether p leads to target or to a part of it.
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

// CoveredBy reports whether one of paths is p or leads to something that p is a part of.
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

// Paths returns an iterator over the paths of the changes.
func (c Changes) Paths() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		for i := range c.steps {
			if !yield(c.path(&c.steps[i])) {
				return
			}
		}
	}
}

// Within reports whether all changes are of target or parts of it. A change of an element's
// identity is not: the element is removed, and another one added.
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

// anywhere is the key of a step of which it is not known where in its parent it leads.
type anywhere uint64

// AnywhereStep returns a step to an unknown part, which overlaps with every other step. id
// tells such steps apart. It is for a package that keeps values over time.
func AnywhereStep(id uint64) Step { return Step{key: anywhere(id), index: noIndex} }

// IsAnywhere reports whether identity, of [Step.Identity], is that of an [AnywhereStep].
func IsAnywhere(identity any) bool { _, ok := identity.(anywhere); return ok }
