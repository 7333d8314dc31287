package draft

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Map holds elements by key. As a [List] it is for large values: an edit takes time
// logarithmic in the length, and in a draft a Map knows which elements were edited.
//
// A Map is sorted by its keys: strings by their bytes, integers by value, and other keys by
// the text that their MarshalText method returns. Keys of another type are an [ErrType] when
// the type is first used. In JSON it is an object with its members in that order.
//
// The zero value is an empty Map. Assignment, and where a Map may be, are as for a List.
type Map[K comparable, V any] struct{ header header }

// mapBox is the box of an element of a Map: the element with its key, which comes first.
type mapBox[K comparable, V any] struct {
	key   K
	value V
}

func (m Map[K, V]) shape() shape {
	return shape{
		self: reflect.TypeFor[Map[K, V]](), key: reflect.TypeFor[K](), elem: reflect.TypeFor[V](),
		box: reflect.TypeFor[mapBox[K, V]](), value: unsafe.Offsetof(mapBox[K, V]{}.value), clone: cloneOf[mapBox[K, V]],
	}
}

// search returns the position of k in t, or that at which it would be inserted.
func (Map[K, V]) search(t *treeNode, k *K) (i int, found bool) {
	typ := reflect.TypeFor[K]()
	o := keyOrderOf(typ)
	if o == orderNone {
		panic(fmt.Errorf("%w: a key must be a string, an integer, or have MarshalText: %s", ErrType, typ))
	}
	return t.search(o.keyAt(unsafe.Pointer(k), typ), typ)
}

// Len returns the number of elements.
func (m Map[K, V]) Len() int { return m.header.current().len() }

// Get returns the element under k, and whether there is one.
func (m Map[K, V]) Get(k K) (v V, ok bool) {
	if p, ok := m.Peek(&k); ok {
		return *p, true
	}
	return v, false
}

// Peek is [Map.Get] without a copy. The element must not be written to.
func (m Map[K, V]) Peek(k *K) (*V, bool) {
	t := m.header.current()
	i, ok := m.search(t, k)
	if !ok {
		return nil, false
	}
	return &(*mapBox[K, V])(t.at(i)).value, true
}

// Has reports whether there is an element under k.
func (m Map[K, V]) Has(k K) bool {
	_, ok := m.Peek(&k)
	return ok
}

// All returns an iterator over keys and elements, in the order of the keys. Edits during the
// iteration do not show in it.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool {
			e := (*mapBox[K, V])(box)
			return yield(e.key, e.value)
		})
	}
}

// Keys returns an iterator over the keys, in order. Edits during the iteration do not show in
// it.
func (m Map[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool { return yield((*mapBox[K, V])(box).key) })
	}
}

// Values returns an iterator over the elements, in the order of their keys. Edits during the
// iteration do not show in it.
func (m Map[K, V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool { return yield((*mapBox[K, V])(box).value) })
	}
}

// Edit returns a pointer to the element under k, to write to it in a draft, or nil if there
// is none. The pointer is valid until the element is set or deleted or the update ends.
func (m *Map[K, V]) Edit(k K) *V {
	t := m.header.current()
	i, ok := m.search(t, &k)
	if !ok {
		return nil
	}
	box := m.header.writableBox(i, func(old unsafe.Pointer) unsafe.Pointer {
		e := (*mapBox[K, V])(old)
		return m.newBox(e.key, e.value)
	})
	return &(*mapBox[K, V])(box).value
}

// newBox returns a box with k and a detached copy of v.
func (Map[K, V]) newBox(k K, v V) unsafe.Pointer {
	box := &mapBox[K, V]{k, v}
	detachElement(reflect.TypeFor[V](), unsafe.Pointer(&box.value))
	return unsafe.Pointer(box)
}

// Set sets the element under k to v.
func (m *Map[K, V]) Set(k K, v V) {
	t := m.header.current()
	box := m.newBox(k, v)
	if i, ok := m.search(t, &k); ok {
		m.header.apply(treeEdit{op: OpReplace, at: i, box: box, old: t.at(i)})
	} else {
		m.header.apply(treeEdit{op: OpAdd, at: i, box: box})
	}
}

// Delete removes the element under k, and reports whether there was one.
func (m *Map[K, V]) Delete(k K) bool {
	t := m.header.current()
	i, ok := m.search(t, &k)
	if ok {
		m.header.apply(treeEdit{op: OpRemove, at: i, old: t.at(i)})
	}
	return ok
}

// Clear removes all elements.
func (m *Map[K, V]) Clear() {
	if m.Len() > 0 {
		m.header.apply(treeEdit{op: opClear})
	}
}

// IsZero reports whether the Map is empty, for the option omitzero of encoding/json.
func (m Map[K, V]) IsZero() bool { return m.Len() == 0 }

// MarshalJSON returns the Map as a JSON object. An empty Map is {}.
func (m Map[K, V]) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, t := 0, m.header.snapshot(); i < t.len(); i++ {
		if i > 0 {
			out = append(out, ',')
		}
		e := (*mapBox[K, V])(t.at(i))
		key := keyText(reflect.ValueOf(&e.key).Elem())
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(&e.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", jsonpatch.Pointer(key), err)
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON sets the Map to the members of a JSON object. null is the empty Map.
func (m *Map[K, V]) UnmarshalJSON(b []byte) error {
	entries := map[K]V{}
	if err := json.Unmarshal(b, &entries); err != nil {
		return err
	}
	*m = MapOf(entries)
	return nil
}

// String returns the Map as fmt formats a map.
func (m Map[K, V]) String() string {
	var b strings.Builder
	for k, v := range m.All() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, k, ":", v)
	}
	return "map[" + b.String() + "]"
}

// With returns a copy of m, which has no journal, in which the element under *k is *v. *v must
// not be written to afterwards. It is for a package that keeps values over time.
func (m Map[K, V]) With(k *K, v *V) Map[K, V] {
	t := m.header.current()
	box := unsafe.Pointer(&mapBox[K, V]{*k, *v})
	if i, ok := m.search(t, k); ok {
		t = t.set(i, box, false, newOwner())
	} else {
		t = t.insert(i, box, false, newOwner())
	}
	return Map[K, V]{header{tree: t}}
}

// without returns a copy of m, which has no journal, without the element under k.
func (m Map[K, V]) without(k K) Map[K, V] {
	t := m.header.current()
	if i, ok := m.search(t, &k); ok {
		t = t.remove(i, newOwner())
	}
	return Map[K, V]{header{tree: t}}
}
