package draft

import (
	"sync/atomic"
	"unsafe"
)

// differ compares an immutable value with a draft of it, records what changed, and builds
// the next value: the old one with the changed parts replaced and the rest shared. Parts of
// the draft are copied before they become part of the record or of the next value, since
// the caller may have kept a pointer into the draft.
type differ struct {
	walk
	path        Path
	addressable Addressability // whether what path leads to is addressable
	steps       []change
	arena       []Step // memory for the paths of the steps
	given       bool   // the later value belongs to the caller, with its journals
}

// finishDraft compares the p at prev with its draft, and returns the next value, which is
// prev if nothing changed. If given is set, the draft comes from a caller: it may be used
// after the call, so it is not modified.
func finishDraft(p *plan, prev, draft unsafe.Pointer, given bool) (next unsafe.Pointer, c Changes, err error) {
	path := sparePath.Swap(nil)
	if path == nil {
		path = new([16]Step) // few values are deeper
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

// sparePath is the memory of a path that no differ uses at present.
var sparePath atomic.Pointer[[16]Step]

// lazyCopy is one allocation of the old value, and its copy in the next value, which is made
// when something in it has changed.
type lazyCopy struct {
	plan *plan
	old  unsafe.Pointer
	next unsafe.Pointer // nil until something has changed
}

// at returns the address in the copy of what is at a in the old value. The first call makes
// the copy.
func (s *lazyCopy) at(a unsafe.Pointer) unsafe.Pointer {
	if s.next == nil {
		s.next = s.plan.clone(s.old)
	}
	return unsafe.Add(s.next, uintptr(a)-uintptr(s.old))
}

// copyDetached copies the p at src, which is in the draft, to dst in the next value.
func (d *differ) copyDetached(p *plan, dst, src unsafe.Pointer) {
	p.assign(dst, src)
	if p.hasSharedMemory {
		d.detach(p, dst)
	}
}

// diffOwned compares the p at a, which is an allocation of its own, with the p at b in the
// draft. It returns the next p, or nil if nothing changed. It is not inlined: in a loop its
// lazyCopy would be allocated on the heap.
//
//go:noinline
func (d *differ) diffOwned(p *plan, a, b unsafe.Pointer, addressable Addressability) unsafe.Pointer {
	s, outer := lazyCopy{plan: p, old: a}, d.addressable
	d.addressable = addressable
	d.diff(p, a, b, &s)
	d.addressable = outer
	return s.next
}

// diff compares the p at a, which is in s, with the p at b in the draft.
func (d *differ) diff(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	if d.err != nil {
		return
	}
	if p.leaf {
		d.diffWhole(p, a, b, s)
		return
	}
	switch p.kind {
	case kindStruct:
		d.diffStruct(p, a, b, s)
	case kindPointer:
		d.diffPointer(p, a, b, s)
	case kindSlice:
		d.diffSlice(p, a, b, s)
	case kindArray:
		for i := range p.length {
			d.push(ElementStep(i, nil))
			d.diff(p.elem, p.elem.at(a, i), p.elem.at(b, i), s)
			d.pop()
		}
	case kindGoMap:
		d.diffGoMap(p, a, b, s)
	case kindInterface:
		d.diffInterface(p, a, b, s)
	case kindList, kindMap:
		d.diffCollection(p, a, b, s)
	default:
		d.diffWhole(p, a, b, s)
	}
}

// diffWhole compares a value that is replaced as a whole or not at all.
func (d *differ) diffWhole(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	if !d.equal(p, a, b) {
		d.replace(p, a, b, s)
	}
}

// replace records that the p at b takes the place of the p at a.
func (d *differ) replace(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	next := s.at(a)
	d.copyDetached(p, next, b)
	d.record(change{op: OpReplace, plan: p, old: a, new: next})
}

func (d *differ) diffStruct(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	for _, f := range p.fields {
		x, y := unsafe.Add(a, f.offset), unsafe.Add(b, f.offset)
		differ := false
		switch f.plan.kind { // saves a call for the most common kinds
		case kindString:
			if differ = *(*string)(x) != *(*string)(y); !differ {
				continue
			}
		case kindBits:
			if differ = !equalWords(f.plan.size, x, y); !differ {
				continue
			}
		}
		d.push(fieldStep(f))
		switch {
		case differ:
			d.replace(f.plan, x, y, s)
		case f.omit != nil && (f.omit(x) || f.omit(y)):
			// Its JSON member is added or removed as a whole, and so is the value.
			d.diffWhole(f.plan, x, y, s)
		default:
			d.diff(f.plan, x, y, s)
		}
		d.pop()
	}
}

func (d *differ) diffPointer(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	x, y := *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
	if x == y {
		return
	}
	if x == nil || y == nil {
		d.replace(p, a, b, s)
		return
	}
	if !p.elem.hasParts() {
		d.diffWhole(p, a, b, s)
		return
	}
	if d.enter(p, y) {
		next := d.diffOwned(p.elem, x, y, Addressable)
		d.leave(y)
		if next != nil {
			*(*unsafe.Pointer)(s.at(a)) = next
		}
	}
}

// hasParts reports whether a part of a p can change on its own.
func (p *plan) hasParts() bool {
	switch p.kind {
	case kindStruct, kindArray, kindPointer, kindSlice, kindGoMap, kindInterface, kindList, kindMap:
		return !p.leaf
	}
	return false
}

func (d *differ) diffInterface(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	e, x, err := p.interfaceValue(a)
	d.fail(err)
	f, y, err := p.interfaceValue(b)
	d.fail(err)
	if d.err != nil || e == f && (e == nil || x == y) {
		return
	}
	if e != f || e.replacedInInterface(x, y) {
		d.diffWhole(p, a, b, s)
		return
	}
	if d.enter(p, y) {
		next := d.diffOwned(e, x, y, Unaddressable)
		d.leave(y)
		if next != nil {
			p.setInterface(s.at(a), e, next)
		}
	}
}

// replacedInInterface reports whether a change in an interface that holds the p at a, and
// then the p at b, is told as a replacement. Every other change behind an interface has at
// least one step below it.
//
//go:noinline
func (p *plan) replacedInInterface(a, b unsafe.Pointer) bool {
	if p.leaf {
		return true
	}
	switch p.kind {
	case kindStruct, kindArray:
		return false
	case kindSlice, kindGoMap:
		return p.value(a).IsNil() != p.value(b).IsNil()
	case kindPointer:
		x, y := *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
		return x == nil || y == nil || p.elem.leaf || p.elem.kind != kindStruct
	}
	return true
}
