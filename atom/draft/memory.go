package draft

import (
	"reflect"
	"unsafe"
)

// isDirect reports whether an interface that holds a t has the value itself in its data word,
// as for a type that is one pointer, and not a pointer to the value. The compiler's rule for
// structs changes between Go versions, so a zero value is asked: only a direct one leaves the
// data word nil.
func isDirect(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false
	}
	v := reflect.Zero(t).Interface()
	return (*eface)(unsafe.Pointer(&v)).data == nil
}

// eface is an interface in memory; the first word is a type or an itab.
type eface struct{ typ, data unsafe.Pointer }

const ptrSize = unsafe.Sizeof(uintptr(0))

// slice is a slice in memory.
type slice struct {
	data     unsafe.Pointer
	len, cap int
}

// at returns the address of element i of a slice or array of p that begins at base.
func (p *plan) at(base unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Add(base, uintptr(i)*p.size)
}

// value returns the p at a as a settable [reflect.Value].
func (p *plan) value(a unsafe.Pointer) reflect.Value { return reflect.NewAt(p.typ, a).Elem() }

// alloc allocates a zero p.
func (p *plan) alloc() unsafe.Pointer { return reflect.New(p.typ).UnsafePointer() }

// interfaceValue returns the plan and the address of the value in the interface at a, or nil
// for a nil interface. The memory is shared with every copy of the interface and must not be
// written to.
func (p *plan) interfaceValue(a unsafe.Pointer) (*plan, unsafe.Pointer, error) {
	i := (*eface)(a)
	if i.typ == nil {
		return nil, nil, nil
	}
	var v any
	if p.typ.NumMethod() == 0 {
		v = *(*any)(a)
	} else {
		v = p.value(a).Interface()
	}
	e, err := planBehindInterface(reflect.TypeOf(v))
	if err != nil {
		return nil, nil, err
	}
	if e.direct {
		return e, unsafe.Pointer(&i.data), nil
	}
	return e, i.data, nil
}

// pointerWordsOf returns a bit set of the words of a t that are pointers to the garbage
// collector, or 0 if t has more than 64 words.
func pointerWordsOf(t reflect.Type) (words uint64) {
	if t.Size() > 64*ptrSize || t.Size()%ptrSize != 0 {
		return 0
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.String, reflect.Slice:
		return 1
	case reflect.Interface:
		return 3
	case reflect.Array:
		for i := range t.Len() {
			words |= pointerWordsOf(t.Elem()) << (uintptr(i) * t.Elem().Size() / ptrSize)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			words |= pointerWordsOf(t.Field(i).Type) << (t.Field(i).Offset / ptrSize)
		}
	}
	return words
}

// assign copies the p at src to dst. The copy shares what the p refers to.
func (p *plan) assign(dst, src unsafe.Pointer) {
	switch {
	case p.pointerWords != 0: // faster than reflection
		words := p.pointerWords
		for o := uintptr(0); o < p.size; o += ptrSize {
			if words&1 == 1 {
				*(*unsafe.Pointer)(unsafe.Add(dst, o)) = *(*unsafe.Pointer)(unsafe.Add(src, o))
			} else {
				*(*uintptr)(unsafe.Add(dst, o)) = *(*uintptr)(unsafe.Add(src, o))
			}
			words >>= 1
		}
	case p.size == 0:
	case !p.hasPointers:
		switch p.size {
		case 1:
			*(*uint8)(dst) = *(*uint8)(src)
		case 4:
			*(*uint32)(dst) = *(*uint32)(src)
		case 8:
			*(*uint64)(dst) = *(*uint64)(src)
		default:
			copy(unsafe.Slice((*byte)(dst), p.size), unsafe.Slice((*byte)(src), p.size))
		}
	default:
		p.value(dst).Set(p.value(src))
	}
}

// clone returns a new copy of the p at src. The copy shares what the p refers to.
func (p *plan) clone(src unsafe.Pointer) unsafe.Pointer {
	if f := p.cloneFunc.Load(); f != nil {
		return (*f)(src)
	}
	dst := p.alloc()
	p.assign(dst, src)
	return dst
}

func cloneOf[T any](src unsafe.Pointer) unsafe.Pointer {
	v := new(T)
	*v = *(*T)(src)
	return unsafe.Pointer(v)
}
