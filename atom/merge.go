package atom

import (
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// ApplyMergePatch returns v with a JSON Merge Patch (RFC 7396) applied to what
// v is as JSON, and what that changed; or v as it was and a [*PatchError]. What
// differs from a document without types is as for [ApplyPatch].
func ApplyMergePatch[T any](v T, patch []byte, limits Limits) (T, Changes, error) {
	limits = limits.filled()
	if err := limits.check(patch); err != nil {
		return v, Changes{}, err
	}
	if !json.Valid(patch) {
		var doc any
		return v, Changes{}, fmt.Errorf("%w: %w", ErrPatch, json.Unmarshal(patch, &doc))
	}
	return patched(v, func(x *patcher, p *plan, a unsafe.Pointer) error {
		m := merger{left: limits.Ops}
		return m.merge(p, a, nil, patch)
	}, limits)
}

type merger struct {
	left int // members that may still come
	path []string
}

// fail names where err happened, unless it is known already.
func (m *merger) fail(err error) error {
	if _, known := err.(*PatchError); err == nil || known {
		return err
	}
	path := ""
	for _, t := range m.path {
		path += "/" + escape(t)
	}
	return &PatchError{Index: -1, Op: "merge", Path: path, Err: err}
}

// merge merges patch into the p at a, under the field f or nil.
func (m *merger) merge(p *plan, a unsafe.Pointer, f *field, patch []byte) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(patch, &members) != nil || members == nil { // not an object
		return m.fail(m.set(p, a, f, patch))
	}
	if m.left -= len(members); m.left < 0 {
		return m.fail(fmt.Errorf("%w: too many members", ErrLimit))
	}
	switch {
	case p.leaf:
		return m.mergeForm(p, a, members)
	case p.kind == kindPointer:
		q := (*unsafe.Pointer)(a)
		if *q == nil {
			*q = p.elem.new()
		}
		return m.merge(p.elem, *q, nil, patch)
	case p.kind == kindInterface:
		e, held, err := p.held(a)
		if err != nil {
			return m.fail(err)
		}
		if e == nil || !e.object(held) {
			if p.typ.NumMethod() > 0 {
				return m.fail(fmt.Errorf("%w: no object can be put into a %s", ErrPath, p.typ))
			}
			var doc any = map[string]any{}
			*(*any)(a) = doc
			if e, held, err = p.held(a); err != nil {
				return m.fail(err)
			}
		}
		fresh := e.copied(held)
		if err := m.merge(e, fresh, nil, patch); err != nil {
			return err
		}
		p.hold(a, e, fresh)
		return nil
	case !p.object(a):
		return m.fail(fmt.Errorf("%w: a %s is no object", ErrPath, p.typ))
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sortBy(names, func(a, b *string) bool { return *a < *b }) // the first error is always the same
	for _, name := range names {
		m.path = append(m.path, name)
		if err := m.fail(m.member(p, a, name, members[name])); err != nil {
			return err
		}
		m.path = m.path[:len(m.path)-1]
	}
	return nil
}

// object tells whether the p at a is, or can become, a JSON object.
func (p *plan) object(a unsafe.Pointer) bool {
	if p.kind == kindPointer {
		q := *(*unsafe.Pointer)(a)
		return q != nil && p.elem.object(q)
	}
	return p.leaf || p.kind == kindStruct || p.kind == kindMap || p.kind == kindTable
}

func (m *merger) set(p *plan, a unsafe.Pointer, f *field, patch []byte) error {
	fresh := p.new()
	if err := (value{json: patch}).into(p, fresh, f); err != nil {
		return err
	}
	p.copy(a, fresh)
	return nil
}

// member merges patch into the member of that name, or removes it.
func (m *merger) member(p *plan, a unsafe.Pointer, name string, patch []byte) error {
	gone := string(patch) == "null"
	switch p.kind {
	case kindStruct:
		f, at := p.find(a, name, !gone)
		switch {
		case f == nil:
			return fmt.Errorf("%w: %s has no field %q", ErrPath, p.typ, name)
		case !gone:
			return m.merge(f.plan, at, f, patch)
		case at != nil:
			f.plan.value(at).SetZero()
		}
		return nil
	case kindMap:
		v, k, err := p.mapAt(a, name)
		if err != nil {
			return err
		}
		if gone {
			v.SetMapIndex(k, reflect.Value{})
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.MakeMap(p.typ))
		}
		e := p.elem.new()
		if old := v.MapIndex(k); old.IsValid() {
			p.elem.value(e).Set(old)
		}
		if err := m.merge(p.elem, e, nil, patch); err != nil {
			return err
		}
		v.SetMapIndex(k, p.elem.value(e))
		return nil
	}
	r := (*root)(a)
	i, found, box, err := p.positionIn(r, name, false)
	switch {
	case err != nil:
		return err
	case gone && found:
		r.edit(entryEdit{op: OpRemove, at: i, old: r.current().at(i)})
		return nil
	case gone:
		return nil
	case found:
		return m.merge(p.elem, p.element(p.drafted(r, i)), nil, patch)
	}
	if err := m.merge(p.elem, p.element(box), nil, patch); err != nil {
		return err
	}
	r.edit(entryEdit{op: OpAdd, at: i, box: box})
	return nil
}

// mergeForm merges into the JSON form that a type has of its own.
func (m *merger) mergeForm(p *plan, a unsafe.Pointer, members map[string]json.RawMessage) error {
	b, err := value{plan: p, at: a}.text()
	if err != nil {
		return m.fail(err)
	}
	doc, err := decodeExact(b)
	if err != nil {
		return m.fail(err)
	}
	generic, err := planOf(reflect.TypeFor[any]())
	if err != nil {
		return err
	}
	patch, err := json.Marshal(members)
	if err != nil {
		return m.fail(err)
	}
	m.left += len(members) // they are counted again
	if err := m.merge(generic, unsafe.Pointer(&doc), nil, patch); err != nil {
		return err
	}
	if b, err = json.Marshal(doc); err != nil {
		return m.fail(err)
	}
	return m.fail(m.set(p, a, nil, b))
}
