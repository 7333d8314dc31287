package draft

import (
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// diffGoMap compares two maps of type map[K]V.
func (d *differ) diffGoMap(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	x, y := p.value(a), p.value(b)
	if x.UnsafePointer() == y.UnsafePointer() {
		return
	}
	if x.IsNil() || y.IsNil() {
		d.replace(p, a, b, s)
		return
	}
	if !d.enter(p, y.UnsafePointer()) {
		return
	}
	defer d.leave(y.UnsafePointer())
	var next reflect.Value
	own := func() reflect.Value {
		if !next.IsValid() {
			next = reflect.MakeMapWithSize(p.typ, y.Len())
			for i := x.MapRange(); i.Next(); {
				next.SetMapIndex(i.Key(), i.Value())
			}
			p.value(s.at(a)).Set(next)
		}
		return next
	}
	for _, k := range d.changedKeys(p, x, y) {
		before, after := x.MapIndex(k), y.MapIndex(k)
		d.push(KeyStep(k.Interface()))
		switch {
		case !after.IsValid():
			d.record(change{op: OpRemove, plan: p.elem, old: p.elem.inMemory(before), addressable: Unaddressable})
			own().SetMapIndex(k, reflect.Value{})
		case !before.IsValid():
			n := p.elem.inMemory(after)
			d.detach(p.elem, n)
			d.record(change{op: OpAdd, plan: p.elem, new: n, addressable: Unaddressable})
			own().SetMapIndex(k, p.elem.value(n))
		default:
			if next := d.diffOwned(p.elem, p.elem.inMemory(before), p.elem.inMemory(after), Unaddressable); next != nil {
				own().SetMapIndex(k, p.elem.value(next))
			}
		}
		d.pop()
	}
}

// changedKeys returns the keys whose elements differ, sorted by their JSON names: one draft
// always gives the same changes in the same order.
func (d *differ) changedKeys(p *plan, x, y reflect.Value) (keys []reflect.Value) {
	e, f := p.elem.alloc(), p.elem.alloc()
	for i := x.MapRange(); i.Next(); {
		k := i.Key()
		if !d.checkKey(p, k) {
			return nil
		}
		after := y.MapIndex(k)
		if after.IsValid() {
			p.elem.value(e).SetIterValue(i)
			p.elem.value(f).Set(after)
			if d.equal(p.elem, e, f) {
				continue
			}
		}
		keys = append(keys, k)
	}
	for i := y.MapRange(); i.Next(); {
		k := i.Key()
		if !d.checkKey(p, k) {
			return nil
		}
		if !x.MapIndex(k).IsValid() {
			keys = append(keys, k)
		}
	}
	sorting.By(keys, func(a, b *reflect.Value) bool { return keyText(*a) < keyText(*b) })
	return keys
}

// inMemory stores v, a value of p, in newly allocated memory and returns its address.
func (p *plan) inMemory(v reflect.Value) unsafe.Pointer {
	n := p.alloc()
	p.value(n).Set(v)
	return n
}
