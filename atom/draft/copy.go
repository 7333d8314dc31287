package draft

import (
	"reflect"
	"slices"
	"unsafe"
)

// detach copies what the p at a, a plain copy of another value, shares with that value and
// somebody could write to.
func (w *walk) detach(p *plan, a unsafe.Pointer) {
	switch p.kind {
	case kindStruct:
		for _, f := range p.sharedFields {
			w.detach(f.plan, unsafe.Add(a, f.offset))
		}
	case kindArray:
		for i := range p.length {
			w.detach(p.elem, p.elem.at(a, i))
		}
	case kindPointer:
		if q := *(*unsafe.Pointer)(a); q != nil && w.enter(p, q) {
			*(*unsafe.Pointer)(a) = w.detachedCopy(p.elem, q)
			w.leave(q)
		}
	case kindSlice, kindBytes:
		w.detachSlice(p, a)
	case kindGoMap:
		w.detachGoMap(p, a)
	case kindInterface:
		e, q, err := p.interfaceValue(a)
		if err != nil {
			w.fail(err)
		} else if e != nil && e.hasSharedMemory && w.enter(p, q) {
			p.setInterface(a, e, w.detachedCopy(e, q))
			w.leave(q)
		}
	case kindList, kindMap:
		w.detachCollection(p, a)
	}
}

// detachedCopy returns a copy of the p at a that shares with it nothing that could be
// written to.
func (w *walk) detachedCopy(p *plan, a unsafe.Pointer) unsafe.Pointer {
	n := p.clone(a)
	if p.hasSharedMemory {
		w.detach(p, n)
	}
	return n
}

// setInterface stores the value of type e at q in the interface at a.
func (p *plan) setInterface(a unsafe.Pointer, e *plan, q unsafe.Pointer) {
	p.value(a).Set(e.value(q))
}

func (w *walk) detachSlice(p *plan, a unsafe.Pointer) {
	old := *(*slice)(a)
	if old.data == nil || old.len == 0 && old.cap == 0 {
		return
	}
	p.cloneSlice(a)
	if !p.elem.hasSharedMemory || !w.enter(p, old.data) {
		return
	}
	fresh := *(*slice)(a)
	for i := range fresh.len {
		w.detach(p.elem, p.elem.at(fresh.data, i))
	}
	w.leave(old.data)
}

// cloneSlice copies the elements of the slice at a, which is not nil, to new memory.
func (p *plan) cloneSlice(a unsafe.Pointer) {
	switch e := p.elem; {
	case e.kind == kindString:
		old := *(*[]string)(a)
		fresh := make([]string, len(old)) // cheaper than slices.Clone, which adds capacity
		copy(fresh, old)
		*(*[]string)(a) = fresh
	case e.kind == kindPointer || e.kind == kindGoMap:
		*(*[]unsafe.Pointer)(a) = slices.Clone(*(*[]unsafe.Pointer)(a))
	case e.kind == kindInterface:
		*(*[]eface)(a) = slices.Clone(*(*[]eface)(a))
	case !e.hasPointers && e.size == 1:
		*(*[]uint8)(a) = slices.Clone(*(*[]uint8)(a))
	case !e.hasPointers && e.size == 8:
		*(*[]uint64)(a) = slices.Clone(*(*[]uint64)(a))
	default:
		v := p.value(a)
		fresh := reflect.MakeSlice(p.typ, v.Len(), v.Len())
		reflect.Copy(fresh, v)
		v.Set(fresh)
	}
}

func (w *walk) detachGoMap(p *plan, a unsafe.Pointer) {
	v := p.value(a)
	if v.IsNil() || !w.enter(p, v.UnsafePointer()) {
		return
	}
	if m, ok := v.Addr().Interface().(*map[string]any); ok {
		fresh := make(map[string]any, len(*m))
		for k, e := range *m {
			w.detach(p.elem, unsafe.Pointer(&e))
			fresh[k] = e
		}
		w.leave(v.UnsafePointer())
		*m = fresh
		return
	}
	fresh := reflect.MakeMapWithSize(p.typ, v.Len())
	key, elem := reflect.New(p.key.typ).Elem(), p.elem.alloc()
	for i := v.MapRange(); i.Next(); {
		key.SetIterKey(i)
		if !w.checkKey(p, key) {
			break
		}
		p.elem.value(elem).SetIterValue(i)
		w.detach(p.elem, elem)
		fresh.SetMapIndex(key, p.elem.value(elem))
	}
	w.leave(v.UnsafePointer())
	v.Set(fresh)
}
