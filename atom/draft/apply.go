package draft

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// ErrPath is returned by [Apply], [Revert] and the patch functions when a path
// leads to nothing in the value, or to something of another type.
var ErrPath = errors.New("draft: no such place in the value")

// Apply returns v with all of c done to it, or v and an error wrapping
// [ErrPath] that names the path if one of the changes finds no place in v.
// Nothing that v shares with others is written to. Elements with an identity
// are found by it, wherever they are in v.
func Apply[T any](v T, c Changes) (T, error) {
	next, err := applied(&v, c)
	if err != nil {
		return v, err
	}
	return *next, nil
}

// Revert returns v with all of c undone.
func Revert[T any](v T, c Changes) (T, error) { return Apply(v, c.Inverse()) }

// applied is Apply on values that are not copied; without changes it returns
// prev itself.
func applied[T any](prev *T, c Changes) (*T, error) {
	if c.Empty() {
		return prev, nil
	}
	p, err := planFor[T]()
	if err != nil {
		return prev, err
	}
	next, err := p.apply(unsafe.Pointer(prev), c)
	if err != nil {
		return prev, err
	}
	return (*T)(next), nil
}

// apply is a p with all of c done to what the one at prev is.
func (p *plan) apply(prev unsafe.Pointer, c Changes) (next unsafe.Pointer, err error) {
	next = p.clone(prev)
	a := applier{many: len(c.steps) > 1}
	for i := range c.steps {
		s := &c.steps[i]
		path := c.path(s)
		if err := a.apply(p, next, path, 0, s); err != nil {
			return nil, fmt.Errorf("%w (change %d: %s %s)", err, i, s.op, path)
		}
	}
	return next, nil
}

// An applier applies changes to one value, copying on the way down what it has
// not copied already.
type applier struct {
	many   bool
	copies map[unsafe.Pointer]bool // copies made here, which may be written to
	owner  owner                   // of the nodes of Lists and Maps made here
}

// isWritable tells whether a was made here.
func (a *applier) isWritable(p unsafe.Pointer) bool { return a.copies[p] }

func (a *applier) addWritable(p unsafe.Pointer) {
	if a.many && p != nil {
		if a.copies == nil {
			a.copies = map[unsafe.Pointer]bool{}
		}
		a.copies[p] = true
	}
}

// apply does s, whose path leads on from the p at v by path[i:]. The memory at
// v belongs to the applier.
func (a *applier) apply(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	if i == len(path) {
		return a.replace(p, v, s)
	}
	switch p.kind {
	case kindPointer:
		q := (*unsafe.Pointer)(v)
		if *q == nil {
			return ErrPath
		}
		if !a.isWritable(*q) {
			*q = p.elem.clone(*q)
			a.addWritable(*q)
		}
		return a.apply(p.elem, *q, path, i, s)
	case kindInterface:
		e, x, err := p.interfaceValue(v)
		if err != nil {
			return err
		}
		if e == nil {
			return ErrPath
		}
		fresh := e.clone(x)
		if err := a.apply(e, fresh, path, i, s); err != nil {
			return err
		}
		p.setInterface(v, e, fresh)
		return nil
	case kindStruct:
		f := path[i].field()
		if f == nil || f.in != p {
			return ErrPath
		}
		return a.apply(f.plan, unsafe.Add(v, f.offset), path, i+1, s)
	case kindArray:
		if n := path[i].index; n >= 0 && n < p.length {
			return a.apply(p.elem, p.elem.at(v, n), path, i+1, s)
		}
	case kindSlice:
		return a.applySlice(p, v, path, i, s)
	case kindGoMap:
		return a.applyGoMap(p, v, path, i, s)
	case kindList, kindMap:
		return a.applyCollection(p, v, path, i, s)
	}
	return ErrPath
}

// replace replaces the p at v by the new value of s, which may be what p points to
// or holds.
func (a *applier) replace(p *plan, v unsafe.Pointer, s *change) error {
	if s.op != OpReplace {
		return ErrPath
	}
	for p.typ != s.plan.typ {
		switch p.kind {
		case kindPointer:
			q := (*unsafe.Pointer)(v)
			if *q == nil {
				return ErrPath
			}
			if !a.isWritable(*q) {
				*q = p.elem.clone(*q)
				a.addWritable(*q)
			}
			p, v = p.elem, *q
		case kindInterface:
			if !s.plan.typ.AssignableTo(p.typ) {
				return ErrPath
			}
			p.setInterface(v, s.plan, s.new)
			return nil
		default:
			return ErrPath
		}
	}
	p.assign(v, s.new)
	return nil
}

// locate returns the position of the element that a step means in a sequence of
// n elements, by identity if the element at the step's index has another one.
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

// location returns the position where an element goes: at the step's index if the
// element before it is the one that was there, else behind that element
// wherever it is, else at the index as far as there are elements.
func (s Step) insertPosition(n int, behind any, id func(int) any) int {
	at := max(0, min(s.index, n))
	if behind == nil || at > 0 && id(at-1) == behind {
		return at
	}
	if i, ok := (Step{key: behind, index: noIndex}).locate(n, id); ok {
		return i + 1
	}
	return at
}

// newPredecessor is the identity of the element that the one s adds or moves goes
// behind, or nil.
func (s *change) newPredecessor() any {
	if s.predecessors == nil {
		return nil
	}
	return s.predecessors.new
}

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

// resize makes a copy of the slice at v without the elements from at to
// at+out, and with room for in elements there.
func (a *applier) resize(p *plan, v unsafe.Pointer, at, out, in int) {
	s := p.value(v)
	n := s.Len()
	fresh := reflect.MakeSlice(p.typ, n-out+in, n-out+in)
	reflect.Copy(fresh, s.Slice(0, at))
	reflect.Copy(fresh.Slice(at+in, n-out+in), s.Slice(at+out, n))
	s.Set(fresh)
	a.addWritable(fresh.UnsafePointer())
}

// goMapKey returns the key that a step leads to in the map p.
func (p *plan) goMapKey(s Step) (k reflect.Value, ok bool) {
	k = reflect.ValueOf(s.key)
	if !k.IsValid() && p.key.kind == kindInterface {
		k = reflect.Zero(p.key.typ)
	}
	return k, k.IsValid() && k.Type().AssignableTo(p.key.typ)
}

func (a *applier) applyGoMap(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	m := p.value(v)
	if m.IsNil() {
		return ErrPath
	}
	k, ok := p.goMapKey(path[i])
	if !ok {
		return ErrPath
	}
	if !a.isWritable(m.UnsafePointer()) {
		fresh := reflect.MakeMapWithSize(p.typ, m.Len()+1)
		for i := m.MapRange(); i.Next(); {
			fresh.SetMapIndex(i.Key(), i.Value())
		}
		m.Set(fresh)
		a.addWritable(fresh.UnsafePointer())
	}
	last := i == len(path)-1
	if last && s.op == OpAdd {
		if s.plan.typ != p.elem.typ {
			return ErrPath
		}
		m.SetMapIndex(k, p.elem.value(s.new))
		return nil
	}
	e := m.MapIndex(k)
	if !e.IsValid() {
		return ErrPath
	}
	if last && s.op == OpRemove {
		m.SetMapIndex(k, reflect.Value{})
		return nil
	}
	x := p.elem.inMemory(e)
	if err := a.apply(p.elem, x, path, i+1, s); err != nil {
		return err
	}
	m.SetMapIndex(k, p.elem.value(x))
	return nil
}
