package draft

import (
	"reflect"
	"unsafe"
)

// applyCollection applies s to the List or Map at v. The nodes made on the way
// carry the applier's mark, and the boxes made on the way are own ones there.
func (a *applier) applyCollection(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	r := (*root)(v)
	if r.journal != nil { // not from a store: its boxes may be written to by others
		var w walk
		w.detachCollection(p, v)
		if w.err != nil {
			return w.err
		}
	}
	if a.mark == 0 {
		a.mark = newMark()
	}
	if p.kind == kindTable {
		return a.applyTable(p, r, path, i, s)
	}
	return a.applyList(p, r, path, i, s)
}

func (a *applier) applyList(p *plan, r *root, path Path, i int, s *change) error {
	e, last, step, n := p.elem, i == len(path)-1, path[i], r.tree.len()
	if step.field() != nil || last && s.op != OpReplace && s.plan.typ != e.typ {
		return ErrPath
	}
	if last && s.op == OpAdd {
		at := a.placeIn(r, e, step, s)
		a.edit(r, shift{op: OpAdd, at: at, id: step.key}, r.tree.insert(at, s.new, false, a.mark))
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
		a.edit(r, shift{op: OpRemove, at: at}, r.tree.remove(at, a.mark))
		return nil
	}
	if last && s.op == OpMove {
		box, own := r.tree.at(at), r.tree.owned(at, a.mark)
		a.edit(r, shift{op: OpRemove, at: at}, r.tree.remove(at, a.mark))
		to := a.placeIn(r, e, path[i], s)
		a.edit(r, shift{op: OpAdd, at: to, id: path[i].key}, r.tree.insert(to, box, own, a.mark))
		return nil
	}
	box := a.box(p, r, at)
	id := e.id(box)
	if err := a.apply(e, box, path, i+1, s); err != nil {
		return err
	}
	if e.id(box) != id {
		r.tree.index.Store(nil)
	}
	return nil
}

// edit makes next, which s leads to, the tree of r.
//
//go:noinline
func (a *applier) edit(r *root, s shift, next *treeNode) {
	r.tree.handOn(next, s)
	r.tree = next
}

// box is box i of r, writable.
func (a *applier) box(p *plan, r *root, i int) unsafe.Pointer {
	box := r.tree.at(i)
	if !r.tree.owned(i, a.mark) {
		box = p.box.copied(box)
		was := r.tree
		r.tree = was.set(i, box, true, a.mark)
		was.handOn(r.tree)
	}
	return box
}

// placeIn is where in r the element goes that s adds or moves, see [Step.place].
func (a *applier) placeIn(r *root, e *plan, step Step, s *change) int {
	n, behind := r.tree.len(), s.behindNew()
	at := max(0, min(step.index, n))
	if behind == nil || at > 0 && e.id(r.tree.at(at-1)) == behind {
		return at
	}
	if i := r.tree.indexOf(e, behind); i != none {
		return i + 1
	}
	return at
}

// boxOf returns a box of the Map p that has the key a step leads to, and no value yet.
func (p *plan) boxOf(s Step) (box unsafe.Pointer, ok bool) {
	if s.key == nil || reflect.TypeOf(s.key) != p.key.typ {
		return nil, false
	}
	box = p.box.new()
	p.key.value(box).Set(reflect.ValueOf(s.key))
	return box, true
}

func (a *applier) applyTable(p *plan, r *root, path Path, i int, s *change) error {
	last, step := i == len(path)-1, path[i]
	fresh, ok := p.boxOf(step)
	if !ok || last && s.op != OpReplace && s.plan.typ != p.elem.typ {
		return ErrPath
	}
	at, found := r.tree.search(p.order.keyIn(fresh, p.key.typ), p.key.typ)
	switch {
	case last && s.op == OpAdd:
		p.elem.copy(p.element(fresh), s.new)
		if found {
			r.tree = r.tree.set(at, fresh, false, a.mark)
		} else {
			r.tree = r.tree.insert(at, fresh, false, a.mark)
		}
		return nil
	case !found || last && s.op == OpMove:
		return ErrPath
	case last && s.op == OpRemove:
		r.tree = r.tree.remove(at, a.mark)
		return nil
	}
	return a.apply(p.elem, p.element(a.box(p, r, at)), path, i+1, s)
}
