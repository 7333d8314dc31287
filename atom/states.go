package atom

import "slices"

// Most entries of a log are about different parts of the value: of two rows that
// are changed neither sees what becomes of the other. When one is dropped, the
// others stay what they are, and it is enough to put back, in what is visible, what
// it has changed. The states in between are made when somebody asks for them, which
// is when the oldest folds.

// above returns the state above the i-th portion, that of -1 is the base.
func (c *cell) above(i int) any {
	known := i
	for known >= 0 && c.portions[known].after == nil {
		known--
	}
	state := c.base
	if known >= 0 {
		state = c.portions[known].after
	}
	for _, p := range c.portions[known+1 : i+1] {
		for _, e := range p.edits {
			state = e.again(state, same)
		}
		p.after = state
	}
	return state
}

// makeStates makes all states: before something changes of which they depend.
func (c *cell) makeStates() {
	for i := range c.portions {
		c.above(i)
	}
}

// without returns what is visible without the i-th portion, when nothing above that
// has to be applied again. If not, it makes the states, which will be compared.
func (c *cell) without(i int) (state any, known bool) {
	p, later := c.portions[i], c.portions[i+1:]
	if len(later) == 0 {
		return c.above(i - 1), true
	}
	if p.strays || slices.ContainsFunc(later, func(q *portion) bool { return q.strays || q.sees(p) }) {
		c.makeStates()
		return nil, false
	}
	state = c.visible
	for _, e := range slices.Backward(p.edits) {
		state = e.again(state, undo)
	}
	for _, q := range later {
		q.after = nil
	}
	return state, true
}

// sees reports whether a target of p is, is a part of, or has as a part one of
// other's.
func (p *portion) sees(other *portion) bool {
	for _, mine := range p.edits {
		for _, theirs := range other.edits {
			if mine.path.Overlaps(theirs.path) {
				return true
			}
		}
	}
	return false
}
