package draft

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// A collection is a List or a Map; its shape is what the engine asks of the
// type.
type collection interface{ shape() shape }

type shape struct {
	self, key, elem, box reflect.Type
	value                uintptr // offset of the element in the box
	clone                func(box unsafe.Pointer) unsafe.Pointer
}

var (
	collectionType = reflect.TypeFor[collection]()
	headerType     = reflect.TypeFor[header]()
	errLostMethods = errors.New("declare it as atom.List[...] or atom.Map[...]: a type of its own has none of the methods")
)

// shapeOf tells whether t is a List or a Map. What embeds one has its methods,
// too, but is not.
func shapeOf(t reflect.Type) (s shape, ok bool) {
	if t.Kind() != reflect.Struct || !t.Implements(collectionType) {
		return s, false
	}
	s = reflect.Zero(t).Interface().(collection).shape()
	return s, s.self == t
}

func (c compiler) compileCollection(p *plan, s shape) (err error) {
	p.kind, p.hasPointers, p.hasSharedMemory = kindList, true, true
	if s.key != nil {
		p.kind = kindMap
		if p.order = keyOrderOf(s.key); p.order == orderNone {
			return fmt.Errorf("%w: %s: a key must be a string, an integer, or have MarshalText", ErrType, s.self)
		}
		if p.key, err = c.compile(s.key); err != nil {
			return err
		}
	}
	if p.box, err = c.compile(s.box); err != nil {
		return err
	}
	p.box.cloneFunc.Store(&s.clone)
	p.elem, err = c.compile(s.elem)
	p.elemOffset = s.value
	return err
}

// element is the element of a List or Map in its box.
func (p *plan) element(box unsafe.Pointer) unsafe.Pointer { return unsafe.Add(box, p.elemOffset) }

// hasCollection tells whether there is a List or a Map in the memory of a p.
func (p *plan) hasCollection() bool {
	switch p.kind {
	case kindList, kindMap:
		return true
	case kindArray:
		return p.elem.hasCollection()
	case kindStruct:
		return slices.ContainsFunc(p.fields, func(f *field) bool { return f.plan.hasCollection() })
	}
	return false
}

// dropJournals makes the Lists and Maps in the p at a what they are without the
// way there.
func (p *plan) dropJournals(a unsafe.Pointer) {
	switch p.kind {
	case kindList, kindMap:
		*(*header)(a) = header{tree: (*header)(a).current()}
	case kindArray:
		for i := range p.length {
			p.elem.dropJournals(p.elem.at(a, i))
		}
	case kindStruct:
		for _, f := range p.fields {
			f.plan.dropJournals(unsafe.Add(a, f.offset))
		}
	}
}

// detachedBox is a copy of box that shares nothing with it.
func (w *walk) detachedBox(p *plan, box unsafe.Pointer) unsafe.Pointer {
	n := p.box.clone(box)
	if p.elem.hasSharedMemory {
		w.detach(p.elem, p.element(n))
	}
	return n
}

// detachCollection seals the List or Map at a, if it is not: the boxes that
// somebody may still write to are copied, all else is shared.
func (w *walk) detachCollection(p *plan, a unsafe.Pointer) {
	r := (*header)(a)
	if r.journal == nil && !w.everything || !w.enter(p, a) {
		return
	}
	*r = header{tree: r.sealed(w.everything, func(box unsafe.Pointer) unsafe.Pointer { return w.detachedBox(p, box) })}
	w.leave(a)
}

// Seal is the tree of r with the boxes that can still be written to, or all,
// replaced.
func (r *header) sealed(all bool, replace func(unsafe.Pointer) unsafe.Pointer) *treeNode {
	if r.journal == nil {
		return r.tree.replaceWritable(0, all, replace)
	}
	j := r.journal
	if r.version != len(j.edits) {
		j = r.replayedJournal()
	}
	return j.tree.replaceWritable(owner(j.owner.Load()), all, replace)
}

func (w *walk) equalCollections(p *plan, a, b unsafe.Pointer) bool {
	x, y := (*header)(a).current(), (*header)(b).current()
	if x == y || x.len() != y.len() {
		return x == y
	}
	if !w.enter(p, a) {
		return false
	}
	defer w.leave(a)
	xs, ys := unsharedPieces(x, y)
	for len(xs) > 0 {
		if xs[0].identity() == ys[0].identity() {
			xs, ys = xs[1:], ys[1:]
			continue
		}
		xs, ys = expandFirst(xs), expandFirst(ys)
		if xs[0].identity() != ys[0].identity() && !w.equal(p.box, xs[0].box, ys[0].box) {
			return false
		}
		xs, ys = xs[1:], ys[1:]
	}
	return true
}

// expandFirst is l with a box in front.
//
//go:noinline
func expandFirst(l []piece) []piece {
	if l[0].node == nil {
		return l
	}
	return append(l[0].appendBoxes(nil), l[1:]...)
}

// appendBoxes appends all boxes of a piece to l.
func (p piece) appendBoxes(l []piece) []piece {
	if p.node == nil {
		return append(l, p)
	}
	p.node.each(func(box unsafe.Pointer) bool {
		l = append(l, piece{box: box})
		return true
	})
	return l
}

func (d *differ) diffCollection(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	from, y := (*header)(a).current(), *(*header)(b)
	if d.given && y.journal != nil {
		y = header{tree: y.sealed(false, func(box unsafe.Pointer) unsafe.Pointer { return d.detachedBox(p, box) })}
	}
	v := laterTree{tree: y.current()}
	if from == v.tree || !d.enter(p, b) {
		return
	}
	if j := y.journal; j != nil {
		if y.version != len(j.edits) {
			j = y.replayedJournal()
			v.tree = j.tree
		}
		v.journal, v.fromEarlier = j, y.tree == from
		v.owner = owner(j.owner.Load())
	}
	if v.owner>>32 == 0 {
		v.owner = newOwner()
	}
	steps, whole := len(d.steps), false
	if p.kind == kindMap {
		d.diffMap(p, from, &v)
	} else {
		whole = d.diffList(p, from, &v)
	}
	d.leave(b)
	if d.err != nil || len(d.steps) == steps && !whole {
		return
	}
	if whole {
		v.tree = v.tree.replaceWritable(v.owner, false, func(box unsafe.Pointer) unsafe.Pointer { return d.detachedBox(p, box) })
		d.record(change{op: OpReplace, plan: p, old: a, new: s.at(a)})
	}
	if v.journal != nil {
		v.journal.end()
	}
	*(*header)(s.at(a)) = header{tree: v.tree}
}

// A laterTree is the later one of two trees that are compared. Its private boxes
// are replaced as it is gone through, so that in the end it is the next one.
type laterTree struct {
	tree        *treeNode
	journal     *journal // the edits that led to it, if they are known
	owner       owner
	fromEarlier bool // they begin at the earlier tree
}

// set replaces box i.
//
//go:noinline
func (v *laterTree) set(i int, box unsafe.Pointer) {
	v.tree = v.tree.set(i, box, false, v.owner)
	if v.journal != nil {
		v.journal.tree = v.tree
	}
}

// diffBox compares the elements in two boxes and returns the box of the next
// element, which is old if nothing changed.
func (d *differ) diffBox(p *plan, old, draft unsafe.Pointer) unsafe.Pointer {
	to, outer := lazyCopy{plan: p.box, old: old}, d.addressable
	d.addressable = Addressable
	d.diff(p.elem, p.element(old), p.element(draft), &to)
	d.addressable = outer
	if to.next == nil {
		return old
	}
	return to.next
}
