package draft

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// A differ compares an immutable value with a draft of it, records what
// changed, and builds the next value: the old one with the changed parts
// replaced, and all else shared. Nothing of the draft gets into the record or
// into the next value but copies, since somebody may still have a pointer into
// it.
type differ struct {
	walk
	path        Path
	addressable Addressability // of what the path leads to
	steps       []change
	arena       []Step // the paths of the steps
	given       bool   // the later value is not a draft of ours: not even its journals are
}

// A lazyCopy is a piece of memory of the old value, as one allocation, and, once
// something in it has changed, its counterpart in the next value.
type lazyCopy struct {
	plan *plan
	old  unsafe.Pointer
	next unsafe.Pointer // nil as long as nothing has changed
}

// next is where the part of the old value at a is in the next one.
func (s *lazyCopy) at(a unsafe.Pointer) unsafe.Pointer {
	if s.next == nil {
		s.next = s.plan.clone(s.old)
	}
	return unsafe.Add(s.next, uintptr(a)-uintptr(s.old))
}

// finishDraft compares prev with draft and returns the next value, which is prev
// itself if nothing changed. A draft that is given was not made by us, and is
// left as it is.
func finishDraft(p *plan, prev, draft unsafe.Pointer, given bool) (next unsafe.Pointer, c Changes, err error) {
	path := sparePath.Swap(nil)
	if path == nil {
		path = new([16]Step) // values are rarely deeper
	}
	d := differ{given: given, path: path[:0]}
	s := lazyCopy{plan: p, old: prev}
	d.diff(p, prev, draft, &s)
	sparePath.Store(path)
	if d.err != nil {
		return nil, Changes{}, d.err
	}
	if s.next == nil {
		return prev, Changes{}, nil
	}
	return s.next, Changes{steps: d.steps}, nil
}

// sparePath is the memory of a differ's path, while no differ uses it.
var sparePath atomic.Pointer[[16]Step]

// copyDetached puts a copy of the p at src, which is in the draft, into the next
// newValue at dst.
func (d *differ) copyDetached(p *plan, dst, src unsafe.Pointer) {
	p.assign(dst, src)
	if p.hasSharedMemory {
		d.detach(p, dst)
	}
}

func (d *differ) push(s Step) { d.path = append(d.path, s) }

func (d *differ) pop() {
	last := len(d.path) - 1
	d.path[last] = Step{} // a spare path keeps nobody's key
	d.path = d.path[:last]
}

// oneStep is memory for what is most common: one step, not far down.
type oneStep struct {
	step [1]change
	path [4]Step
}

// reserve makes room for n more steps at the current path.
func (d *differ) reserve(n int) {
	if n > 1 {
		d.steps = slices.Grow(d.steps, n)
		d.arena = make([]Step, 0, n*(len(d.path)+2))
	}
}

// record adds a step at the current path.
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
