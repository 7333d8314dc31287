package draft

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// compilePlan returns the plan of t, and compiles the plans of all types that t reaches and
// that have none yet.
func compilePlan(t reflect.Type) (*plan, error) {
	compiling.Lock()
	defer compiling.Unlock()
	c := compiler{made: map[reflect.Type]*plan{}}
	p, err := c.compile(t)
	if err != nil {
		return nil, err
	}
	for t, p := range c.made {
		compiled[t] = p
	}
	return p, nil
}

// compiler compiles plans. They are published together, when all of them are complete.
type compiler struct{ made map[reflect.Type]*plan }

func (c compiler) compile(t reflect.Type) (*plan, error) {
	if p := compiled[t]; p != nil {
		return p, nil
	}
	if p := c.made[t]; p != nil {
		return p, nil // t contains itself
	}
	if err := checkCopyable(t); err != nil {
		return nil, err
	}
	p := newPlan(t)
	c.made[t] = p
	if s, ok := shapeOf(t); ok {
		return p, c.compileCollection(p, s)
	}
	switch {
	case t == headerType:
		return nil, fmt.Errorf("%w: %w", ErrType, errLostMethods)
	case t == timeType:
		p.kind, p.hasPointers, p.leaf, p.alwaysOwnForm = kindTime, true, true, true
		return p, nil
	case isOpaque(t):
		p.kind, p.hasPointers = kindOpaque, true
		return p, nil
	}
	if k := t.Kind(); k != reflect.Interface && (k != reflect.Pointer || t.Name() != "") {
		p.leaf = hasMarshaler(t)
		p.alwaysOwnForm = t.Implements(marshaler) || t.Implements(texter)
	}
	return p, c.compileKind(p)
}

func newPlan(t reflect.Type) *plan {
	p := &plan{typ: t, size: t.Size(), direct: isDirect(t), pointerWords: pointerWordsOf(t)}
	if t.Kind() != reflect.Interface {
		p.zero = reflect.Zero(t).Interface()
	}
	return p
}

func (c compiler) compileKind(p *plan) (err error) {
	t := p.typ
	switch t.Kind() {
	case reflect.String:
		p.kind, p.hasPointers = kindString, true
	case reflect.Float32, reflect.Float64:
		p.kind = kindFloat
	case reflect.Complex64, reflect.Complex128:
		p.kind = kindComplex
	case reflect.Pointer:
		p.kind, p.hasPointers, p.hasSharedMemory = kindPointer, true, true
		p.leaf = p.leaf || pointsOnly(t)
		p.elem, err = c.compile(t.Elem())
	case reflect.Slice:
		p.kind, p.hasPointers, p.hasSharedMemory = kindSlice, true, true
		p.elem, err = c.compile(t.Elem())
		if t.Elem().Kind() == reflect.Uint8 && err == nil && !p.elem.leaf {
			p.kind = kindBytes
		}
	case reflect.Array:
		p.kind, p.length = kindArray, t.Len()
		if p.elem, err = c.compile(t.Elem()); err == nil {
			p.hasPointers, p.hasSharedMemory = p.elem.hasPointers, p.elem.hasSharedMemory
		}
	case reflect.Map:
		p.kind, p.hasPointers, p.hasSharedMemory = kindGoMap, true, true
		p.keyMayBeNaN = mayContainNaN(t.Key())
		if p.key, err = c.compile(t.Key()); err == nil {
			p.elem, err = c.compile(t.Elem())
		}
	case reflect.Interface:
		p.kind, p.hasPointers, p.hasSharedMemory = kindInterface, true, true
	case reflect.Struct:
		p.kind = kindStruct
		err = c.structFields(p, nil, jsonFields(t), nil)
	default:
		p.kind = kindBits
	}
	return err
}

// pointsOnly reports whether t, such as type P *P, leads to nothing but pointers. No path can
// tell them apart, so such a value is replaced as a whole.
func pointsOnly(t reflect.Type) bool {
	seen := map[reflect.Type]bool{}
	for ; t.Kind() == reflect.Pointer && !seen[t]; t = t.Elem() {
		seen[t] = true
	}
	return t.Kind() == reflect.Pointer
}

// structFields compiles the fields of the struct p, which is at index in the struct whose
// JSON fields are visible. embedding are the structs around p.
func (c compiler) structFields(p *plan, index []int, visible map[string]jsonField, embedding []reflect.Type) error {
	for i := range p.typ.NumField() {
		sf := p.typ.Field(i)
		if sf.Name == "_" {
			continue
		}
		index := append(slices.Clip(index), i)
		f := &field{in: p, name: sf.Name, json: sf.Name, offset: sf.Offset, hidden: true}
		var err error
		if f.plan, err = c.compile(sf.Type); err != nil {
			return err
		}
		if j, ok := visible[indexKey(index)]; ok {
			f.json, f.hidden = j.name, false
			f.quoted = j.quoted && (f.plan.kind != kindPointer || !f.plan.elem.leaf)
			f.omit = omitFunc(f.plan, j)
		} else if embedded := inlinedStruct(sf); embedded != nil && !slices.Contains(embedding, embedded) {
			f.inline, f.hidden = true, false
			if f.plan, err = c.compileEmbedded(sf.Type, index, visible, append(embedding, p.typ)); err != nil {
				return err
			}
		}
		if tag, _, _ := strings.Cut(sf.Tag.Get("atom"), ","); tag == "key" {
			if p.identity != nil {
				return fmt.Errorf("%w: %s has two fields tagged as key, %s and %s", ErrType, p.typ, p.identity.name, f.name)
			}
			if !canIdentify(sf.Type) {
				return fmt.Errorf("%w: the key %s of %s is a %s: %s", ErrType, f.name, p.typ, sf.Type, errNoIdentity)
			}
			p.identity = f
		}
		p.fields = append(p.fields, f)
		p.hasPointers = p.hasPointers || f.plan.hasPointers
		if f.plan.hasSharedMemory {
			p.hasSharedMemory, p.sharedFields = true, append(p.sharedFields, f)
		}
	}
	return nil
}

// compileEmbedded compiles the plan of an embedded struct, or a pointer to one, whose fields
// appear in the JSON object of the outer struct. Which fields do depends on the outer struct,
// so the plan belongs to it and is not cached.
func (c compiler) compileEmbedded(t reflect.Type, index []int, visible map[string]jsonField, embedding []reflect.Type) (*plan, error) {
	if _, ok := shapeOf(t); ok || t == timeType || isOpaque(t) {
		return c.compile(t)
	}
	p := newPlan(t)
	if t.Kind() == reflect.Pointer {
		p.kind, p.hasPointers, p.hasSharedMemory = kindPointer, true, true
		var err error
		p.elem, err = c.compileEmbedded(t.Elem(), index, visible, embedding)
		return p, err
	}
	p.kind = kindStruct
	return p, c.structFields(p, index, visible, embedding)
}
