package draft

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"unsafe"
)

// List is a sequence of elements for large values: a copy is a snapshot that takes no time,
// and an edit takes time logarithmic in the length. In a draft a List knows which elements
// were edited, so no others are compared.
//
// A List is used like a slice. Assignment copies it, and edits of one copy do not show in
// another. The zero value is an empty List. A List may be the whole value of an atom, a field
// of a struct, or an element of another List or Map; elsewhere it is an [ErrType]. In JSON it
// is an array.
//
// A List may be read by several goroutines unless one of them edits it.
type List[E any] struct{ header header }

// ListOf returns a List of elements. It panics with an error that wraps [ErrType] if E cannot
// be drafted.
func ListOf[E any](elements ...E) List[E] {
	p, w := mustPlan(reflect.TypeFor[E]()), walk{}
	boxes := make([]unsafe.Pointer, len(elements))
	for len(elements) > 0 {
		// Only a few elements share an allocation, so that one keeps few others alive.
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

func (l List[E]) shape() shape {
	e := reflect.TypeFor[E]()
	return shape{self: reflect.TypeFor[List[E]](), elem: e, box: e, clone: cloneOf[E]}
}

// Len returns the number of elements.
func (l List[E]) Len() int { return l.header.current().len() }

// At returns element i. It panics if i is out of range, as a slice does.
func (l List[E]) At(i int) E { return *l.Peek(i) }

// Peek is [List.At] without a copy. The element must not be written to.
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

// Index returns the position of the first element whose field tagged `atom:"key"` equals id,
// or -1. On a long List the first call looks at every element and builds an index, which the
// later versions of the List inherit.
func (l List[E]) Index(id any) int { return l.header.indexOf(mustPlan(reflect.TypeFor[E]()), id) }

// All returns an iterator over positions and elements. Edits during the iteration do not
// show in it.
func (l List[E]) All() iter.Seq2[int, E] {
	return func(yield func(int, E) bool) {
		i := -1
		l.header.snapshot().each(func(box unsafe.Pointer) bool {
			i++
			return yield(i, *(*E)(box))
		})
	}
}

// Values returns an iterator over the elements. Edits during the iteration do not show in it.
func (l List[E]) Values() iter.Seq[E] {
	return func(yield func(E) bool) {
		l.header.snapshot().each(func(box unsafe.Pointer) bool { return yield(*(*E)(box)) })
	}
}

// Edit returns a pointer to element i, to write to it in a draft. The pointer is valid while
// other elements are added, removed and moved, until the element itself is set or deleted or
// the update ends. Edit panics if i is out of range.
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

// firstEdit is the memory of the most common draft, in which one element is edited.
type firstEdit[E any] struct {
	journal journal
	element E
}

// newBox returns a box with a detached copy of e.
func (List[E]) newBox(e E) unsafe.Pointer {
	box := unsafe.Pointer(&e)
	detachElement(reflect.TypeFor[E](), box)
	return box
}

// Set replaces element i. It panics if i is out of range.
func (l *List[E]) Set(i int, e E) {
	t := l.header.current()
	checkIndex(i, t.len())
	l.header.apply(treeEdit{op: OpReplace, at: i, box: l.newBox(e), old: t.at(i)})
}

// Insert inserts elements in front of element i, or at the end if i is the length. It panics
// if i is out of range.
func (l *List[E]) Insert(i int, elements ...E) {
	checkIndex(i, l.Len()+1)
	for k := range elements {
		l.header.apply(treeEdit{op: OpAdd, at: i + k, box: l.newBox(elements[k])})
	}
}

// Append appends elements.
func (l *List[E]) Append(elements ...E) { l.Insert(l.Len(), elements...) }

// Delete removes element i. It panics if i is out of range.
func (l *List[E]) Delete(i int) {
	t := l.header.current()
	checkIndex(i, t.len())
	l.header.apply(treeEdit{op: OpRemove, at: i, old: t.at(i)})
}

// Move moves element from to position to. It panics if one of them is out of range.
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

// IsZero reports whether the List is empty, for the option omitzero of encoding/json.
func (l List[E]) IsZero() bool { return l.Len() == 0 }

// MarshalJSON returns the List as a JSON array. An empty List is [].
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

// UnmarshalJSON sets the List to the elements of a JSON array. null is the empty List.
func (l *List[E]) UnmarshalJSON(b []byte) error {
	var elements []E
	if err := json.Unmarshal(b, &elements); err != nil {
		return err
	}
	*l = ListOf(elements...)
	return nil
}

// String returns the List as fmt formats a slice.
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

// With returns a copy of l, which has no journal, in which element i is *e. *e must not be
// written to afterwards. It is for a package that keeps values over time.
func (l List[E]) With(i int, e *E) List[E] {
	t := l.header.current()
	checkIndex(i, t.len())
	next := t.set(i, unsafe.Pointer(e), false, newOwner())
	if p := mustPlan(reflect.TypeFor[E]()); p.id(t.at(i)) == p.id(unsafe.Pointer(e)) {
		t.inheritIndex(next)
	}
	return List[E]{header{tree: next}}
}
