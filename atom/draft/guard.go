package draft

import (
	"fmt"
	"unsafe"
)

// GuardedPatch is [Changes.JSONPatch] with tests, for a server whose value may be another one.
// If it is, the server refuses the patch as a whole (RFC 6902, section 5) rather than change
// another element than was meant:
//
//   - Before a step into an element of a list stands a test of the element's key, the field
//     tagged `atom:"key"`, or of its whole old value if the JSON form has no key.
//   - Before an element is added or moved, those between which it goes are tested.
//   - Before a list, slice or map is replaced as a whole, its old value is tested.
//
// before points to the value that the changes were made of, as [atom.Entry.Before] returns
// it. The errors are those of JSONPatch, and one that wraps [ErrPath] if before is another
// value.
//
// RFC 6902 cannot test that a member is absent: a list that omitempty has left out replaces
// what another device has put there meanwhile.
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

// guardWriter writes tests in front of the operations of a patch.
type guardWriter struct {
	original
	tested map[string]bool // JSON pointers of elements that the patch has tested or written
}

// step writes s with its tests, or nothing if it has no JSON form.
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
	x, f := g.value, (*field)(nil) // f is the field that the last step goes to
	for i, step := range path {
		if x, err = x.deref(); err != nil {
			return err
		}
		if x.isSequence() {
			if done, err := g.testElementStep(w, x, s, path, i); done || err != nil {
				return err
			}
		}
		if f = step.field(); i < len(path)-1 {
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

// testElementStep writes the tests for step i of path, the path of s, which goes to an element
// of the sequence x. done reports that no further tests are needed.
func (g *guardWriter) testElementStep(w *patchWriter, x site, s *change, path Path, i int) (done bool, err error) {
	op, at, index := OpReplace, path[:i], path[i].index // to edit a part of an element is to replace it
	if i == len(path)-1 {
		op = s.op
	}
	old, whole := index, false
	if op == OpMove {
		old = int(s.from)
	}
	if op != OpAdd {
		if old < 0 || old >= x.len() {
			return false, ErrPath
		}
		if whole, err = g.testElement(w, x, at, old); err != nil {
			return false, err
		}
	}
	switch op {
	case OpAdd, OpMove:
		err = g.testNeighbours(w, x, at, s, index)
		g.forgetPositions(at, index)
		return true, err
	case OpRemove:
		clear(g.tested)
		return true, nil
	}
	return whole, nil
}

// isContainer reports whether p is a collection to which several devices may add: to replace
// it as a whole discards what others have added.
func (p *plan) isContainer() bool {
	switch p.kind {
	case kindSlice, kindGoMap, kindList, kindMap:
		return !p.leaf
	}
	return false
}

// testElement writes a test of the element at position i of the sequence x, which is at the
// path at, unless the element is known. whole reports that the test is of its whole value.
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

// jsonKey returns the identity of an element, if the element is a JSON object that has it.
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

// testNeighbours writes tests of the elements between which one is added, or moved, at
// position i.
func (g *guardWriter) testNeighbours(w *patchWriter, x site, at Path, s *change, i int) error {
	n := x.len()
	left, right := i-1, i
	if s.op == OpMove {
		left, right = positionBeforeMove(left, int(s.from)), positionBeforeMove(right, int(s.from))
	}
	if n == 0 {
		return w.test(at.String(), x, nil)
	}
	for _, i := range [2]int{left, right} {
		if i >= 0 && i < n {
			if _, err := g.testElement(w, x, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// positionBeforeMove returns position i, as it is while the element that moves is still at
// position from.
func positionBeforeMove(i, from int) int {
	if i >= from {
		i++
	}
	return i
}

// forgetPositions is called when an element has been put at position i. It is known, and its
// neighbours are; the other positions have changed.
func (g *guardWriter) forgetPositions(at Path, i int) {
	clear(g.tested)
	for j := max(0, i-1); j <= i+1; j++ {
		g.tested[at.With(ElementStep(j, nil)).String()] = true
	}
}

// test writes a test of the value of x, which is that of f or of an element.
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
