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

// A Map holds values by key. Like a [List] it costs the same to edit at any
// size, and knows in a draft what was edited. It is ordered by its keys:
// strings as bytes, integers by value, and keys with a MarshalText method by
// their text; other keys are an [ErrType] when an atom or a draft first sees
// the type. In JSON it is an object with its names in that order.
//
// The zero value is an empty map. Where a Map stands, and what assignment
// means, is as for a List.
type Map[K comparable, V any] struct{ header header }

// mapBox is what a Map's tree holds. The key is at its beginning.
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

// search is the position of k in t, or where it would be.
func (Map[K, V]) search(t *treeNode, k *K) (i int, found bool) {
	typ := reflect.TypeFor[K]()
	o := keyOrderOf(typ)
	if o == orderNone {
		panic(fmt.Errorf("%w: a key must be a string, an integer, or have MarshalText: %s", ErrType, typ))
	}
	return t.search(o.keyAt(unsafe.Pointer(k), typ), typ)
}

// Len is the number of entries.
func (m Map[K, V]) Len() int { return m.header.current().len() }

// Get returns the value under k, and whether there is one.
func (m Map[K, V]) Get(k K) (v V, ok bool) {
	if p, ok := m.Peek(&k); ok {
		return *p, true
	}
	return v, false
}

// Peek is Get without the copy; what it returns is not to be written to.
func (m Map[K, V]) Peek(k *K) (*V, bool) {
	t := m.header.current()
	i, ok := m.search(t, k)
	if !ok {
		return nil, false
	}
	return &(*mapBox[K, V])(t.at(i)).value, true
}

// Has tells whether there is a value under k.
func (m Map[K, V]) Has(k K) bool {
	_, ok := m.Peek(&k)
	return ok
}

// All iterates over keys and values in the order of the keys. Edits made
// meanwhile are not seen.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool {
			e := (*mapBox[K, V])(box)
			return yield(e.key, e.value)
		})
	}
}

// Keys iterates over the keys in order. Edits made meanwhile are not seen.
func (m Map[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool { return yield((*mapBox[K, V])(box).key) })
	}
}

// Values iterates over the values in the order of their keys. Edits made
// meanwhile are not seen.
func (m Map[K, V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		m.header.snapshot().each(func(box unsafe.Pointer) bool { return yield((*mapBox[K, V])(box).value) })
	}
}

// Edit returns a pointer to the value under k of a draft, to be written to, or
// nil if there is none. It stays good until the entry itself is set or deleted,
// or the update ends.
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

// newBox is a box with a draft of v, of its own: v may share memory with what
// others hold.
func (Map[K, V]) newBox(k K, v V) unsafe.Pointer {
	box := &mapBox[K, V]{k, v}
	detachElement(reflect.TypeFor[V](), unsafe.Pointer(&box.value))
	return unsafe.Pointer(box)
}

// Set puts v under k.
func (m *Map[K, V]) Set(k K, v V) {
	t := m.header.current()
	box := m.newBox(k, v)
	if i, ok := m.search(t, &k); ok {
		m.header.apply(treeEdit{op: OpReplace, at: i, box: box, old: t.at(i)})
	} else {
		m.header.apply(treeEdit{op: OpAdd, at: i, box: box})
	}
}

// Delete removes the value under k, and tells whether there was one.
func (m *Map[K, V]) Delete(k K) bool {
	t := m.header.current()
	i, ok := m.search(t, &k)
	if ok {
		m.header.apply(treeEdit{op: OpRemove, at: i, old: t.at(i)})
	}
	return ok
}

// Clear removes all entries.
func (m *Map[K, V]) Clear() {
	if m.Len() > 0 {
		m.header.apply(treeEdit{op: opClear})
	}
}

// IsZero tells whether the map is empty, for the tag omitzero of encoding/json.
func (m Map[K, V]) IsZero() bool { return m.Len() == 0 }

// MarshalJSON is the map as a JSON object; an empty map is {}.
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

// UnmarshalJSON makes the map what the JSON object says; null is the empty map.
func (m *Map[K, V]) UnmarshalJSON(b []byte) error {
	entries := map[K]V{}
	if err := json.Unmarshal(b, &entries); err != nil {
		return err
	}
	*m = MapOf(entries)
	return nil
}

// String shows the map as fmt shows a map.
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

// With is m, which is not a draft, with *v under *k. *v is not written to from
// then on.
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

// without is m, which is not a draft, without k.
func (m Map[K, V]) without(k K) Map[K, V] {
	t := m.header.current()
	if i, ok := m.search(t, &k); ok {
		t = t.remove(i, newOwner())
	}
	return Map[K, V]{header{tree: t}}
}
