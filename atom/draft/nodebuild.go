package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// misfit says that what a patch left at a place does not fit its Go type.
type misfit struct {
	op   int  // the last operation that wrote there, from 1
	path Path // of the place
	err  error
}

// below adds token, of the object or array around it, to the path of m.
//
//go:noinline
func (m *misfit) below(token string) *misfit {
	if m != nil {
		m.path = append(Path{KeyStep(token)}, m.path...)
	}
	return m
}

// earlier returns the misfit that was written first, so that the error is always the same.
func (m *misfit) earlier(other *misfit) *misfit {
	if m == nil || other != nil && other.op < m.op {
		return other
	}
	return m
}

// build sets the plan of n at dst, which is zero, to the value of n.
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

// wrap sets the p at dst to the value of n, behind the pointers and interfaces that were there
// in original.
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

// fill sets the object or array at dst to the contents of n.
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

// fillBoxes fills the boxes that have nodes.
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

// unmarshal sets the p at dst, which is zero, to what text says.
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

// decodeExact decodes a document without a type. Integers that a float64 cannot represent
// become a json.Number.
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
