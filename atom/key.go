package atom

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Key returns the element of a map under a key. While the map has no such key
// the atom is missing: Get returns the zero value, [Atom.Lookup] false, and a
// write fails with [ErrMissing]; reading never creates it. Creating and deleting
// elements is a change of the map. Key panics when key cannot be found in a map: NaN.
//
// A write copies the map, though not what is in it; [MapKey] does without.
func Key[K comparable, V any](parent *Atom[map[K]V], key K) *Atom[V] {
	step := findableStep(key)
	return element(parent, step, loose, nil,
		func(m map[K]V, other *Step) (*V, Step, bool) {
			if other != nil {
				v, ok := m[other.key.(K)]
				return &v, *other, ok
			}
			v, ok := m[key]
			return &v, step, ok
		},
		func(m map[K]V, at Step, v *V) map[K]V {
			next := maps.Clone(m)
			next[at.key.(K)] = *v
			return next
		})
}

// MapKey is [Key] of a [Map]: a write costs as much as the change, however large
// the map is.
func MapKey[K comparable, V any](parent *Atom[Map[K, V]], key K) *Atom[V] {
	step := findableStep(key)
	return element(parent, step, addressed, nil,
		func(m Map[K, V], other *Step) (*V, Step, bool) {
			if other != nil {
				k := other.key.(K)
				v, ok := m.get(&k)
				return v, *other, ok
			}
			v, ok := m.get(&key)
			return v, step, ok
		},
		func(m Map[K, V], at Step, v *V) Map[K, V] {
			k := at.key.(K)
			return m.with(&k, v)
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
	return element(parent, keyStep(id), addressed, identity,
		func(list []E, other *Step) (*E, Step, bool) {
			id := id
			if other != nil {
				id = other.key
			}
			for i := range list {
				if identity(&list[i]) == id {
					return &list[i], elementStep(i, id), true
				}
			}
			return nil, Step{}, false
		},
		func(list []E, at Step, e *E) []E {
			next := slices.Clone(list)
			next[at.index] = *e
			return next
		})
}

// ListAt is [At] of a [List]: a write costs as much as the change, however long
// the list is.
func ListAt[E any](parent *Atom[List[E]], id any) *Atom[E] {
	return element(parent, keyStep(id), addressed, identityOf[E](id),
		func(list List[E], other *Step) (*E, Step, bool) {
			id := id
			if other != nil {
				id = other.key
			}
			i := list.Index(id)
			if i < 0 {
				return nil, Step{}, false
			}
			return list.at(i), elementStep(i, id), true
		},
		func(list List[E], at Step, e *E) List[E] { return list.withAt(at.index, e) })
}

// findableStep is the step to what is under key; it panics when nothing can be.
func findableStep(key any) Step {
	if v := reflect.ValueOf(key); v.IsValid() && (!v.Comparable() || !v.Equal(v)) {
		panic(fmt.Sprintf("atom: nothing can be found under the key %v", key))
	}
	return keyStep(key)
}

// identityOf returns how the identity of an E is read; it panics when there is
// none, or when it cannot be id.
func identityOf[E any](id any) func(*E) any {
	identity, ok := elementKey[E]()
	if !ok {
		panic(fmt.Sprintf("atom: %v has no field tagged `atom:\"key\"`", reflect.TypeFor[E]()))
	}
	if p := mustPlan(reflect.TypeFor[E]()); !p.isID(id) {
		panic(fmt.Sprintf("atom: the key of %v is not a %T", p.typ, id))
	}
	return identity
}

// element is a part of parent that need not be there. find returns it, or the one that
// another step leads to if one is given, and the step to where it is; with returns the collection with another in its place.
// stands is its footing in the collection. identity is nil where an element does not say itself which one it is.
func element[P, E any](parent *Atom[P], step Step, stands footing, identity func(*E) any, find func(P, *Step) (*E, Step, bool), with func(P, Step, *E) P) *Atom[E] {
	return &Atom[E]{
		id:   newID(),
		root: parent.root,
		path: parent.path.with(step),
		read: func(state any, at *Path) (*E, bool) {
			p, ok := parent.read(state, at)
			if !ok {
				return nil, false
			}
			e, _, ok := find(*p, at.step(len(parent.path)))
			return e, ok
		},
		edit: func(state any, where *Path, as application, revise revision[E]) (any, Changes, error) {
			return parent.edit(state, where, as, func(prev *P) (*P, Changes, error) {
				was, at, ok := find(*prev, where.step(len(parent.path)))
				if !ok {
					return prev, Changes{}, fmt.Errorf("%w: %s", ErrMissing, parent.path.with(step))
				}
				e, c, err := revise(was)
				if err != nil || c.Empty() {
					return prev, Changes{}, err
				}
				next := with(*prev, at, e)
				if identity != nil && identity(e) != identity(was) {
					c, err = diff(prev, &next) // one element has gone, another has come
					return &next, c, err
				}
				return &next, c.under(Path{at}, stands), nil
			})
		},
	}
}
