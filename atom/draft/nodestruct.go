package draft

import (
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

func (in *contents) fillStruct(dst unsafe.Pointer) (m *misfit) {
	if in.original != nil {
		in.plan.assign(dst, in.original)
		in.plan.cloneEmbedded(dst)
	}
	names := make([]string, 0, len(in.members))
	for name := range in.members {
		names = append(names, name)
	}
	sorting.By(names, func(a, b *string) bool { // an exact name overrides one that differs in case
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

// cloneEmbedded copies the embedded structs that the struct p at a, which is a copy, points
// to.
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

// dropEmbedded sets to nil the embedded pointers in the struct p at a to structs from which
// the patch has removed everything: encoding/json would not allocate one.
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

// fieldIn returns the field with the given JSON name in the struct p at a, and its address.
// The field may be in an embedded pointer that is nil: if grow, fieldIn allocates the struct,
// else the address is nil. The field is nil if there is none.
func (p *plan) fieldIn(a unsafe.Pointer, name string, grow bool) (f *field, at unsafe.Pointer) {
	for _, f := range p.fields {
		if !f.hidden && !f.inline && f.json == name {
			return f, unsafe.Add(a, f.offset)
		}
	}
	for _, f := range p.fields {
		if !f.inline {
			continue
		}
		e, x := f.plan, unsafe.Add(a, f.offset)
		if e.kind == kindPointer {
			q := (*unsafe.Pointer)(x)
			zero := *q == nil
			if e, x = e.elem, *q; zero {
				x = e.alloc()
			}
			found, at := e.fieldIn(x, name, grow)
			if found != nil && zero {
				if !grow {
					return found, nil
				}
				*q = x
			}
			if found != nil {
				return found, at
			}
			continue
		}
		if found, at := e.fieldIn(x, name, grow); found != nil {
			return found, at
		}
	}
	return nil, nil
}

// fieldByName returns the field with the given JSON name in the struct p or one that it
// embeds, and whether it is behind an embedded pointer. If folded, the case of letters is
// ignored unless a name fits exactly.
func (p *plan) fieldByName(name string, folded bool) (f *field, behind bool) {
	if f, behind = p.fieldNamed(func(json string) bool { return json == name }); f == nil && folded {
		f, behind = p.fieldNamed(func(json string) bool { return strings.EqualFold(json, name) })
	}
	return f, behind
}

func (p *plan) fieldNamed(is func(json string) bool) (f *field, behind bool) {
	for _, f := range p.fields {
		if !f.hidden && !f.inline && is(f.json) {
			return f, false
		}
	}
	for _, f := range p.fields {
		if !f.inline {
			continue
		}
		e := f.plan
		if e.kind == kindPointer {
			e = e.elem
		}
		if found, behind := e.fieldNamed(is); found != nil {
			return found, behind || f.plan.kind == kindPointer
		}
	}
	return nil, false
}

// eachMember calls f with the name of each field that is in the JSON object of the struct p at
// a.
func (p *plan) eachMember(a unsafe.Pointer, f func(name string)) {
	for _, g := range p.fields {
		at := unsafe.Add(a, g.offset)
		switch {
		case g.hidden:
		case !g.inline:
			if g.omit == nil || !g.omit(at) {
				f(g.json)
			}
		case g.plan.kind != kindPointer:
			g.plan.eachMember(at, f)
		case *(*unsafe.Pointer)(at) != nil:
			g.plan.elem.eachMember(*(*unsafe.Pointer)(at), f)
		}
	}
}
