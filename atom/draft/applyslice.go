package draft

import (
	"reflect"
	"unsafe"
)

// applySlice applies s to the slice at v.
func (a *applier) applySlice(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	e, last, step := p.elem, i == len(path)-1, path[i]
	x := (*slice)(v)
	id := func(i int) any { return e.id(e.at(x.data, i)) }
	if last && s.op == OpAdd {
		if s.plan.typ != e.typ {
			return ErrPath
		}
		at := step.insertPosition(x.len, s.newPredecessor(), id)
		a.resize(p, v, at, 0, 1)
		e.assign(e.at(x.data, at), s.new)
		return nil
	}
	if last && s.op == OpMove {
		step.index = int(s.from)
	}
	at, ok := step.locate(x.len, id)
	if !ok {
		return ErrPath
	}
	if last && s.op == OpRemove {
		a.resize(p, v, at, 1, 0)
		return nil
	}
	if last && s.op == OpMove {
		moved := e.clone(e.at(x.data, at))
		a.resize(p, v, at, 1, 0)
		to := path[i].insertPosition(x.len, s.newPredecessor(), id)
		a.resize(p, v, to, 0, 1)
		e.assign(e.at(x.data, to), moved)
		return nil
	}
	if !a.isWritable(x.data) {
		p.cloneSlice(v)
		a.addWritable(x.data)
	}
	return a.apply(e, e.at(x.data, at), path, i+1, s)
}

// resize replaces the slice at v by a copy without the removed elements at position at, and
// with room for the added ones there.
func (a *applier) resize(p *plan, v unsafe.Pointer, at, out, in int) {
	s := p.value(v)
	n := s.Len()
	fresh := reflect.MakeSlice(p.typ, n-out+in, n-out+in)
	reflect.Copy(fresh, s.Slice(0, at))
	reflect.Copy(fresh.Slice(at+in, n-out+in), s.Slice(at+out, n))
	s.Set(fresh)
	a.addWritable(fresh.UnsafePointer())
}

// locate returns the position of the element that s goes to in a sequence of n elements. If
// the element at the position of s has another identity, it is found by its identity.
func (s Step) locate(n int, id func(int) any) (int, bool) {
	if s.key == nil || s.index >= 0 && s.index < n && id(s.index) == s.key {
		return s.index, s.index >= 0 && s.index < n
	}
	for i := range n {
		if id(i) == s.key {
			return i, true
		}
	}
	return 0, false
}

// insertPosition returns the position at which to insert an element in a sequence of n: that
// of s, if the element in front of it is the predecessor; else behind the predecessor,
// wherever that is; else that of s, as far as there are elements.
func (s Step) insertPosition(n int, predecessor any, id func(int) any) int {
	at := max(0, min(s.index, n))
	if predecessor == nil || at > 0 && id(at-1) == predecessor {
		return at
	}
	if i, ok := (Step{key: predecessor, index: noIndex}).locate(n, id); ok {
		return i + 1
	}
	return at
}
