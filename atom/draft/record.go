package draft

import (
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// push appends a step to the current path.
func (d *differ) push(s Step) { d.path = append(d.path, s) }

// pop removes the last step of the current path.
func (d *differ) pop() {
	last := len(d.path) - 1
	d.path[last] = Step{} // so a spare path keeps no key alive
	d.path = d.path[:last]
}

// record appends a step at the current path.
func (d *differ) record(c change) {
	n := len(d.path)
	if d.steps == nil && n <= len(oneStep{}.path) {
		one := new(oneStep)
		d.steps, d.arena = one.step[:0], one.path[:0]
	}
	if cap(d.arena)-len(d.arena) < n {
		size := n
		if len(d.steps) > 0 {
			size = n * max(8, len(d.steps))
		}
		d.arena = make([]Step, 0, size)
	}
	from := len(d.arena)
	d.arena = append(d.arena, d.path...)
	c.path = d.arena[from:len(d.arena):len(d.arena)]
	c.addressable = c.addressable.in(d.addressable)
	d.steps = append(d.steps, c)
}

// reserve makes room for n more steps at the current path.
func (d *differ) reserve(n int) {
	if n > 1 {
		d.steps = slices.Grow(d.steps, n)
		d.arena = make([]Step, 0, n*(len(d.path)+2))
	}
}

// oneStep is the memory of the most common record: one step at a short path.
type oneStep struct {
	step [1]change
	path [4]Step
}

// versions are the old and the new version of a slice or List. Positions are those that the
// alignment of the two counts: of elements, or of the pieces of a List.
//
// It has functions and is no interface, so that the differ stays on the stack.
type versions struct {
	old, new func(i int) unsafe.Pointer           // the address of element i, or of the last element of piece i
	added    func(edit align.Edit) unsafe.Pointer // the address in the next value of an added element
}

// recordEdits records the edits that lead from one version of a sequence of elements e to
// the other.
func (d *differ) recordEdits(e *plan, edits []align.Edit, v versions) {
	for _, t := range edits {
		c := change{op: opOf[t.Op], from: int32(t.From)}
		switch t.Op {
		case align.Remove:
			c.old = v.old(t.Element)
		case align.Add:
			c.new = v.added(t)
		}
		id := func(i int) any {
			switch {
			case i == noElement:
				return nil
			case t.Op == align.Remove:
				return e.id(v.old(i))
			}
			return e.id(v.new(i))
		}
		d.recordEdit(e, c, t.At, id(t.Element), id(t.OldPredecessor), id(t.NewPredecessor))
	}
}

// recordEdit records c, which adds, removes or moves the element e with the identity id. The
// others are the identities of its predecessors, see [predecessors].
func (d *differ) recordEdit(e *plan, c change, at int, id, oldPredecessor, newPredecessor any) {
	c.plan, c.addressable = e, Addressable
	if e.keyed() {
		c.predecessors = &predecessors{old: oldPredecessor, new: newPredecessor}
	}
	d.push(ElementStep(at, id))
	d.record(c)
	d.pop()
}
