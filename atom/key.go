package atom

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Key returns the element of a map under a key. While the map has no such key
// the atom is missing: Get returns the zero value, [Atom.Lookup] false, and a
// write fails with [ErrMissing]; reading never creates it. Deleting and
// creating elements is a change of the map.
func Key[K comparable, V any](parent *Atom[map[K]V], key K) *Atom[V] {
	step := Path{keyStep(key)}
	return &Atom[V]{
		id:   newID(),
		root: parent.root,
		path: join(parent.path, step),
		read: func(state any) (*V, bool) {
			m, ok := parent.read(state)
			if !ok {
				return nil, false
			}
			v, ok := (*m)[key]
			return &v, ok
		},
		edit: func(state any, revise revision[V]) (any, Changes, error) {
			return parent.edit(state, func(prev *map[K]V) (*map[K]V, Changes, error) {
				was, ok := (*prev)[key]
				if !ok {
					return prev, Changes{}, missing(parent.path, step)
				}
				v, c, err := revise(&was)
				if err != nil || c.Empty() {
					return prev, Changes{}, err
				}
				next := maps.Clone(*prev)
				next[key] = *v
				return &next, c.under(step), nil
			})
		},
	}
}

// At returns the element of a slice that has an identity: E's field tagged
// `atom:"key"` equals id. It stays that element when others are inserted,
// moved or removed. While there is none the atom is missing, as in [Key].
//
// At panics when E has no such field, or when id is not of its type.
func At[E any](parent *Atom[[]E], id any) *Atom[E] {
	identity, ok := elementKey[E]()
	if !ok {
		panic(fmt.Sprintf("atom: At: %v has no field tagged `atom:\"key\"`", reflect.TypeFor[E]()))
	}
	if want, got := reflect.TypeOf(identity(new(E))), reflect.TypeOf(id); want != got {
		panic(fmt.Sprintf("atom: At: the key of %v is a %v, not a %v", reflect.TypeFor[E](), want, got))
	}
	find := func(list []E) int {
		for i := range list {
			if identity(&list[i]) == id {
				return i
			}
		}
		return -1
	}
	return &Atom[E]{
		id:   newID(),
		root: parent.root,
		path: join(parent.path, Path{keyStep(id)}),
		read: func(state any) (*E, bool) {
			list, ok := parent.read(state)
			if !ok {
				return nil, false
			}
			i := find(*list)
			if i < 0 {
				return nil, false
			}
			return &(*list)[i], true
		},
		edit: func(state any, revise revision[E]) (any, Changes, error) {
			return parent.edit(state, func(prev *[]E) (*[]E, Changes, error) {
				i := find(*prev)
				if i < 0 {
					return prev, Changes{}, missing(parent.path, Path{keyStep(id)})
				}
				e, c, err := revise(&(*prev)[i])
				if err != nil || c.Empty() {
					return prev, Changes{}, err
				}
				next := slices.Clone(*prev)
				next[i] = *e
				return &next, c.under(Path{elementStep(i, id)}), nil
			})
		},
	}
}

func missing(parent, step Path) error {
	return fmt.Errorf("%w: %s", ErrMissing, join(parent, step))
}

func join(a, b Path) Path { return slices.Concat(a, b) }
