package atom

import "slices"

// Most entries of a log are about different parts of the value: of two rows that
// are changed neither sees what becomes of the other. When one is dropped, the
// others stay what they are, and it is enough to put back, in what is visible, what
// it has changed. The states in between are made when somebody asks for them, which
// is when the oldest folds.

// stateAbove returns the state above the i-th portion, that of -1 is the base.
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

// computeStates makes all states: before something changes of which they depend.
func (c *rootLog) computeStates() {
	for i := range c.entries {
		c.stateAbove(i)
	}
}

// stateWithout returns what is visible without the i-th portion, when nothing above that
// has to be applied again. If not, it makes the states, which will be compared.
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

// overlapsTargetsOf reports whether a target of p is, is a part of, or has as a part one of
// other's.
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
