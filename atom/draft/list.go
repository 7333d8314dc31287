package draft

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"unsafe"
)

// A List is a sequence of elements that costs the same to edit whether it has
// a hundred of them or a hundred thousand: a copy is a snapshot and takes no
// time, and an edit takes time that grows with the logarithm of the length. In
// a draft it knows what was edited, so that nothing else has to be looked at.
//
// The zero value is an empty list. A List stands as a field in a struct, as an
// element of another List or Map, or as the whole value of an atom. It is used
// as a slice is: assignment copies it, and an edit of one copy is not seen in
// another. In JSON it is an array.
//
// A List that is edited outside a draft, to build a value, must not be used by
// several goroutines until it is in an atom.
type List[E any] struct{ header header }

// ListOf returns a list of the given elements.
func ListOf[E any](elements ...E) List[E] {
	p, w := mustPlan(reflect.TypeFor[E]()), walk{}
	boxes := make([]unsafe.Pointer, len(elements))
	for len(elements) > 0 {
		// Few elements share memory, so that one that stays does not keep many.
		n := min(len(elements), fanout)
		chunk := append(make([]E, 0, n), elements[:n]...)
		for i := range chunk {
			box := unsafe.Pointer(&chunk[i])
			if p.hasSharedMemory {
				w.detach(p, box)
			}
			boxes[len(boxes)-len(elements)+i] = box
		}
		elements = elements[n:]
	}
	if w.err != nil {
		panic(w.err)
	}
	return List[E]{header{tree: buildTree(boxes)}}
}

// mustPlan is the plan of the elements of a collection. A type that has none is
// a programmer's mistake, which in an update is returned as the error.
func mustPlan(t reflect.Type) *plan {
	p, err := planOf(t)
	if err != nil {
		panic(err)
	}
	return p
}

func (l List[E]) shape() shape {
	e := reflect.TypeFor[E]()
	return shape{self: reflect.TypeFor[List[E]](), elem: e, box: e, clone: cloneOf[E]}
}

// Len is the number of elements.
func (l List[E]) Len() int { return l.header.current().len() }

// At returns element i. It panics if there is none, as a slice does.
func (l List[E]) At(i int) E { return *l.Peek(i) }

func (l List[E]) Peek(i int) *E {
	t := l.header.current()
	checkIndex(i, t.len())
	return (*E)(t.at(i))
}

func checkIndex(i, n int) {
	if i < 0 || i >= n {
		panic(fmt.Errorf("draft: index %d out of range in a List of length %d", i, n))
	}
}

// Index returns the position of the first element whose field tagged
// `atom:"key"` equals id, or -1. The first time it is asked of a long list it
// looks at every element; from then on it remembers, also in later versions.
func (l List[E]) Index(id any) int { return l.header.indexOf(mustPlan(reflect.TypeFor[E]()), id) }

// All iterates over positions and elements. Edits made meanwhile are not seen.
func (l List[E]) All() iter.Seq2[int, E] {
	return func(yield func(int, E) bool) {
		i := -1
		l.header.snapshot().each(func(box unsafe.Pointer) bool {
			i++
			return yield(i, *(*E)(box))
		})
	}
}

// Values iterates over the elements. Edits made meanwhile are not seen.
func (l List[E]) Values() iter.Seq[E] {
	return func(yield func(E) bool) {
		l.header.snapshot().each(func(box unsafe.Pointer) bool { return yield(*(*E)(box)) })
	}
}

// Edit returns a pointer to element i of a draft, to be written to. It stays
// good while other elements come, go and move, until the element itself is set
// or deleted, or the update ends. It panics if there is no element i.
func (l *List[E]) Edit(i int) *E {
	checkIndex(i, l.Len())
	var first *firstEdit[E]
	if l.header.journal == nil {
		first = new(firstEdit[E])
		l.header.startJournal(&first.journal)
	}
	return (*E)(l.header.writableBox(i, func(old unsafe.Pointer) unsafe.Pointer {
		if first == nil {
			return l.newBox(*(*E)(old))
		}
		first.element = *(*E)(old)
		detachElement(reflect.TypeFor[E](), unsafe.Pointer(&first.element))
		return unsafe.Pointer(&first.element)
	}))
}

// A firstEdit is memory for what is most common: one element is edited.
type firstEdit[E any] struct {
	journal journal
	element E
}

// newBox is a box with a draft of e, of its own: e may share memory with what
// others hold.
func (List[E]) newBox(e E) unsafe.Pointer {
	box := unsafe.Pointer(&e)
	detachElement(reflect.TypeFor[E](), box)
	return box
}

// Set replaces element i. It panics if there is none.
func (l *List[E]) Set(i int, e E) {
	t := l.header.current()
	checkIndex(i, t.len())
	l.header.apply(treeEdit{op: OpReplace, at: i, box: l.newBox(e), old: t.at(i)})
}

// Insert puts elements in front of element i, or at the end if i is the
// length. It panics if i is neither.
func (l *List[E]) Insert(i int, elements ...E) {
	checkIndex(i, l.Len()+1)
	for k := range elements {
		l.header.apply(treeEdit{op: OpAdd, at: i + k, box: l.newBox(elements[k])})
	}
}

// Append puts elements at the end.
func (l *List[E]) Append(elements ...E) { l.Insert(l.Len(), elements...) }

// Delete removes element i. It panics if there is none.
func (l *List[E]) Delete(i int) {
	t := l.header.current()
	checkIndex(i, t.len())
	l.header.apply(treeEdit{op: OpRemove, at: i, old: t.at(i)})
}

// Move takes element from out and inserts it so that it is then element to. It
// panics if there is no element from, or none to.
func (l *List[E]) Move(from, to int) {
	n := l.Len()
	checkIndex(from, n)
	checkIndex(to, n)
	if from != to {
		l.header.apply(treeEdit{op: OpMove, at: to, from: from})
	}
}

// Clear removes all elements.
func (l *List[E]) Clear() {
	if l.Len() > 0 {
		l.header.apply(treeEdit{op: opClear})
	}
}

// IsZero tells whether the list is empty, for the tag omitzero of encoding/json.
func (l List[E]) IsZero() bool { return l.Len() == 0 }

// MarshalJSON is the list as a JSON array; an empty list is [].
func (l List[E]) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, t := 0, l.header.snapshot(); i < t.len(); i++ {
		if i > 0 {
			out = append(out, ',')
		}
		b, err := json.Marshal((*E)(t.at(i)))
		if err != nil {
			return nil, fmt.Errorf("/%d: %w", i, err)
		}
		out = append(out, b...)
	}
	return append(out, ']'), nil
}

// UnmarshalJSON makes the list what the JSON array says; null is the empty list.
func (l *List[E]) UnmarshalJSON(b []byte) error {
	var elements []E
	if err := json.Unmarshal(b, &elements); err != nil {
		return err
	}
	*l = ListOf(elements...)
	return nil
}

// String shows the list as fmt shows a slice.
func (l List[E]) String() string {
	var b strings.Builder
	for i, e := range l.All() {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, e)
	}
	return "[" + b.String() + "]"
}

// With is l, which is not a draft, with element i replaced. *e is not
// written to from then on.
func (l List[E]) With(i int, e *E) List[E] {
	t := l.header.current()
	checkIndex(i, t.len())
	next := t.set(i, unsafe.Pointer(e), false, newOwner())
	if p := mustPlan(reflect.TypeFor[E]()); p.id(t.at(i)) == p.id(unsafe.Pointer(e)) {
		t.inheritIndex(next)
	}
	return List[E]{header{tree: next}}
}
