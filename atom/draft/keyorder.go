package draft

import (
	"cmp"
	"encoding"
	"reflect"
	"strings"
	"unsafe"
)

// keyOrder says how the keys of a Map are compared.
type keyOrder uint8

const (
	orderNone   keyOrder = iota // the type cannot be a key
	orderString                 // by its bytes
	orderInt                    // integers, of 8 bytes or as the name says
	orderInt8
	orderInt16
	orderInt32
	orderUint
	orderUint8
	orderUint16
	orderUint32
	orderText // by the text that MarshalText returns
)

// keyOrderOf returns the order of keys of type t.
func keyOrderOf(t reflect.Type) keyOrder {
	switch t.Kind() {
	case reflect.String:
		return orderString
	case reflect.Interface, reflect.Pointer:
		return orderNone
	}
	if t.Implements(texter) && t.Comparable() {
		return orderText
	}
	switch k := t.Kind(); {
	case k >= reflect.Int && k <= reflect.Int64:
		return map[uintptr]keyOrder{1: orderInt8, 2: orderInt16, 4: orderInt32, 8: orderInt}[t.Size()]
	case k >= reflect.Uint && k <= reflect.Uintptr:
		return map[uintptr]keyOrder{1: orderUint8, 2: orderUint16, 4: orderUint32, 8: orderUint}[t.Size()]
	}
	return orderNone
}

// mapKey is a key in the form in which it is compared.
type mapKey struct {
	order keyOrder
	text  string
	int   int64
	uint  uint64
}

// keyAt returns the key of type t at the beginning of box.
func (o keyOrder) keyAt(box unsafe.Pointer, t reflect.Type) mapKey {
	k := mapKey{order: o}
	switch o {
	case orderString:
		k.text = *(*string)(box)
	case orderInt:
		k.int = *(*int64)(box)
	case orderInt8:
		k.int = int64(*(*int8)(box))
	case orderInt16:
		k.int = int64(*(*int16)(box))
	case orderInt32:
		k.int = int64(*(*int32)(box))
	case orderUint:
		k.uint = *(*uint64)(box)
	case orderUint8:
		k.uint = uint64(*(*uint8)(box))
	case orderUint16:
		k.uint = uint64(*(*uint16)(box))
	case orderUint32:
		k.uint = uint64(*(*uint32)(box))
	case orderText:
		k.text = marshalKey(box, t)
	}
	return k
}

// marshalKey returns the text of the key of type t at a. It panics if MarshalText fails, which
// is a programmer's mistake.
func marshalKey(a unsafe.Pointer, t reflect.Type) string {
	b, err := reflect.NewAt(t, a).Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		panic(err)
	}
	return string(b)
}

// search returns the position of key k in the tree of a Map, or that at which it would be
// inserted.
func (t *treeNode) search(k mapKey, typ reflect.Type) (i int, found bool) {
	if t == nil {
		return 0, false
	}
	for t.height > 0 {
		lo, hi := 0, int(t.n)-1 // to the last child whose first key is not greater
		for lo < hi {
			mid := (lo + hi + 1) / 2
			if k.compare(t.child(mid).firstBox(), typ) >= 0 {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		for k := range lo {
			i += int(t.child(k).size)
		}
		t = t.child(lo)
	}
	lo, hi := 0, int(t.n)
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := k.compare(t.slots[mid], typ); {
		case c == 0:
			return i + mid, true
		case c > 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return i + lo, false
}

// compare compares k with the key in box.
func (k *mapKey) compare(box unsafe.Pointer, t reflect.Type) int {
	if k.order == orderString {
		return strings.Compare(k.text, *(*string)(box))
	}
	other := k.order.keyAt(box, t)
	return cmp.Or(cmp.Compare(k.int, other.int), cmp.Compare(k.uint, other.uint), strings.Compare(k.text, other.text))
}
