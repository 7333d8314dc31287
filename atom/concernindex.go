package atom

// A concernIndex finds, among what a portion changes, what overlaps a path, without
// going through the rest: a row that asks whether an import of ten thousand
// is about it must not read ten thousand paths.
type concernIndex struct {
	of    Changes
	first map[any]int32 // the first step with this identity below the prefix; from 1
	next  []int32       // by step, from 1: the next one with the same identity; 0 is none
	loose bool          // some step may be anywhere
}

// indexed is how many changes are worth an index.
const indexed = 16

// indexOf is the index of what p changes, made when it is first asked for.
func (p *portion) indexOf() *concernIndex {
	if p.index == nil || !p.index.of.same(p.changes) {
		p.index = newConcernIndex(p.changes)
	}
	return p.index
}

func newConcernIndex(c Changes) *concernIndex {
	x := &concernIndex{of: c, first: make(map[any]int32, len(c.steps)), next: make([]int32, len(c.steps)+1)}
	for i := range c.steps {
		var id any
		if path := c.steps[i].path; len(path) > 0 {
			id = path[0].identity()
		}
		if id == nil || isAnywhere(id) {
			x.loose = true
			return x
		}
		at := int32(i + 1)
		x.next[at], x.first[id] = x.first[id], at
	}
	return x
}

// overlaps reports whether one of the changes is at path, above or below it, where
// path begins as their prefix does, and goes on.
func (x *concernIndex) overlaps(path Path) bool {
	path = path[len(x.of.prefix):]
	id := path[0].identity()
	if x.loose || id == nil || isAnywhere(id) {
		return x.of.overlaps(path)
	}
	for at := x.first[id]; at != 0; at = x.next[at] {
		if overlap(x.of.steps[at-1].path, path) {
			return true
		}
	}
	return false
}

// overlaps is that of a concernIndex, without one; path is behind the prefix.
func (c Changes) overlaps(path Path) bool {
	for i := range c.steps {
		if overlap(c.steps[i].path, path) {
			return true
		}
	}
	return false
}
