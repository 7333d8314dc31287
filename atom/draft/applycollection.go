package draft

import (
	"reflect"
	"unsafe"
)

// applyCollection applies s to the List or Map at v. The tree nodes that it allocates belong
// to the applier's owner, and the boxes are flagged as writable in them.
func (a *applier) applyCollection(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	h := (*header)(v)
	if h.journal != nil { // others may still write to its boxes
		var w walk
		w.detachCollection(p, v)
		if w.err != nil {
			return w.err
		}
	}
	if a.owner == 0 {
		a.owner = newOwner()
	}
	if p.kind == kindMap {
		return a.applyMap(p, h, path, i, s)
	}
	return a.applyList(p, h, path, i, s)
}

// applyList applies s to the List h, whose journal is nil.
func (a *applier) applyList(p *plan, h *header, path Path, i int, s *change) error {
	e, last, step, n := p.elem, i == len(path)-1, path[i], h.tree.len()
	if step.field() != nil || last && s.op != OpReplace && s.plan.typ != e.typ {
		return ErrPath
	}
	if last && s.op == OpAdd {
		at := a.insertPosition(h, e, step, s)
		a.setTree(h, shift{op: OpAdd, at: at, id: step.key}, h.tree.insert(at, s.new, false, a.owner))
		return nil
	}
	if last && s.op == OpMove {
		step.index = int(s.from)
	}
	at := step.index
	if step.key != nil && (at < 0 || at >= n || e.id(h.tree.at(at)) != step.key) {
		at = h.tree.indexOf(e, step.key)
	}
	if at < 0 || at >= n {
		return ErrPath
	}
	if last && s.op == OpRemove {
		a.setTree(h, shift{op: OpRemove, at: at}, h.tree.remove(at, a.owner))
		return nil
	}
	if last && s.op == OpMove {
		box, writable := h.tree.at(at), h.tree.isWritable(at, a.owner)
		a.setTree(h, shift{op: OpRemove, at: at}, h.tree.remove(at, a.owner))
		to := a.insertPosition(h, e, path[i], s)
		a.setTree(h, shift{op: OpAdd, at: to, id: path[i].key}, h.tree.insert(to, box, writable, a.owner))
		return nil
	}
	box := a.writableBox(p, h, at)
	id := e.id(box)
	if err := a.apply(e, box, path, i+1, s); err != nil {
		return err
	}
	if e.id(box) != id {
		h.tree.index.Store(nil)
	}
	return nil
}

// setTree makes next, to which s leads, the tree of h.
//
//go:noinline
func (a *applier) setTree(h *header, s shift, next *treeNode) {
	h.tree.inheritIndex(next, s)
	h.tree = next
}

// writableBox returns box i of h, for writing.
func (a *applier) writableBox(p *plan, h *header, i int) unsafe.Pointer {
	box := h.tree.at(i)
	if !h.tree.isWritable(i, a.owner) {
		box = p.box.clone(box)
		was := h.tree
		h.tree = was.set(i, box, true, a.owner)
		was.inheritIndex(h.tree)
	}
	return box
}

// insertPosition returns [Step.insertPosition] for the List h.
func (a *applier) insertPosition(h *header, e *plan, step Step, s *change) int {
	n, predecessor := h.tree.len(), s.newPredecessor()
	at := max(0, min(step.index, n))
	if predecessor == nil || at > 0 && e.id(h.tree.at(at-1)) == predecessor {
		return at
	}
	if i := h.tree.indexOf(e, predecessor); i != noElement {
		return i + 1
	}
	return at
}

// newKeyBox returns a new box of the Map p with the key that s goes to and a zero element.
func (p *plan) newKeyBox(s Step) (box unsafe.Pointer, ok bool) {
	if s.key == nil || reflect.TypeOf(s.key) != p.key.typ {
		return nil, false
	}
	box = p.box.alloc()
	p.key.value(box).Set(reflect.ValueOf(s.key))
	return box, true
}

// applyMap applies s to the Map h, whose journal is nil.
func (a *applier) applyMap(p *plan, h *header, path Path, i int, s *change) error {
	last, step := i == len(path)-1, path[i]
	fresh, ok := p.newKeyBox(step)
	if !ok || last && s.op != OpReplace && s.plan.typ != p.elem.typ {
		return ErrPath
	}
	at, found := h.tree.search(p.order.keyAt(fresh, p.key.typ), p.key.typ)
	switch {
	case last && s.op == OpAdd:
		p.elem.assign(p.element(fresh), s.new)
		if found {
			h.tree = h.tree.set(at, fresh, false, a.owner)
		} else {
			h.tree = h.tree.insert(at, fresh, false, a.owner)
		}
		return nil
	case !found || last && s.op == OpMove:
		return ErrPath
	case last && s.op == OpRemove:
		h.tree = h.tree.remove(at, a.owner)
		return nil
	}
	return a.apply(p.elem, p.element(a.writableBox(p, h, at)), path, i+1, s)
}
