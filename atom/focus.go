package atom

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// Focus returns the part of parent that lens points at, as an atom that is
// read and written through parent: a change to either is seen in both.
//
//	title := atom.Focus(graph, func(g *Graph) *string { return &g.Title })
//
// A lens only points: it neither reads the store nor writes to what it is
// given, and it may be called at any time. A lens to a field, however deep in
// nested structs, costs nothing; one that goes through a pointer, a map or a
// slice copies the parent at each write, and is missing while it panics or
// returns nil (a nil pointer on the way). For elements use [Key] and [At].
//
// A lens points to one place, whatever the value is: one that chooses a field by
// the content would have changes of one field told to those who watch another. A
// write through such a lens fails with [ErrLens]. [Derive] what is read by content,
// and write with an Update of parent.
func Focus[P, C any](parent *Atom[P], lens func(*P) *C) *Atom[C] {
	if path, offset, ok := pointsAt(lens); ok {
		return focusField(parent, lens, path, offset)
	}
	return focusAnywhere(parent, lens)
}

// pointsAt finds the field that a lens points at, and where it is in the memory of
// a P, by trying it on a zero value. False when it does not stay inside of the value.
func pointsAt[P, C any](lens func(*P) *C) (path draft.Path, offset uintptr, ok bool) {
	defer func() {
		if recover() != nil {
			path, ok = nil, false
		}
	}()
	probe := new(P)
	from, to := uintptr(unsafe.Pointer(probe)), uintptr(unsafe.Pointer(lens(probe)))
	size := unsafe.Sizeof(*new(C))
	if to < from || to+size > from+unsafe.Sizeof(*probe) {
		return nil, 0, false
	}
	path, ok = draft.FieldPath[P](to-from, size, reflect.TypeFor[C]())
	return path, to - from, ok
}

func focusField[P, C any](parent *Atom[P], lens func(*P) *C, path draft.Path, offset uintptr) *Atom[C] {
	f := &fieldFocus[P, C]{parent, lens, path, offset}
	return &Atom[C]{id: newID(), root: parent.root, path: slices.Concat(parent.path, path), read: f.read, edit: f.edit}
}

// A fieldFocus is a lens to a field, which lies at offset in a P.
type fieldFocus[P, C any] struct {
	parent *Atom[P]
	lens   func(*P) *C
	path   draft.Path
	offset uintptr
}

func (f *fieldFocus[P, C]) field(p *P) *C { return (*C)(unsafe.Add(unsafe.Pointer(p), f.offset)) }

func (f *fieldFocus[P, C]) read(state any, at *draft.Path) (*C, bool) {
	p, ok := f.parent.read(state, at)
	if !ok {
		return nil, false
	}
	return f.lens(p), true
}

func (f *fieldFocus[P, C]) edit(state any, at *draft.Path, as applyMode, revise transform[C]) (any, draft.Changes, error) {
	return f.parent.edit(state, at, as, func(prev *P) (*P, draft.Changes, error) {
		if as == applyFresh && f.lens(prev) != f.field(prev) {
			return prev, draft.Changes{}, fmt.Errorf("%w: it is %s, and now another place", ErrLens, f.parent.path.Join(f.path))
		}
		part, c, err := revise(f.field(prev))
		if err != nil || c.Empty() {
			return prev, draft.Changes{}, err
		}
		next := new(P)
		*next = *prev
		*f.field(next) = *part
		if f.path.MayVanish() {
			c, err = draft.Diff(prev, next)
			return next, c, err
		}
		return next, c.Under(f.path, draft.AsOuter), nil
	})
}

// focusAnywhere is a lens of which nothing is known but what it returns.
func focusAnywhere[P, C any](parent *Atom[P], lens func(*P) *C) *Atom[C] {
	look := func(p *P) (c *C) {
		defer func() {
			if recover() != nil {
				c = nil
			}
		}()
		return lens(p)
	}
	id := newID()
	return &Atom[C]{
		id:   id,
		root: parent.root,
		path: parent.path.With(draft.AnywhereStep(id)),
		read: func(state any, at *draft.Path) (*C, bool) {
			p, ok := parent.read(state, at)
			if !ok {
				return nil, false
			}
			c := look(p)
			return c, c != nil
		},
		edit: func(state any, at *draft.Path, as applyMode, revise transform[C]) (any, draft.Changes, error) {
			return parent.edit(state, at, as, func(prev *P) (*P, draft.Changes, error) {
				was := look(prev)
				if was == nil {
					return prev, draft.Changes{}, ErrMissing
				}
				part, c, err := revise(was)
				if err != nil || c.Empty() {
					return prev, draft.Changes{}, err
				}
				next, c, err := draft.Revise(prev, func(next *P) {
					at := lens(next)
					if as == applyFresh && !draft.Equal(at, was) {
						panic(fmt.Errorf("%w: in a copy of the value it is another one", ErrLens))
					}
					*at = *part
				})
				if as == applyFresh && err == nil && c.Empty() {
					err = fmt.Errorf("%w: it leads out of the value", ErrLens)
				}
				return next, c, err
			})
		},
	}
}
