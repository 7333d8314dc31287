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
	g := guardian{track: track{now: from}, known: map[string]bool{}}
	w := patchWriter{out: []byte{'['}}
	for i := range c.steps {
		s := &c.steps[i]
		path := c.path(s)
		if err := g.step(&w, c, s, path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if i < len(c.steps)-1 {
			if err := g.follow(s, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return append(w.out, ']'), nil
}

// A guardian writes tests before the operations of a patch.
type guardian struct {
	track
	known map[string]bool // elements, by pointer, that the patch has tested or put there
}

// step writes s, with its tests if it is anything in JSON.
func (g *guardian) step(w *patchWriter, c Changes, s *change, path Path) error {
	op := patchWriter{out: []byte{'['}}
	if err := op.step(c, s, path, s.stands.in(c.stands)); err != nil || len(op.out) == 1 {
		return err
	}
	if err := g.guard(w, c, s, path); err != nil {
		return err
	}
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, op.out[1:]...)
	return nil
}

// guard writes the tests of s.
func (g *guardian) guard(w *patchWriter, c Changes, s *change, path Path) (err error) {
	x, at := g.now, Path(nil)
	var f *field
	for i, step := range path {
		if x, err = x.open(); err != nil {
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
				if whole, err = g.element(w, x, at, step.index); err != nil {
					return err
				}
			}
			switch {
			case come:
				err = g.neighbours(w, x, at, s, path[i].index)
				g.moved(at, path[i].index)
				return err
			case i == len(path)-1 && s.op == OpRemove:
				clear(g.known)
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
	if s.op != OpReplace || !s.plan.holds() || f != nil && f.omit != nil && s.plan.typ == f.plan.typ && f.omit(s.old) {
		return nil
	}
	clear(g.known)
	return w.test(path.String(), site{s.plan, s.old, s.stands.in(c.stands)}, f)
}

// holds reports whether p is a collection to which different devices may add: what
// replaces it as a whole replaces what they have put there.
func (p *plan) holds() bool {
	switch p.kind {
	case kindSlice, kindMap, kindList, kindTable:
		return !p.leaf
	}
	return false
}

// element writes a test of which element is at position i of the sequence x at a
// path, if that is not known; whole reports that it is of its whole value.
func (g *guardian) element(w *patchWriter, x site, at Path, i int) (whole bool, err error) {
	e := x.element(i)
	name := at.With(ElementStep(i, nil)).String()
	key, f := e.shownKey()
	if whole = f == nil; g.known[name] {
		return whole, nil
	}
	g.known[name] = true
	if whole {
		return true, w.test(name, e, nil)
	}
	return false, w.test(name+"/"+fieldStep(f).String(), key, f)
}

// shownKey is the identity of an element, when the element is a JSON object that has it.
func (x site) shownKey() (key site, f *field) {
	if x.plan.kind == kindPointer {
		x = site{x.plan.elem, *(*unsafe.Pointer)(x.at), Addressed}
	}
	if x.at == nil || x.plan.formed(x.stands) || x.plan.kind != kindStruct || x.plan.identity == nil {
		return key, nil
	}
	f = x.plan.identity
	key = site{f.plan, unsafe.Add(x.at, f.offset), x.stands}
	if f.hidden || f.inline || f.omit != nil && f.omit(key.at) {
		return key, nil
	}
	return key, f
}

// neighbours writes tests of the elements between which one comes, or moves, to
// position i.
func (g *guardian) neighbours(w *patchWriter, x site, at Path, s *change, i int) error {
	n := x.len()
	behind, before := i-1, i
	if s.op == OpMove { // as positions are while it is still where it was
		behind, before = unmoved(behind, int(s.from)), unmoved(before, int(s.from))
	}
	if n == 0 {
		return w.test(at.String(), x, nil)
	}
	for _, i := range [2]int{behind, before} {
		if i >= 0 && i < n {
			if _, err := g.element(w, x, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmoved is position i while the element at position from is still there.
func unmoved(i, from int) int {
	if i >= from {
		i++
	}
	return i
}

// moved forgets what it knew of other positions, when an element has come to
// position i: that one is known, and those beside it.
func (g *guardian) moved(at Path, i int) {
	clear(g.known)
	for j := max(0, i-1); j <= i+1; j++ {
		g.known[at.With(ElementStep(j, nil)).String()] = true
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
	if err := w.value(x.plan, x.at, f, x.stands); err != nil {
		return err
	}
	w.out = append(w.out, '}')
	return nil
}
