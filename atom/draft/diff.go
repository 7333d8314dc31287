package draft

import "unsafe"

// diffOwned compares the p at a, which is in memory of its own and has that footing,
// with the one at b in the draft, and returns the next one, or nil if nothing
// changed. It is a call of its own because inside of a loop the spot would be
// allocated.
//
//go:noinline
func (d *differ) diffOwned(p *plan, a, b unsafe.Pointer, place Addressability) unsafe.Pointer {
	s, outer := lazyCopy{plan: p, old: a}, d.addressable
	d.addressable = place
	d.diff(p, a, b, &s)
	d.addressable = outer
	return s.next
}

// Diff compares the p at a, which is in s, with the one at b in the draft.
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

// diffWhole compares what is changed as a whole or not at all.
func (d *differ) diffWhole(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	if !d.equal(p, a, b) {
		d.replace(p, a, b, s)
	}
}

// replace records that b takes the place of a.
func (d *differ) replace(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	next := s.at(a)
	d.copyDetached(p, next, b)
	d.record(change{op: OpReplace, plan: p, old: a, new: next})
}

func (d *differ) diffStruct(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	for _, f := range p.fields {
		x, y := unsafe.Add(a, f.offset), unsafe.Add(b, f.offset)
		differ := false
		switch f.plan.kind { // without a call for the most common kinds
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
			// As JSON it comes or goes whole, so it is told as a whole.
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

// hasParts tells whether a change can be of a part of a p.
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

// replacedInInterface tells whether the p at a and b, held by an interface, are
// replaced rather than changed: whatever is recorded below an interface has at
// least one step of its own.
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
