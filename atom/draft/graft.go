package draft

import (
	"reflect"
	"unsafe"
)

// graft collects the changes that copy parts of one value into another of the same type.
type graft struct{ steps []change }

// Graft returns *next with the parts that paths lead to copied from *prev. Elements are found
// by identity or key; a part of an element that *next does not have is left out. It is for a
// package that keeps values over time, which loads a value in which some parts were set by
// the user meanwhile.
func Graft[T any](next, prev *T, paths []Path) (*T, error) {
	p, err := planFor[T]()
	if err != nil {
		return nil, err
	}
	return applied(next, graftOf(p, unsafe.Pointer(next), unsafe.Pointer(prev), paths))
}

func graftOf(p *plan, v, b unsafe.Pointer, paths []Path) Changes {
	var g graft
	for i, path := range paths {
		if !path.CoveredBy(paths[:i]) && !path.CoveredBy(paths[i+1:]) {
			g.copyPart(p, v, b, nil, path)
		}
	}
	return Changes{steps: g.steps}
}

func (g *graft) replace(p *plan, v, b unsafe.Pointer, at Path) {
	g.steps = append(g.steps, change{op: OpReplace, plan: p, path: at, old: v, new: b})
}

// copyPart copies the part that path leads to from the p at b to the p at v. Both are at the
// path at.
func (g *graft) copyPart(p *plan, v, b unsafe.Pointer, at, path Path) {
	if len(path) == 0 || p.leaf {
		g.replace(p, v, b, at)
		return
	}
	switch p.kind {
	case kindPointer:
		x, y := *(*unsafe.Pointer)(v), *(*unsafe.Pointer)(b)
		switch {
		case y == nil:
		case x == nil:
			g.replace(p, v, b, at)
		default:
			g.copyPart(p.elem, x, y, at, path)
		}
	case kindInterface:
		e, x, _ := p.interfaceValue(v)
		f, y, _ := p.interfaceValue(b)
		if e != f {
			g.replace(p, v, b, at)
		} else if e != nil {
			g.copyPart(e, x, y, at, path)
		}
	case kindStruct:
		if f := path[0].field(); f != nil && f.in == p {
			g.copyPart(f.plan, unsafe.Add(v, f.offset), unsafe.Add(b, f.offset), at.With(path[0]), path[1:])
		}
	case kindArray:
		if i := path[0].index; i >= 0 && i < p.length {
			g.copyPart(p.elem, p.elem.at(v, i), p.elem.at(b, i), at.With(path[0]), path[1:])
		}
	case kindGoMap:
		g.copyGoMapElement(p, v, b, at, path)
	default:
		g.copyElement(p, v, b, at, path)
	}
}

// copyGoMapElement is copyPart for an element of a Go map.
func (g *graft) copyGoMapElement(p *plan, v, b unsafe.Pointer, at, path Path) {
	x, y := p.value(v), p.value(b)
	if x.IsNil() {
		g.replace(p, v, b, at)
		return
	}
	k := reflect.ValueOf(path[0].key)
	if !k.IsValid() {
		k = reflect.Zero(p.key.typ)
	}
	var old, new unsafe.Pointer
	if e := x.MapIndex(k); e.IsValid() {
		old = p.elem.inMemory(e)
	}
	if e := y.MapIndex(k); e.IsValid() {
		new = p.elem.inMemory(e)
	}
	g.copyOrRemove(p.elem, old, new, change{}, at.With(path[0]), path[1:])
}

// copyElement is copyPart for an element of a sequence or Map. An element without identity
// cannot be found, so the whole sequence is copied.
func (g *graft) copyElement(p *plan, v, b unsafe.Pointer, at, path Path) {
	i, old := p.findElement(v, path[0].key)
	j, new := p.findElement(b, path[0].key)
	switch {
	case p.kind == kindMap:
		g.copyOrRemove(p.elem, old, new, change{}, at.With(path[0]), path[1:])
	case p.kind != kindSlice && p.kind != kindList || !p.elem.keyed() || path[0].key == nil:
		g.replace(p, v, b, at)
	case new == nil:
		g.copyOrRemove(p.elem, old, nil, change{}, at.With(ElementStep(i, path[0].key)), path[1:])
	default:
		c := change{predecessors: &predecessors{new: p.predecessorID(b, j)}}
		g.copyOrRemove(p.elem, old, new, c, at.With(ElementStep(j, path[0].key)), path[1:])
	}
}

// copyOrRemove makes the element old, or nil, what new is, or nil.
func (g *graft) copyOrRemove(p *plan, old, new unsafe.Pointer, c change, at, path Path) {
	c.plan, c.path, c.old, c.new = p, at, old, new
	switch {
	case old != nil && new != nil:
		g.copyPart(p, old, new, at, path)
		return
	case len(path) > 0 || old == new:
		return
	case new != nil:
		c.op = OpAdd
	default:
		c.op = OpRemove
	}
	g.steps = append(g.steps, c)
}

// findElement returns the element with the given identity or key in the sequence or Map p at
// a, and its position.
func (p *plan) findElement(a unsafe.Pointer, key any) (int, unsafe.Pointer) {
	switch p.kind {
	case kindSlice:
		s := *(*slice)(a)
		for i := range s.len {
			if e := p.elem.at(s.data, i); key != nil && p.elem.id(e) == key {
				return i, e
			}
		}
	case kindList:
		r := (*header)(a)
		if i := r.indexOf(p.elem, key); i != noElement {
			return i, r.current().at(i)
		}
	case kindMap:
		if reflect.TypeOf(key) != p.key.typ {
			break
		}
		box := p.box.alloc()
		p.key.value(box).Set(reflect.ValueOf(key))
		t := (*header)(a).current()
		if i, found := t.search(p.order.keyAt(box, p.key.typ), p.key.typ); found {
			return i, p.element(t.at(i))
		}
	}
	return noElement, nil
}

// predecessorID returns the identity of the element in front of element i, or nil for the
// first.
func (p *plan) predecessorID(a unsafe.Pointer, i int) any {
	switch {
	case i == 0:
		return nil
	case p.kind == kindSlice:
		return p.elem.id(p.elem.at((*slice)(a).data, i-1))
	}
	return p.elem.id((*header)(a).current().at(i - 1))
}

// SetPaths yields the paths of what the changes have set. For a slice or map that was empty
// before, those are the paths of its elements. It is for a package that keeps values over
// time.
func (c Changes) SetPaths(yield func(Path) bool) {
	for i := range c.steps {
		s := &c.steps[i]
		path := c.path(s)
		elements := s.elementsAdded()
		if len(elements) == 0 {
			elements = []Path{nil}
		}
		for _, e := range elements {
			if !yield(path.Join(e)) {
				return
			}
		}
	}
}

// elementsAdded returns the paths of the elements of a slice or map that was empty before.
func (s *change) elementsAdded() (paths []Path) {
	p := s.plan
	if s.op != OpReplace || p.leaf || p.kind != kindGoMap && (p.kind != kindSlice || !p.elem.keyed()) || p.value(s.old).Len() > 0 {
		return nil
	}
	v := p.value(s.new)
	if p.kind == kindGoMap {
		for i := v.MapRange(); i.Next(); {
			paths = append(paths, Path{KeyStep(i.Key().Interface())})
		}
		return paths
	}
	for i := range v.Len() {
		paths = append(paths, Path{ElementStep(i, p.elem.id(p.elem.at((*slice)(s.new).data, i)))})
	}
	return paths
}
