package draft

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// Equal reports whether *a and *b are the same value as far as changes are concerned: NaN
// equals NaN, 0 differs from -0, a nil slice or map differs from an empty one, and times are
// equal if both instant and zone are. Values of a type that cannot be drafted are never
// equal.
func Equal[T any](a, b *T) bool {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return false
	}
	var w walk
	return w.equal(p, unsafe.Pointer(a), unsafe.Pointer(b)) && w.err == nil
}

// equal reports whether the values p at a and b are equal, see [Equal]. After an error it
// may report false.
func (w *walk) equal(p *plan, a, b unsafe.Pointer) bool {
	if a == b {
		return true
	}
	switch p.kind {
	case kindBits, kindOpaque:
		return equalWords(p.size, a, b)
	case kindString:
		return *(*string)(a) == *(*string)(b)
	case kindFloat:
		return equalFloat(p.size, a, b)
	case kindComplex:
		half := p.size / 2
		return equalFloat(half, a, b) && equalFloat(half, unsafe.Add(a, half), unsafe.Add(b, half))
	case kindTime:
		x, y := *(*time.Time)(a), *(*time.Time)(b)
		return equalTime(x, y) || w.asJSON && x.Equal(y) && offset(x) == offset(y)
	case kindBytes:
		x, y := *(*[]byte)(a), *(*[]byte)(b)
		return (x == nil) == (y == nil) && bytes.Equal(x, y)
	case kindStruct:
		return w.equalStructs(p, a, b)
	case kindArray:
		return w.equalElements(p.elem, a, b, p.length)
	case kindPointer:
		return w.equalPointers(p, a, b)
	case kindSlice:
		return w.equalSlices(p, a, b)
	case kindGoMap:
		return w.equalGoMaps(p, a, b)
	case kindInterface:
		return w.equalInterfaces(p, a, b)
	default:
		return w.equalCollections(p, a, b)
	}
}

func (w *walk) equalStructs(p *plan, a, b unsafe.Pointer) bool {
	for _, f := range p.fields {
		if !w.equal(f.plan, unsafe.Add(a, f.offset), unsafe.Add(b, f.offset)) {
			return false
		}
	}
	return true
}

func (w *walk) equalPointers(p *plan, a, b unsafe.Pointer) bool {
	x, y := *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
	if x == nil || y == nil || x == y || !w.enter(p, x) {
		return x == y
	}
	same := w.equal(p.elem, x, y)
	w.leave(x)
	return same
}

func (w *walk) equalInterfaces(p *plan, a, b unsafe.Pointer) bool {
	e, x, err := p.interfaceValue(a)
	w.fail(err)
	f, y, err := p.interfaceValue(b)
	w.fail(err)
	switch {
	case w.err != nil, e != f:
		return false
	case e == nil, x == y:
		return true
	case !w.enter(p, x):
		return false
	}
	same := w.equal(e, x, y)
	w.leave(x)
	return same
}

func (w *walk) equalSlices(p *plan, a, b unsafe.Pointer) bool {
	x, y := *(*slice)(a), *(*slice)(b)
	if x.len != y.len || (x.data == nil) != (y.data == nil) {
		return false
	}
	if x.data == y.data || !w.enter(p, x.data) {
		return x.data == y.data
	}
	same := w.equalElements(p.elem, x.data, y.data, x.len)
	w.leave(x.data)
	return same
}

// equalElements compares n elements p.
func (w *walk) equalElements(p *plan, a, b unsafe.Pointer, n int) bool {
	if p.kind == kindString && n > 0 { // an empty array may be at an address that no string can have
		return slices.Equal(unsafe.Slice((*string)(a), n), unsafe.Slice((*string)(b), n))
	}
	for i := range n {
		if !w.equal(p, p.at(a, i), p.at(b, i)) {
			return false
		}
	}
	return true
}

func (w *walk) equalGoMaps(p *plan, a, b unsafe.Pointer) bool {
	x, y := p.value(a), p.value(b)
	if x.Len() != y.Len() || x.IsNil() != y.IsNil() {
		return false
	}
	if x.UnsafePointer() == y.UnsafePointer() || !w.enter(p, x.UnsafePointer()) {
		return x.UnsafePointer() == y.UnsafePointer()
	}
	same, e, f := true, p.elem.alloc(), p.elem.alloc()
	for i := x.MapRange(); same && i.Next(); {
		other := y.MapIndex(i.Key())
		if same = w.checkKey(p, i.Key()) && other.IsValid(); same {
			p.elem.value(e).SetIterValue(i)
			p.elem.value(f).Set(other)
			same = w.equal(p.elem, e, f)
		}
	}
	w.leave(x.UnsafePointer())
	return same
}

// equalWords compares n bytes.
func equalWords(n uintptr, a, b unsafe.Pointer) bool {
	switch n {
	case 1:
		return *(*uint8)(a) == *(*uint8)(b)
	case 4:
		return *(*uint32)(a) == *(*uint32)(b)
	case 8:
		return *(*uint64)(a) == *(*uint64)(b)
	}
	return bytes.Equal(unsafe.Slice((*byte)(a), n), unsafe.Slice((*byte)(b), n))
}

func equalFloat(size uintptr, a, b unsafe.Pointer) bool {
	if size == 4 {
		x, y := *(*float32)(a), *(*float32)(b)
		return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
	}
	x, y := *(*float64)(a), *(*float64)(b)
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// offset returns how many seconds the zone of t is east of UTC.
func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

// equalTime compares instants and zones, but not the monotonic clock reading, which has no
// JSON form and no meaning to another process.
func equalTime(a, b time.Time) bool {
	if !a.Equal(b) {
		return false
	}
	if a.Location() == b.Location() {
		return true
	}
	n, x := a.Zone()
	m, y := b.Zone()
	return n == m && x == y && a.Location().String() == b.Location().String()
}
