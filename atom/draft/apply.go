package draft

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrPath is wrapped by errors of [Apply], [ApplyFrom] and the patch functions: a path leads
// to nothing in the value, or to a value of another type.
var ErrPath = errors.New("draft: no such place in the value")

// Apply returns v with the changes c applied in order. Elements with an identity are found by
// it, wherever they are in v. Apply does not write to anything that v shares with others.
//
// If a change cannot be applied, Apply returns v and an error that wraps [ErrPath] and names
// the change. Apply of [Changes.Inverse] reverts c.
func Apply[T any](v T, c Changes) (T, error) {
	next, err := applied(&v, c)
	if err != nil {
		return v, err
	}
	return *next, nil
}

// apply returns a copy of the p at prev with all changes of c applied.
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

// applier applies changes to one value. It copies what it writes to, each part once.
type applier struct {
	many   bool
	copies map[unsafe.Pointer]bool // memory allocated here, which may be written to
	owner  owner                   // of the nodes of Lists and Maps made here
}

// isWritable reports whether the memory at p was allocated by a.
func (a *applier) isWritable(p unsafe.Pointer) bool { return a.copies[p] }

// addWritable remembers that a has allocated the memory at p.
func (a *applier) addWritable(p unsafe.Pointer) {
	if a.many && p != nil {
		if a.copies == nil {
			a.copies = map[unsafe.Pointer]bool{}
		}
		a.copies[p] = true
	}
}

// apply applies s, whose path leads on from the p at v by path[i:]. The memory at v is
// writable.
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

// replace replaces the p at v, or what it points to or holds, by the new value of s.
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

// newPredecessor returns the identity of the element behind which s adds or moves one, or
// nil.
func (s *change) newPredecessor() any {
	if s.predecessors == nil {
		return nil
	}
	return s.predecessors.new
}
