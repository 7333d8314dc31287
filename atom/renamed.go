package atom

import (
	"reflect"
	"unsafe"
)

// state is a state of the root after the rename, or before it when it has the keys of after.
func (r *rename) state(state any) any { return r.value(state, nil) }

// value is state for a value that is at a path, to which v points: v itself when nothing
// in it is renamed.
func (r *rename) value(v any, at Path) any {
	x, err := siteOf(v)
	if err != nil {
		return v // a nil pointer: a value that is missing
	}
	next := r.memory(x.plan, x.at, at)
	if next == x.at {
		return v
	}
	return x.plan.value(next).Addr().Interface()
}

// memory is value for the p at a.
func (r *rename) memory(p *plan, a unsafe.Pointer, at Path) unsafe.Pointer {
	n := len(r.in)
	switch {
	case a == nil:
		return a
	case len(at) <= n:
		if r.in.isIn(at) {
			return r.collection(p, a, r.in[len(at):])
		}
	case !at.isIn(r.in):
	case len(at) == n+1:
		if key := at[n].identity(); r.sequence || key == r.from || key == r.to {
			return r.element(p, a)
		}
	case isAnywhere(at[n+1].identity()): // through a lens, to the element most likely
		if r.elem == p || r.elem.kind == kindPointer && r.elem.elem == p {
			return r.element(p, a)
		}
	case len(at) == n+2 && p.typ == reflect.TypeOf(r.from):
		if f := at[n+1].field(); f != nil && f == f.in.identity {
			if key := p.load(a); r.other(key) != key {
				return pointerTo(r.other(key))
			}
		}
	}
	return a
}

// has reports whether the collection of a state has an element with a key.
func (r *rename) has(state any, key any) bool {
	x, err := siteOf(state)
	for i := 0; i < len(r.in) && err == nil; i++ {
		if x, err = x.open(); err == nil {
			x, err = x.child(r.in[i])
		}
	}
	if err == nil {
		if x, err = x.open(); err == nil {
			_, err = x.child(keyStep(key))
		}
	}
	return err == nil
}

// collection is the p at a, in which a path leads to the collection, after the rename.
func (r *rename) collection(p *plan, a unsafe.Pointer, rest Path) unsafe.Pointer {
	x, err := site{p, a, addressed}, error(nil)
	for i := 0; err == nil; i++ {
		if x, err = x.open(); err != nil || i == len(rest) {
			break
		}
		x, err = x.child(rest[i])
	}
	if err != nil {
		return a // it is not there
	}
	var steps []change
	if r.sequence {
		for i := range x.len() {
			if e := x.element(i); x.plan.elem.hasID(e.at, r.from) || x.plan.elem.hasID(e.at, r.to) {
				steps = append(steps, r.rekeyed(x.plan.elem, e.at, rest.with(elementStep(i, nil))))
			}
		}
	} else {
		steps = r.exchanged(x, rest)
	}
	return done(p, a, steps)
}

// exchanged is the changes by which a map has under each of the keys what it had under
// the other.
func (r *rename) exchanged(x site, at Path) (steps []change) {
	e := x.plan.elem
	for _, key := range [2]any{r.from, r.to} {
		step := change{op: OpAdd, plan: e, path: at.with(keyStep(key))}
		if has, err := x.child(keyStep(r.other(key))); err == nil {
			step.new = r.element(e, has.at)
		} else if has, err := x.child(keyStep(key)); err == nil {
			step.op, step.old = OpRemove, has.at
		} else {
			continue
		}
		steps = append(steps, step)
	}
	return steps
}

// element is the element at a after the rename: the key that it says it has is another.
func (r *rename) element(p *plan, a unsafe.Pointer) unsafe.Pointer {
	if !p.keyed() || !p.isID(r.from) {
		return a
	}
	if id := p.id(a); id == nil || r.other(id) == id {
		return a
	}
	return done(p, a, []change{r.rekeyed(p, a, nil)})
}

// rekeyed is the change of the key of the element at a, which a path leads to.
func (r *rename) rekeyed(p *plan, a unsafe.Pointer, at Path) change {
	id := p.id(a)
	if p.kind == kindPointer {
		p = p.elem
	}
	key := p.identity
	return change{op: OpReplace, plan: key.plan, path: at.with(fieldStep(key)), old: pointerTo(id), new: pointerTo(r.other(id))}
}

func pointerTo(v any) unsafe.Pointer {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.UnsafePointer()
}

// done is the p at a with changes that can be made there.
func done(p *plan, a unsafe.Pointer, steps []change) unsafe.Pointer {
	if len(steps) == 0 {
		return a
	}
	next, err := p.applied(a, Changes{steps: steps})
	if err != nil {
		panic(err)
	}
	return next
}

// changes are those of a value at a path, after the rename.
func (r *rename) changes(c Changes, at Path) Changes {
	if c.Empty() {
		return c
	}
	out := Changes{prefix: r.below(c.prefix, at), stands: c.stands, steps: make([]change, len(c.steps))}
	in := at.join(c.prefix)
	for i, s := range c.steps {
		path := in.join(s.path)
		s.old, s.new = r.memory(s.plan, s.old, path), r.memory(s.plan, s.new, path)
		s.path = r.below(s.path, in)
		if s.behind != nil && len(path) == len(r.in)+1 && path.isIn(r.in) {
			s.behind = &neighbours{r.other(s.behind.old), r.other(s.behind.new)}
		}
		out.steps[i] = s
	}
	return out
}

// below is a path that leads on from another one, after the rename.
func (r *rename) below(p, from Path) Path { return r.path(from.join(p))[len(from):] }
