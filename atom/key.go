package atom

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// Key returns the element of a map under a key. While the map has no such key
// the atom is missing: Get returns the zero value, [Atom.Lookup] false, and a
// write fails with [ErrMissing]; reading never creates it. Creating and deleting
// elements is a change of the map. Key panics when key cannot be found in a map: NaN.
//
// A write copies the map, though not what is in it; [MapKey] does without.
func Key[K comparable, V any](parent *Atom[map[K]V], key K) *Atom[V] {
	step := findableStep(key)
	return element(parent, step, draft.Unaddressable, nil,
		func(m map[K]V, other *draft.Step) (*V, draft.Step, bool) {
			if other != nil {
				v, ok := m[other.Key().(K)]
				return &v, *other, ok
			}
			v, ok := m[key]
			return &v, step, ok
		},
		func(m map[K]V, at draft.Step, v *V) map[K]V {
			next := maps.Clone(m)
			next[at.Key().(K)] = *v
			return next
		})
}

// MapKey is [Key] of a [draft.Map]: a write costs as much as the change, however large
// the map is.
func MapKey[K comparable, V any](parent *Atom[draft.Map[K, V]], key K) *Atom[V] {
	step := findableStep(key)
	return element(parent, step, draft.Addressable, nil,
		func(m draft.Map[K, V], other *draft.Step) (*V, draft.Step, bool) {
			if other != nil {
				k := other.Key().(K)
				v, ok := m.Peek(&k)
				return v, *other, ok
			}
			v, ok := m.Peek(&key)
			return v, step, ok
		},
		func(m draft.Map[K, V], at draft.Step, v *V) draft.Map[K, V] {
			k := at.Key().(K)
			return m.With(&k, v)
		})
}

// At returns the element of a slice that has an identity: E's field tagged
// `atom:"key"` equals id. It stays that element when others are inserted,
// moved or removed. While there is none the atom is missing, as in [Key].
//
// A write copies the slice, though not what is in it, and both reading and
// writing look for the element from the front; [ListAt] does without.
//
// At panics when E has no such field, or when id is not of its type.
func At[E any](parent *Atom[[]E], id any) *Atom[E] {
	identity := identityOf[E](id)
	return element(parent, draft.KeyStep(id), draft.Addressable, identity,
		func(list []E, other *draft.Step) (*E, draft.Step, bool) {
			id := id
			if other != nil {
				id = other.Key()
			}
			for i := range list {
				if identity(&list[i]) == id {
					return &list[i], draft.ElementStep(i, id), true
				}
			}
			return nil, draft.Step{}, false
		},
		func(list []E, at draft.Step, e *E) []E {
			next := slices.Clone(list)
			next[at.Index()] = *e
			return next
		})
}

// ListAt is [At] of a [draft.List]: a write costs as much as the change, however long
// the list is.
func ListAt[E any](parent *Atom[draft.List[E]], id any) *Atom[E] {
	return element(parent, draft.KeyStep(id), draft.Addressable, identityOf[E](id),
		func(list draft.List[E], other *draft.Step) (*E, draft.Step, bool) {
			id := id
			if other != nil {
				id = other.Key()
			}
			i := list.Index(id)
			if i < 0 {
				return nil, draft.Step{}, false
			}
			return list.Peek(i), draft.ElementStep(i, id), true
		},
		func(list draft.List[E], at draft.Step, e *E) draft.List[E] { return list.With(at.Index(), e) })
}

// findableStep is the step to what is under key; it panics when nothing can be.
func findableStep(key any) draft.Step {
	if v := reflect.ValueOf(key); v.IsValid() && (!v.Comparable() || !v.Equal(v)) {
		panic(fmt.Sprintf("atom: nothing can be found under the key %v", key))
	}
	return draft.KeyStep(key)
}

// identityOf is [draft.IdentityOf]; it panics when there is none.
func identityOf[E any](id any) func(*E) any {
	read, err := draft.IdentityOf[E](id)
	if err != nil {
		panic(err)
	}
	return read
}

// element is a part of parent that need not be there. find returns it, or the one that
// another step leads to if one is given, and the step to where it is; with returns the collection with another in its place.
// stands is its footing in the collection. identity is nil where an element does not say itself which one it is.
func element[P, E any](parent *Atom[P], step draft.Step, stands draft.Addressability, identity func(*E) any, find func(P, *draft.Step) (*E, draft.Step, bool), with func(P, draft.Step, *E) P) *Atom[E] {
	return &Atom[E]{
		id:   newID(),
		root: parent.root,
		path: parent.path.With(step),
		read: func(state any, at *draft.Path) (*E, bool) {
			p, ok := parent.read(state, at)
			if !ok {
				return nil, false
			}
			e, _, ok := find(*p, stepOf(at, len(parent.path)))
			return e, ok
		},
		edit: func(state any, where *draft.Path, as applyMode, revise transform[E]) (any, draft.Changes, error) {
			return parent.edit(state, where, as, func(prev *P) (*P, draft.Changes, error) {
				was, at, ok := find(*prev, stepOf(where, len(parent.path)))
				if !ok {
					return prev, draft.Changes{}, fmt.Errorf("%w: %s", ErrMissing, parent.path.With(step))
				}
				e, c, err := revise(was)
				if err != nil || c.Empty() {
					return prev, draft.Changes{}, err
				}
				next := with(*prev, at, e)
				if identity != nil && identity(e) != identity(was) {
					c, err = draft.Diff(prev, &next) // one element has gone, another has come
					return &next, c, err
				}
				return &next, c.Under(draft.Path{at}, stands), nil
			})
		},
	}
}
