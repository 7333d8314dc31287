package draft

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// Rename gives one element of a collection another key. It exchanges the two keys, so it is
// its own inverse, whatever a value contains. It is for a package that keeps values over
// time: an element that was created under a temporary key gets the one that a server gives.
type Rename struct {
	ID       uint64 // its place in the order of entries, set by package atom
	In       Path   // of the collection, at the time of the rename
	InNow    Path   // of the collection now, after later renames
	From, To any

	elem     *plan
	sequence bool // a slice or List, where the key is in the element
}

// NewRename returns the rename of an element of the collection at in, which is a C. Its error
// wraps [ErrType] if from cannot be the key of an element.
func NewRename[C any](in Path, from, to any) (*Rename, error) {
	p, err := planFor[C]()
	if err != nil {
		return nil, err
	}
	return newRename(in, p, from, to)
}

func newRename(in Path, p *plan, from, to any) (*Rename, error) {
	keyed := false
	switch p.kind {
	case kindSlice, kindList:
		keyed = p.elem.keyed() && p.elem.canBeID(from)
	case kindGoMap, kindMap:
		keyed = p.key.typ == reflect.TypeOf(from)
	}
	if !keyed {
		return nil, fmt.Errorf("%w: Rekey of %s, of which no key is a %T", ErrType, p.typ, from)
	}
	return &Rename{In: in, InNow: in, From: from, To: to, elem: p.elem, sequence: p.kind == kindSlice || p.kind == kindList}, nil
}

// other returns the other key for the two that are exchanged, and key itself for others.
func (r *Rename) other(key any) any {
	switch key {
	case r.From:
		return r.To
	case r.To:
		return r.From
	}
	return key
}

// Path returns p after the rename.
func (r *Rename) Path(p Path) Path {
	if n := len(r.In); len(p) > n && p.HasPrefix(r.In) {
		if id := p[n].Identity(); id == r.From || id == r.To {
			p = slices.Clone(p)
			p[n].key = r.other(id)
		}
	}
	return p
}

// State returns what the pointer state to a root value becomes after the rename: state itself
// if nothing in it is renamed.
func (r *Rename) State(state any) any { return r.Value(state, nil) }

// Value is [Rename.State] for a value that is at a path in the root value.
func (r *Rename) Value(v any, at Path) any {
	x, err := siteOf(v)
	if err != nil {
		return v // a nil pointer: the value is missing
	}
	next := r.renamed(x.plan, x.at, at)
	if next == x.at {
		return v
	}
	return x.plan.value(next).Addr().Interface()
}

// renamed returns the address of the p at a after the rename. The p is at the path at.
func (r *Rename) renamed(p *plan, a unsafe.Pointer, at Path) unsafe.Pointer {
	n := len(r.In)
	switch {
	case a == nil:
		return a
	case len(at) <= n:
		if r.In.HasPrefix(at) {
			return r.collection(p, a, r.In[len(at):])
		}
	case !at.HasPrefix(r.In):
	case len(at) == n+1:
		if key := at[n].Identity(); r.sequence || key == r.From || key == r.To {
			return r.element(p, a)
		}
	case IsAnywhere(at[n+1].Identity()): // through a lens, most likely to the element
		if r.elem == p || r.elem.kind == kindPointer && r.elem.elem == p {
			return r.element(p, a)
		}
	case len(at) == n+2 && p.typ == reflect.TypeOf(r.From):
		if f := at[n+1].field(); f != nil && f == f.in.identity {
			if key := p.load(a); r.other(key) != key {
				return pointerTo(r.other(key))
			}
		}
	}
	return a
}

// Has reports whether the collection in the root value that state points to has an element
// with the key.
func (r *Rename) Has(state any, key any) bool {
	x, err := siteOf(state)
	for i := 0; i < len(r.In) && err == nil; i++ {
		if x, err = x.deref(); err == nil {
			x, err = x.child(r.In[i])
		}
	}
	if err == nil {
		if x, err = x.deref(); err == nil {
			_, err = x.child(KeyStep(key))
		}
	}
	return err == nil
}

// collection returns the p at a after the rename. rest leads from it to the collection.
func (r *Rename) collection(p *plan, a unsafe.Pointer, rest Path) unsafe.Pointer {
	x, err := site{p, a, Addressable}, error(nil)
	for i := 0; err == nil; i++ {
		if x, err = x.deref(); err != nil || i == len(rest) {
			break
		}
		x, err = x.child(rest[i])
	}
	if err != nil {
		return a // the collection is not there
	}
	var steps []change
	if r.sequence {
		for i := range x.len() {
			if e := x.element(i); x.plan.elem.hasID(e.at, r.From) || x.plan.elem.hasID(e.at, r.To) {
				steps = append(steps, r.keyChange(x.plan.elem, e.at, rest.With(ElementStep(i, nil))))
			}
		}
	} else {
		steps = r.keyExchange(x, rest)
	}
	return applySteps(p, a, steps)
}

// keyExchange returns the changes that exchange what a map has under the two keys.
func (r *Rename) keyExchange(x site, at Path) (steps []change) {
	e := x.plan.elem
	for _, key := range [2]any{r.From, r.To} {
		step := change{op: OpAdd, plan: e, path: at.With(KeyStep(key))}
		if has, err := x.child(KeyStep(r.other(key))); err == nil {
			step.new = r.element(e, has.at)
		} else if has, err := x.child(KeyStep(key)); err == nil {
			step.op, step.old = OpRemove, has.at
		} else {
			continue
		}
		steps = append(steps, step)
	}
	return steps
}

// element returns the element at a after the rename.
func (r *Rename) element(p *plan, a unsafe.Pointer) unsafe.Pointer {
	if !p.keyed() || !p.canBeID(r.From) {
		return a
	}
	if id := p.id(a); id == nil || r.other(id) == id {
		return a
	}
	return applySteps(p, a, []change{r.keyChange(p, a, nil)})
}

// keyChange returns the change of the key of the element at a, to which at leads.
func (r *Rename) keyChange(p *plan, a unsafe.Pointer, at Path) change {
	id := p.id(a)
	if p.kind == kindPointer {
		p = p.elem
	}
	key := p.identity
	return change{op: OpReplace, plan: key.plan, path: at.With(fieldStep(key)), old: pointerTo(id), new: pointerTo(r.other(id))}
}

// pointerTo returns the address of a copy of v.
func pointerTo(v any) unsafe.Pointer {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.UnsafePointer()
}

// applySteps applies steps, which are known to apply, to the p at a.
func applySteps(p *plan, a unsafe.Pointer, steps []change) unsafe.Pointer {
	if len(steps) == 0 {
		return a
	}
	next, err := p.apply(a, Changes{steps: steps})
	if err != nil {
		panic(err)
	}
	return next
}

// Changes returns c, which are changes of a value at a path, after the rename.
func (r *Rename) Changes(c Changes, at Path) Changes {
	if c.Empty() {
		return c
	}
	out := Changes{prefix: r.pathBelow(c.prefix, at), addressable: c.addressable, steps: make([]change, len(c.steps))}
	in := at.Join(c.prefix)
	for i, s := range c.steps {
		path := in.Join(s.path)
		s.old, s.new = r.renamed(s.plan, s.old, path), r.renamed(s.plan, s.new, path)
		s.path = r.pathBelow(s.path, in)
		if s.predecessors != nil && len(path) == len(r.In)+1 && path.HasPrefix(r.In) {
			s.predecessors = &predecessors{r.other(s.predecessors.old), r.other(s.predecessors.new)}
		}
		out.steps[i] = s
	}
	return out
}

// pathBelow returns the path p, which leads on from another one, after the rename.
func (r *Rename) pathBelow(p, from Path) Path { return r.Path(from.Join(p))[len(from):] }
