package draft

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// Op is the operation of a [Change]. The zero Op is none.
type Op uint8

// The operations of changes. RFC 6902 also has copy and test, which only occur in patches
// from outside.
const (
	OpAdd     Op = iota + 1 // add an element: Path, New
	OpRemove                // remove an element: Path, Old
	OpReplace               // replace a value: Path, Old, New
	OpMove                  // move an element to another position: From, Path

	opClear // edit of a List or Map; its changes are removals
)

// opOf maps the operations of an alignment to those of a change.
var opOf = [...]Op{align.Remove: OpRemove, align.Move: OpMove, align.Add: OpAdd}

// noElement is the position of no element.
const noElement = align.None

// String returns the name of the operation in RFC 6902.
func (o Op) String() string {
	names := [...]string{OpAdd: "add", OpRemove: "remove", OpReplace: "replace", OpMove: "move", opClear: "clear"}
	if int(o) >= len(names) {
		return "unknown"
	}
	return names[o]
}

// Change is one step from a value to the next one.
type Change struct {
	Op   Op
	Path Path // of what changes, in the value to which the changes before this one lead
	From Path // of an element that moves, before the move

	// Old and New have the type of the value at Path, and are nil if there is none.
	// They must not be written to: other values share them.
	Old, New any
}

// String returns the change on one line, for people.
func (c Change) String() string {
	switch c.Op {
	case OpAdd:
		return fmt.Sprintf("add %s %v", c.Path, c.New)
	case OpRemove:
		return fmt.Sprintf("remove %s (%v)", c.Path, c.Old)
	case OpMove:
		return fmt.Sprintf("move %s to %s", c.From, c.Path)
	}
	return fmt.Sprintf("replace %s %v (%v)", c.Path, c.New, c.Old)
}

// Changes is what an update changed: the steps from one value to the next. Each step has
// what was there before, so the changes also lead back, see [Changes.Inverse]. Changes are
// immutable. The zero value is no change.
type Changes struct {
	prefix      Path           // from the outer value to the one that the steps belong to
	addressable Addressability // of that value in the outer one
	steps       []change
}

// change is a [Change] as the package stores it. old and new point into the two values, which
// are immutable, so nothing is converted to an interface until somebody asks for it.
type change struct {
	path         Path
	plan         *plan // of old and new, or of an element that moves
	old, new     unsafe.Pointer
	predecessors *predecessors
	from         int32 // of a move
	op           Op
	addressable  Addressability
}

// Addressability says whether encoding/json can take the address of a value. It calls
// MarshalJSON and MarshalText with a pointer receiver only where it can, so the JSON form of
// a value depends on where the value is. It is for a package that keeps values over time.
type Addressability uint8

const (
	AsOuter       Addressability = iota // as the value that it is a part of: a field, an element of an array
	Addressable                         // behind a pointer, or an element of a slice, a List or a Map
	Unaddressable                       // an element of a Go map, or in an interface
)

// in returns the addressability in an outer value of what has addressability f in an inner
// value that has addressability outer.
func (f Addressability) in(outer Addressability) Addressability {
	if f == AsOuter {
		return outer
	}
	return f
}

// predecessors are the identities of the elements in front of one that was added, removed or
// moved, before and after. In another version of the sequence they tell better than a
// position where the element belongs.
type predecessors struct{ old, new any }

// Empty reports whether nothing changed.
func (c Changes) Empty() bool { return len(c.steps) == 0 }

// Same reports whether c and d come from the same edit of the same value.
func (c Changes) Same(d Changes) bool {
	return len(c.steps) == len(d.steps) && (len(c.steps) == 0 || &c.steps[0] == &d.steps[0])
}

// Len returns the number of changes.
func (c Changes) Len() int { return len(c.steps) }

// All returns an iterator over the changes, in the order in which they apply.
func (c Changes) All() iter.Seq[Change] {
	return func(yield func(Change) bool) {
		for i := range c.steps {
			if !yield(c.changeAt(i)) {
				return
			}
		}
	}
}

func (c Changes) changeAt(i int) Change {
	s := &c.steps[i]
	out := Change{Op: s.op, Path: c.path(s), Old: s.plan.loadOrNil(s.old), New: s.plan.loadOrNil(s.new)}
	if s.op == OpMove {
		out.From = c.from(s)
	}
	return out
}

// path returns the whole path of a step of c.
//
//go:noinline
func (c Changes) path(s *change) Path {
	if len(c.prefix) == 0 {
		return s.path
	}
	return c.prefix.Join(s.path)
}

// from returns the path of the element that s moves, before the move.
//
//go:noinline
func (c Changes) from(s *change) Path {
	container, last := c.path(s).split()
	last.index = int(s.from)
	return container.With(last)
}

// loadOrNil returns the p at a as an interface value, or nil for no value.
func (p *plan) loadOrNil(a unsafe.Pointer) any {
	if a == nil {
		return nil
	}
	return p.load(a)
}

// String returns the changes one per line, for people.
func (c Changes) String() string {
	var b strings.Builder
	for i := range c.steps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.changeAt(i).String())
	}
	return b.String()
}

// Inverse returns the changes that lead back: [Apply] of them undoes c.
func (c Changes) Inverse() Changes {
	out := Changes{prefix: c.prefix, addressable: c.addressable}
	if len(c.steps) > 0 {
		out.steps = make([]change, len(c.steps))
	}
	for i, s := range c.steps {
		out.steps[len(c.steps)-1-i] = s.inverse()
	}
	return out
}

// inverse returns the step that leads back.
func (s change) inverse() change {
	s.old, s.new = s.new, s.old
	switch s.op {
	case OpAdd:
		s.op = OpRemove
	case OpRemove:
		s.op = OpAdd
	case OpMove:
		s.path = slices.Clone(s.path)
		last := &s.path[len(s.path)-1]
		s.from, last.index = int32(last.index), int(s.from)
	}
	if s.predecessors != nil {
		s.predecessors = &predecessors{old: s.predecessors.new, new: s.predecessors.old}
	}
	return s
}

// CommonPath returns the path that the paths of all changes begin with. It is for a package
// that keeps values over time.
func (c Changes) CommonPath() Path { return c.prefix }

// PathBelow returns the path of change i, from 0, below [Changes.CommonPath]. It is for a
// package that keeps values over time.
func (c Changes) PathBelow(i int) Path { return c.steps[i].path }

// Under returns c as changes of an outer value, in which the value that they belong to is at
// p and has the given addressability. It is for a package that keeps values over time.
//
//go:noinline
func (c Changes) Under(p Path, addressable Addressability) Changes {
	c.addressable = c.addressable.in(addressable)
	switch {
	case len(c.prefix) == 0:
		c.prefix = p
	case len(p) > 0:
		c.prefix = p.Join(c.prefix)
	}
	return c
}

// Then returns the changes of c followed by those of d. Both belong to the same value.
func (c Changes) Then(d Changes) Changes {
	if c.Empty() {
		return d
	}
	if d.Empty() {
		return c
	}
	out := Changes{steps: make([]change, 0, len(c.steps)+len(d.steps))}
	for _, e := range []Changes{c, d} {
		for _, s := range e.steps {
			s.path, s.addressable = e.path(&s), s.addressable.in(e.addressable)
			out.steps = append(out.steps, s)
		}
	}
	return out
}
