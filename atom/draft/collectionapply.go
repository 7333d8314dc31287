package draft

import (
	"reflect"
	"unsafe"
)

// applyCollection applies s to the List or Map at v. The nodes made on the way
// carry the applier's mark, and the boxes made on the way are own ones there.
func (a *applier) applyCollection(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	r := (*header)(v)
	if r.journal != nil { // not from a store: its boxes may be written to by others
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
		return a.applyMap(p, r, path, i, s)
	}
	return a.applyList(p, r, path, i, s)
}

func (a *applier) applyList(p *plan, r *header, path Path, i int, s *change) error {
	e, last, step, n := p.elem, i == len(path)-1, path[i], r.tree.len()
	if step.field() != nil || last && s.op != OpReplace && s.plan.typ != e.typ {
		return ErrPath
	}
	if last && s.op == OpAdd {
		at := a.insertPosition(r, e, step, s)
		a.setTree(r, shift{op: OpAdd, at: at, id: step.key}, r.tree.insert(at, s.new, false, a.owner))
		return nil
	}
	if last && s.op == OpMove {
		step.index = int(s.from)
	}
	at := step.index
	if step.key != nil && (at < 0 || at >= n || e.id(r.tree.at(at)) != step.key) {
		at = r.tree.indexOf(e, step.key)
	}
	if at < 0 || at >= n {
		return ErrPath
	}
	if last && s.op == OpRemove {
		a.setTree(r, shift{op: OpRemove, at: at}, r.tree.remove(at, a.owner))
		return nil
	}
	if last && s.op == OpMove {
		box, own := r.tree.at(at), r.tree.isWritable(at, a.owner)
		a.setTree(r, shift{op: OpRemove, at: at}, r.tree.remove(at, a.owner))
		to := a.insertPosition(r, e, path[i], s)
		a.setTree(r, shift{op: OpAdd, at: to, id: path[i].key}, r.tree.insert(to, box, own, a.owner))
		return nil
	}
	box := a.writableBox(p, r, at)
	id := e.id(box)
	if err := a.apply(e, box, path, i+1, s); err != nil {
		return err
	}
	if e.id(box) != id {
		r.tree.index.Store(nil)
	}
	return nil
}

// setTree makes next, which s leads to, the tree of r.
//
//go:noinline
func (a *applier) setTree(r *header, s shift, next *treeNode) {
	r.tree.inheritIndex(next, s)
	r.tree = next
}

// writableBox is box i of r, writable.
func (a *applier) writableBox(p *plan, r *header, i int) unsafe.Pointer {
	box := r.tree.at(i)
	if !r.tree.isWritable(i, a.owner) {
		box = p.box.clone(box)
		was := r.tree
		r.tree = was.set(i, box, true, a.owner)
		was.inheritIndex(r.tree)
	}
	return box
}

// placeIn is where in r the element goes that s adds or moves, see [Step.insertPosition].
func (a *applier) insertPosition(r *header, e *plan, step Step, s *change) int {
	n, behind := r.tree.len(), s.newPredecessor()
	at := max(0, min(step.index, n))
	if behind == nil || at > 0 && e.id(r.tree.at(at-1)) == behind {
		return at
	}
	if i := r.tree.indexOf(e, behind); i != noElement {
		return i + 1
	}
	return at
}

// newKeyBox returns a box of the Map p that has the key a step leads to, and no value yet.
func (p *plan) newKeyBox(s Step) (box unsafe.Pointer, ok bool) {
	if s.key == nil || reflect.TypeOf(s.key) != p.key.typ {
		return nil, false
	}
	box = p.box.alloc()
	p.key.value(box).Set(reflect.ValueOf(s.key))
	return box, true
}

func (a *applier) applyMap(p *plan, r *header, path Path, i int, s *change) error {
	last, step := i == len(path)-1, path[i]
	fresh, ok := p.newKeyBox(step)
	if !ok || last && s.op != OpReplace && s.plan.typ != p.elem.typ {
		return ErrPath
	}
	at, found := r.tree.search(p.order.keyAt(fresh, p.key.typ), p.key.typ)
	switch {
	case last && s.op == OpAdd:
		p.elem.assign(p.element(fresh), s.new)
		if found {
			r.tree = r.tree.set(at, fresh, false, a.owner)
		} else {
			r.tree = r.tree.insert(at, fresh, false, a.owner)
		}
		return nil
	case !found || last && s.op == OpMove:
		return ErrPath
	case last && s.op == OpRemove:
		r.tree = r.tree.remove(at, a.owner)
		return nil
	}
	return a.apply(p.elem, p.element(a.writableBox(p, r, at)), path, i+1, s)
}
