package draft

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// ErrCycle is returned by updates of a value that contains itself: it has no
// end, and no JSON form.
var ErrCycle = errors.New("draft: value contains itself")

// cycleCheckDepth is the depth of references from which a walk looks for cycles.
const cycleCheckDepth = 500

// A walk goes through one value, or two side by side. Its methods stop at the
// first error, which err keeps.
type walk struct {
	err        error
	depth      int
	following  map[unsafe.Pointer]int // the references that lead here, once the depth is suspicious
	everything bool                   // detach copies even what can never be written to
	asJSON     bool                   // Equal takes times for equal that JSON shows alike
}

func (w *walk) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// enter is called on following the reference to a; it is false for one that is
// being followed already, or after an error.
func (w *walk) enter(p *plan, a unsafe.Pointer) bool {
	if w.err != nil {
		return false
	}
	if w.depth++; w.depth > cycleCheckDepth {
		if w.following == nil {
			w.following = map[unsafe.Pointer]int{}
		}
		// A struct and its first field share an address, so twice proves nothing.
		if w.following[a]++; w.following[a] > 3 {
			w.fail(fmt.Errorf("%w: at a %s", ErrCycle, p.typ))
			w.leave(a)
			return false
		}
	}
	return true
}

func (w *walk) leave(a unsafe.Pointer) {
	if w.depth--; w.following != nil {
		w.following[a]--
	}
}

// detach makes the p at a, a plain copy of another, share no memory with it
// that somebody could write to.
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

// detachedCopy is a copy of the p at a that shares nothing with it.
func (w *walk) detachedCopy(p *plan, a unsafe.Pointer) unsafe.Pointer {
	n := p.clone(a)
	if p.hasSharedMemory {
		w.detach(p, n)
	}
	return n
}

// setInterface makes the interface in memory at a hold the e at q.
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

// cloneSlice gives the slice at a, which is not nil, elements of its own.
func (p *plan) cloneSlice(a unsafe.Pointer) {
	switch e := p.elem; {
	case e.kind == kindString:
		old := *(*[]string)(a)
		fresh := make([]string, len(old)) // cheaper than to clone, which leaves room
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
