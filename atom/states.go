package atom

import "slices"

// Most entries of a log are about different parts of the value, such as two rows. When one
// of them is dropped, the others need not be applied again: what it has changed is put back
// in the visible state. The states in between are computed when they are needed, which is
// when the oldest entry folds.

// stateAbove returns the state above the i-th entry; that of -1 is the base.
func (c *rootLog) stateAbove(i int) any {
	known := i
	for known >= 0 && c.entries[known].after == nil {
		known--
	}
	state := c.base
	if known >= 0 {
		state = c.entries[known].after
	}
	for _, p := range c.entries[known+1 : i+1] {
		for _, e := range p.edits {
			state = e.applyKnown(state, applyAgain)
		}
		p.after = state
	}
	return state
}

// computeStates computes the states that are missing, before what they depend on changes.
func (c *rootLog) computeStates() {
	for i := range c.entries {
		c.stateAbove(i)
	}
}

// stateWithout returns the visible state without the i-th entry; known is false, and all
// states are computed, when an entry above has to be applied again to find out.
func (c *rootLog) stateWithout(i int) (state any, known bool) {
	p, later := c.entries[i], c.entries[i+1:]
	if len(later) == 0 {
		return c.stateAbove(i - 1), true
	}
	if p.outside || slices.ContainsFunc(later, func(q *rootEntry) bool { return q.outside || q.overlapsTargetsOf(p) }) {
		c.computeStates()
		return nil, false
	}
	state = c.visible
	for _, e := range slices.Backward(p.edits) {
		state = e.applyKnown(state, applyUndo)
	}
	for _, q := range later {
		q.after = nil
	}
	return state, true
}

// overlapsTargetsOf reports whether a target of p overlaps one of other.
func (p *rootEntry) overlapsTargetsOf(other *rootEntry) bool {
	for _, mine := range p.edits {
		for _, theirs := range other.edits {
			if mine.path.Overlaps(theirs.path) {
				return true
			}
		}
	}
	return false
}
