package draft

import (
	"reflect"
	"unsafe"
)

// applyGoMap applies s to the map[K]V at v.
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

// goMapKey returns the key of the map p that s goes to.
func (p *plan) goMapKey(s Step) (k reflect.Value, ok bool) {
	k = reflect.ValueOf(s.key)
	if !k.IsValid() && p.key.kind == kindInterface {
		k = reflect.Zero(p.key.typ)
	}
	return k, k.IsValid() && k.Type().AssignableTo(p.key.typ)
}
