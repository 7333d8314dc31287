package draft

import (
	"fmt"
	"unsafe"
)

// GuardedPatch is [Changes.JSONPatch] for a server whose value may be another one.
// Before a step into an element of a list stands a test of which element that is: of
// its key, the field tagged `atom:"key"`, and where the JSON form has none, of its
// whole old value. An element that comes or moves has those tested between which it
// goes; a list, slice or map that is replaced as a whole has its old value tested. So
// RFC 6902 has a server whose list differs refuse the patch as a whole, and never
// change another element than was meant.
//
// before points to the value that the changes were made of, as [atom.Entry.Before]
// returns it. The errors are those of JSONPatch, and ErrPath when it is another value.
//
// What RFC 6902 cannot test is that a member is not there: a list that omitempty has
// left out replaces what another device has put there meanwhile.
func (c Changes) GuardedPatch(before any) ([]byte, error) {
	from, err := siteOf(before)
	if err != nil {
		return nil, err
	}
	g := guardWriter{original: original{value: from}, tested: map[string]bool{}}
	w := patchWriter{out: []byte{'['}}
	for i := range c.steps {
		s := &c.steps[i]
		path := c.path(s)
		if err := g.step(&w, c, s, path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if i < len(c.steps)-1 {
			if err := g.advance(s, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return append(w.out, ']'), nil
}

// A guardWriter writes tests before the operations of a patch.
type guardWriter struct {
	original
	tested map[string]bool // elements, by pointer, that the patch has tested or put there
}

// step writes s, with its tests if it is anything in JSON.
func (g *guardWriter) step(w *patchWriter, c Changes, s *change, path Path) error {
	op := patchWriter{out: []byte{'['}}
	if err := op.step(c, s, path, s.addressable.in(c.addressable)); err != nil || len(op.out) == 1 {
		return err
	}
	if err := g.writeTests(w, c, s, path); err != nil {
		return err
	}
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, op.out[1:]...)
	return nil
}

// writeTests writes the tests of s.
func (g *guardWriter) writeTests(w *patchWriter, c Changes, s *change, path Path) (err error) {
	x, at := g.value, Path(nil)
	var f *field
	for i, step := range path {
		if x, err = x.deref(); err != nil {
			return err
		}
		at = path[:i]
		if !x.isSequence() {
			f = step.field()
		} else {
			f = nil
			come, whole := false, false // whether s is one of an element coming or moving
			if i == len(path)-1 {
				come = s.op == OpAdd || s.op == OpMove
				if s.op == OpMove {
					step.index = int(s.from)
				}
			}
			if !come || s.op == OpMove {
				if step.index < 0 || step.index >= x.len() {
					return ErrPath
				}
				if whole, err = g.testElement(w, x, at, step.index); err != nil {
					return err
				}
			}
			switch {
			case come:
				err = g.testNeighbours(w, x, at, s, path[i].index)
				g.forgetPositions(at, path[i].index)
				return err
			case i == len(path)-1 && s.op == OpRemove:
				clear(g.tested)
				return nil
			case whole:
				return nil
			}
		}
		if i < len(path)-1 {
			if x, err = x.child(step); err != nil {
				return err
			}
		}
	}
	if s.op != OpReplace || !s.plan.isContainer() || f != nil && f.omit != nil && s.plan.typ == f.plan.typ && f.omit(s.old) {
		return nil
	}
	clear(g.tested)
	return w.test(path.String(), site{s.plan, s.old, s.addressable.in(c.addressable)}, f)
}

// isContainer reports whether p is a collection to which different devices may add: what
// replaces it as a whole replaces what they have put there.
func (p *plan) isContainer() bool {
	switch p.kind {
	case kindSlice, kindGoMap, kindList, kindMap:
		return !p.leaf
	}
	return false
}

// testElement writes a test of which element is at position i of the sequence x at a
// path, if that is not known; whole reports that it is of its whole value.
func (g *guardWriter) testElement(w *patchWriter, x site, at Path, i int) (whole bool, err error) {
	e := x.element(i)
	name := at.With(ElementStep(i, nil)).String()
	key, f := e.jsonKey()
	if whole = f == nil; g.tested[name] {
		return whole, nil
	}
	g.tested[name] = true
	if whole {
		return true, w.test(name, e, nil)
	}
	return false, w.test(name+"/"+fieldStep(f).String(), key, f)
}

// jsonKey is the identity of an element, when the element is a JSON object that has it.
func (x site) jsonKey() (key site, f *field) {
	if x.plan.kind == kindPointer {
		x = site{x.plan.elem, *(*unsafe.Pointer)(x.at), Addressable}
	}
	if x.at == nil || x.plan.hasOwnForm(x.addressable) || x.plan.kind != kindStruct || x.plan.identity == nil {
		return key, nil
	}
	f = x.plan.identity
	key = site{f.plan, unsafe.Add(x.at, f.offset), x.addressable}
	if f.hidden || f.inline || f.omit != nil && f.omit(key.at) {
		return key, nil
	}
	return key, f
}

// predecessors writes tests of the elements between which one comes, or moves, to
// position i.
func (g *guardWriter) testNeighbours(w *patchWriter, x site, at Path, s *change, i int) error {
	n := x.len()
	behind, before := i-1, i
	if s.op == OpMove { // as positions are while it is still where it was
		behind, before = positionBeforeMove(behind, int(s.from)), positionBeforeMove(before, int(s.from))
	}
	if n == 0 {
		return w.test(at.String(), x, nil)
	}
	for _, i := range [2]int{behind, before} {
		if i >= 0 && i < n {
			if _, err := g.testElement(w, x, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// positionBeforeMove is position i while the element at position from is still there.
func positionBeforeMove(i, from int) int {
	if i >= from {
		i++
	}
	return i
}

// forgetPositions forgets what it knew of other positions, when an element has come to
// position i: that one is known, and those beside it.
func (g *guardWriter) forgetPositions(at Path, i int) {
	clear(g.tested)
	for j := max(0, i-1); j <= i+1; j++ {
		g.tested[at.With(ElementStep(j, nil)).String()] = true
	}
}

// test writes a test of the value of x, that of f or of an element.
func (w *patchWriter) test(path string, x site, f *field) error {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, `{"op":"test","path":`...)
	w.string(path)
	w.out = append(w.out, `,"value":`...)
	if err := w.value(x.plan, x.at, f, x.addressable); err != nil {
		return err
	}
	w.out = append(w.out, '}')
	return nil
}
