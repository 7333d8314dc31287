package atom

import "github.com/atomsaga/atomsaga/atom/draft"

// A pathIndex finds the changes of an entry that overlap a path without looking at the
// others: a row that asks whether an import of ten thousand rows is about it must not read
// ten thousand paths.
type pathIndex struct {
	of    draft.Changes
	first map[any]int32 // the first step with this identity below the prefix; from 1
	next  []int32       // by step, from 1: the next one with the same identity; 0 is none
	loose bool          // some step may be anywhere
}

// minIndexed is the number of changes from which on an index is made.
const minIndexed = 16

// pathIndex returns the index of what p changes, which it makes when it is first called.
func (p *rootEntry) pathIndex() *pathIndex {
	if p.index == nil || !p.index.of.Same(p.changes) {
		p.index = newPathIndex(p.changes)
	}
	return p.index
}

func newPathIndex(c draft.Changes) *pathIndex {
	x := &pathIndex{of: c, first: make(map[any]int32, c.Len()), next: make([]int32, c.Len()+1)}
	for i := range c.Len() {
		var id any
		if path := c.PathBelow(i); len(path) > 0 {
			id = path[0].Identity()
		}
		if id == nil || draft.IsAnywhere(id) {
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
func (x *pathIndex) overlaps(path draft.Path) bool {
	path = path[len(x.of.CommonPath()):]
	id := path[0].Identity()
	if x.loose || id == nil || draft.IsAnywhere(id) {
		return x.anyOverlaps(path)
	}
	for at := x.first[id]; at != 0; at = x.next[at] {
		if x.of.PathBelow(int(at) - 1).Overlaps(path) {
			return true
		}
	}
	return false
}

// anyOverlaps is overlaps without the index; path is behind the prefix.
func (x *pathIndex) anyOverlaps(path draft.Path) bool {
	for i := range x.of.Len() {
		if x.of.PathBelow(i).Overlaps(path) {
			return true
		}
	}
	return false
}
