package draft

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// Op is what a [Change] does.
type Op uint8

// The operations of changes. The two more that RFC 6902 has, copy and test,
// come from outside only.
const (
	OpAdd     Op = iota + 1 // a new element or key: New
	OpRemove                // an element or key goes: Old
	OpReplace               // a value in place of another: Old, New
	OpMove                  // an element changes its position: From, Path

	opClear // of a List or Map: told as what it removes
)

// opOf are the operations of an alignment as those of a change.
var opOf = [...]Op{align.Remove: OpRemove, align.Move: OpMove, align.Add: OpAdd}

// noElement is the position of no element.
const noElement = align.None

// String is the operation's name in RFC 6902.
func (o Op) String() string {
	return [...]string{OpAdd: "add", OpRemove: "remove", OpReplace: "replace", OpMove: "move", opClear: "clear"}[o]
}

// A Change is one step from a value to the next one.
type Change struct {
	Op   Op
	Path Path // of what is changed, in the value as the changes before this one left it
	From Path // of a move: where the element was

	// Old and New are typed as the value at Path is. They are part of values
	// that others hold, and must not be written to.
	Old, New any
}

// String shows a change on one line, for people.
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

// Changes is what an update did: the steps from one value to the next, each
// with what was there before, so that they lead back as well. Changes are
// immutable; the zero value is no change.
type Changes struct {
	prefix      Path           // leads from the outer value to the one the steps belong to
	addressable Addressability // of that value in the outer one
	steps       []change
}

// A change is a step in the engine's own form. Old and new point into the two
// values, which are immutable, so nothing is boxed until somebody asks.
type change struct {
	path         Path
	plan         *plan // of old and new; of a move: of the element
	old, new     unsafe.Pointer
	predecessors *predecessors
	from         int32 // of a move
	op           Op
	addressable  Addressability
}

// A Addressability says whether a value has an address for encoding/json, which calls
// MarshalJSON and MarshalText of a pointer only where there is one.
type Addressability uint8

const (
	AsOuter       Addressability = iota // as what it is a part of: a field, an element of an array
	Addressable                         // behind a pointer, or an element of a slice, a List or a Map
	Unaddressable                       // an element of a map, or held by an interface
)

// in returns the footing, in the outer value, of what has the footing f in an inner one.
func (f Addressability) in(outer Addressability) Addressability {
	if f == AsOuter {
		return outer
	}
	return f
}

// predecessors are the identities of the elements in front of an element that
// came, went or moved: in another version of the sequence they say where it
// belongs, better than a position does.
type predecessors struct{ old, new any }

// Empty tells whether nothing changed.
func (c Changes) Empty() bool { return len(c.steps) == 0 }

// Same tells whether c is d, from one and the same edit of one and the same value.
func (c Changes) Same(d Changes) bool {
	return len(c.steps) == len(d.steps) && (len(c.steps) == 0 || &c.steps[0] == &d.steps[0])
}

// Len is the number of changes.
func (c Changes) Len() int { return len(c.steps) }

// All iterates over the changes in the order in which they apply.
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

// path is the whole path of a step of c.
//
//go:noinline
func (c Changes) path(s *change) Path {
	if len(c.prefix) == 0 {
		return s.path
	}
	return c.prefix.Join(s.path)
}

// from is where the element that s moves is before.
//
//go:noinline
func (c Changes) from(s *change) Path {
	container, last := c.path(s).split()
	last.index = int(s.from)
	return container.With(last)
}

// loadOrNil is the p at a as an interface value, nil for no value.
func (p *plan) loadOrNil(a unsafe.Pointer) any {
	if a == nil {
		return nil
	}
	return p.load(a)
}

// String shows the changes one on a line, for people.
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

// Inverse is the changes that lead back.
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

// CommonPath returns what the paths of all changes begin with.
func (c Changes) CommonPath() Path { return c.prefix }

// pathBelow returns the path of the i-th change behind [Changes.CommonPath].
func (c Changes) PathBelow(i int) Path { return c.steps[i].path }

// Under is the same changes as seen from an outer value, in which the value
// they belong to is at p and has that footing.
//
//go:noinline
func (c Changes) Under(p Path, stands Addressability) Changes {
	c.addressable = c.addressable.in(stands)
	switch {
	case len(c.prefix) == 0:
		c.prefix = p
	case len(p) > 0:
		c.prefix = p.Join(c.prefix)
	}
	return c
}

// Then is c followed by d; both belong to the same value.
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
