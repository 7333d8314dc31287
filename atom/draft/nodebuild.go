package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// A misfit says that what a patch left at a place is not a value of the Go type
// that stands there.
type misfit struct {
	op   int  // the operation that wrote there last, from 1
	path Path // of the place
	err  error
}

// below is m as seen from further out.
//
//go:noinline
func (m *misfit) below(token string) *misfit {
	if m != nil {
		m.path = append(Path{KeyStep(token)}, m.path...)
	}
	return m
}

// earlier is the one of two that was written first, so that it is always the same one.
func (m *misfit) earlier(other *misfit) *misfit {
	if m == nil || other != nil && other.op < m.op {
		return other
	}
	return m
}

// build makes the plan of n at dst, which is zero, what is at n.
func (n *node) build(dst unsafe.Pointer) *misfit {
	var err error
	switch {
	case n.writtenBy == 0 || n.contents == nil && n.json == nil:
		n.plan.assign(dst, n.original)
	case n.contents == nil:
		err = n.plan.unmarshal(dst, n.json, n.quoted)
	case n.contents.plan == nil:
		var text []byte
		if text, err = n.text(); err == nil {
			err = n.plan.unmarshal(dst, text, n.quoted)
		}
	default:
		return n.wrap(n.plan, n.original, dst)
	}
	if err != nil {
		return &misfit{op: n.writtenBy, err: err}
	}
	return nil
}

// wrap makes the p at dst what is at n, with the pointers and interfaces that
// were there at from.
func (n *node) wrap(p *plan, from, dst unsafe.Pointer) (m *misfit) {
	if p == n.contents.plan {
		return n.fill(dst)
	}
	e, inner := p.elem, unsafe.Pointer(nil)
	if p.kind == kindInterface {
		var err error
		if e, inner, err = p.interfaceValue(from); err != nil {
			return &misfit{op: n.writtenBy, err: err}
		}
	} else if from != nil {
		inner = *(*unsafe.Pointer)(from)
	}
	fresh := e.alloc()
	m = n.wrap(e, inner, fresh)
	if p.kind == kindInterface {
		p.setInterface(dst, e, fresh)
	} else {
		*(*unsafe.Pointer)(dst) = fresh
	}
	return m
}

// fill makes the object or array at dst what is in n.
func (n *node) fill(dst unsafe.Pointer) *misfit {
	in := n.contents
	switch {
	case in.nodes != nil:
		*(*header)(dst) = in.header
		return in.fillBoxes()
	case in.plan.kind == kindStruct:
		return in.fillStruct(dst)
	case in.plan.kind == kindGoMap:
		return in.fillGoMap(dst, n.writtenBy)
	case in.plan.kind == kindMap:
		return in.fillMap((*header)(dst), n.writtenBy)
	}
	return in.fillArray(dst)
}

// fillBoxes fills the boxes of nodes, wherever they are by now.
func (in *contents) fillBoxes() (m *misfit) {
	for box, k := range in.nodes {
		fresh := in.plan.elem.alloc()
		failed := k.build(fresh)
		if in.plan.kind == kindMap {
			failed = failed.below(keyText(in.plan.key.value(box)))
		}
		m = m.earlier(failed)
		in.plan.elem.assign(in.plan.element(box), fresh)
	}
	return m
}

func (in *contents) fillStruct(dst unsafe.Pointer) (m *misfit) {
	if in.original != nil {
		in.plan.assign(dst, in.original)
		in.plan.cloneEmbedded(dst)
	}
	names := make([]string, 0, len(in.members))
	for name := range in.members {
		names = append(names, name)
	}
	sorting.By(names, func(a, b *string) bool { // a name in other letters gives way
		f, _ := in.plan.fieldByName(*a, false)
		g, _ := in.plan.fieldByName(*b, false)
		if (f == nil) != (g == nil) {
			return f == nil
		}
		return *a < *b
	})
	removed := false
	for _, name := range names {
		k := in.members[name]
		f, _ := in.plan.fieldByName(name, true)
		if f == nil {
			continue
		}
		f, at := in.plan.fieldIn(dst, f.json, k != nil)
		if k == nil {
			if at != nil {
				f.plan.value(at).SetZero()
			}
			removed = true
			continue
		}
		fresh := f.plan.alloc()
		m = m.earlier(k.build(fresh).below(name))
		f.plan.assign(at, fresh)
	}
	if removed {
		in.dropEmbedded(in.plan, dst)
	}
	return m
}

// cloneEmbedded gives the struct p at a, a copy, embedded pointers of its own.
func (p *plan) cloneEmbedded(a unsafe.Pointer) {
	for _, f := range p.fields {
		if !f.inline {
			continue
		}
		at, e := unsafe.Add(a, f.offset), f.plan
		if e.kind == kindPointer {
			q := (*unsafe.Pointer)(at)
			if *q == nil {
				continue
			}
			e = e.elem
			*q = e.clone(*q)
			at = *q
		}
		e.cloneEmbedded(at)
	}
}

// dropEmbedded takes out of the struct p at a the embedded pointers to structs of
// which the patch has removed something and left nothing: encoding/json would
// not make one.
func (in *contents) dropEmbedded(p *plan, a unsafe.Pointer) (removed, left bool) {
	for _, f := range p.fields {
		at := unsafe.Add(a, f.offset)
		switch {
		case f.hidden:
		case !f.inline:
			m, touched := in.members[f.json]
			removed = removed || touched && m == nil
			left = left || m != nil || !touched && (f.omit == nil || !f.omit(at))
		case f.plan.kind != kindPointer:
			r, l := in.dropEmbedded(f.plan, at)
			removed, left = removed || r, left || l
		case *(*unsafe.Pointer)(at) != nil:
			r, l := in.dropEmbedded(f.plan.elem, *(*unsafe.Pointer)(at))
			if r && !l {
				*(*unsafe.Pointer)(at) = nil
			}
			removed, left = removed || r, left || l
		}
	}
	return removed, left
}

func (in *contents) fillGoMap(dst unsafe.Pointer, by int) (m *misfit) {
	next := reflect.MakeMap(in.plan.typ)
	if in.original != nil {
		for i := in.plan.value(in.original).MapRange(); i.Next(); {
			next.SetMapIndex(i.Key(), i.Value())
		}
	}
	for name, k := range in.members {
		key := in.plan.key.alloc()
		if err := in.plan.key.parseKey(name, key); err != nil {
			m = m.earlier((&misfit{op: by, err: err}).below(name))
			continue
		}
		var e reflect.Value
		if k != nil {
			fresh := in.plan.elem.alloc()
			m = m.earlier(k.build(fresh).below(name))
			e = in.plan.elem.value(fresh)
		}
		next.SetMapIndex(in.plan.key.value(key), e)
	}
	in.plan.value(dst).Set(next)
	return m
}

// fillMap fills a Map that came from the patch.
func (in *contents) fillMap(r *header, by int) (m *misfit) {
	for name, k := range in.members {
		if k == nil {
			continue
		}
		box := in.plan.box.alloc()
		if err := in.plan.key.parseKey(name, box); err != nil {
			m = m.earlier((&misfit{op: by, err: err}).below(name))
			continue
		}
		m = m.earlier(k.build(in.plan.element(box)).below(name))
		if i, found := r.current().search(in.plan.order.keyAt(box, in.plan.key.typ), in.plan.key.typ); !found {
			r.apply(treeEdit{op: OpAdd, at: i, box: box})
		}
	}
	return m
}

func (in *contents) fillArray(dst unsafe.Pointer) (m *misfit) {
	p, n := in.plan, len(in.elements)
	var at func(i int) unsafe.Pointer
	switch p.kind {
	case kindArray:
		n = min(n, p.length)
		at = func(i int) unsafe.Pointer { return p.elem.at(dst, i) }
	case kindSlice:
		s := reflect.MakeSlice(p.typ, n, n)
		p.value(dst).Set(s)
		at = func(i int) unsafe.Pointer { return p.elem.at(s.UnsafePointer(), i) }
	default:
		boxes := make([]unsafe.Pointer, n)
		for i := range boxes {
			boxes[i] = p.box.alloc()
		}
		(*header)(dst).tree = buildTree(boxes)
		at = func(i int) unsafe.Pointer { return boxes[i] }
	}
	for i, s := range in.elements[:n] {
		if s.node == nil {
			p.elem.assign(at(i), in.originalAt(s.original))
		} else {
			m = m.earlier(s.node.build(at(i)).below(strconv.Itoa(i)))
		}
	}
	return m
}

// unmarshal makes the p at dst, which is zero, what text says.
func (p *plan) unmarshal(dst unsafe.Pointer, text []byte, quoted bool) error {
	if quoted && string(text) != "null" {
		var s string
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
		text = []byte(s)
	}
	if p.kind == kindOpaque && string(text) != "null" {
		return fmt.Errorf("%w: a %s means a thing, which no JSON can be", ErrPatch, p.typ)
	}
	if p.kind == kindInterface && p.typ.NumMethod() == 0 {
		doc, err := decodeExact(text)
		*(*any)(dst) = doc
		return err
	}
	return json.Unmarshal(text, p.value(dst).Addr().Interface())
}

// decodeExact decodes a document without a type, with integers that a float64
// cannot hold as json.Number.
func decodeExact(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return exactNumbers(v), err
}

func exactNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = exactNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = exactNumbers(e)
		}
	case json.Number:
		f, err := v.Float64()
		if i, notInt := v.Int64(); err == nil && (notInt != nil && strings.ContainsAny(string(v), ".eE") || notInt == nil && i >= -1<<53 && i <= 1<<53) {
			return f
		}
	}
	return v
}
