package draft

import (
	"fmt"
	"slices"
	"unsafe"
)

// ApplyFrom is [Apply] for changes of elements without identity: before, the value that the
// changes were made of, tells which elements are meant. An element is the one at the same
// position if that is equal, else the only equal one in v. An added element is inserted behind
// the one that it was added behind.
//
// The error wraps [ErrPath] if there is no such element or more than one, and if a list,
// slice or map that is replaced as a whole differs from what it was.
func ApplyFrom[T any](v, before T, c Changes) (T, error) {
	next, err := Reapply(&v, &before, c)
	if err != nil {
		return v, err
	}
	return *next, nil
}

// needsOriginal reports whether the value that s was made of has to be known to apply s to
// another value.
func (s *change) needsOriginal() bool {
	return s.op == OpReplace && s.plan.isContainer() ||
		slices.ContainsFunc(s.path, func(x Step) bool { return x.key == nil && x.index != noIndex })
}

// applyFrom returns the p at prev with the changes c, which were made of the p at before,
// applied. It returns prev itself if c is empty, and if there is an error.
func (p *plan) applyFrom(prev, before unsafe.Pointer, c Changes) (next unsafe.Pointer, err error) {
	if c.Empty() {
		return prev, nil
	}
	if !slices.ContainsFunc(c.steps, func(s change) bool { return s.needsOriginal() }) {
		if next, err = p.apply(prev, c); err != nil {
			return prev, err
		}
		return next, nil
	}
	next = p.clone(prev)
	a, t := applier{many: true}, original{value: site{p, before, Addressable}}
	for i := range c.steps {
		s := c.steps[i]
		path := c.path(&s)
		to, err := t.relocate(&s, path, site{p, next, Addressable})
		if err == nil {
			err = a.apply(p, next, to, 0, &s)
		}
		if err == nil {
			err = t.advance(&c.steps[i], path)
		}
		if err != nil {
			return prev, fmt.Errorf("%w (change %d: %s %s)", err, i, s.op, path)
		}
	}
	return next, nil
}

// relocate returns the path in the other value, which is now, to what path leads to in the
// original, and adjusts s, which is a copy.
func (t *original) relocate(s *change, path Path, now site) (Path, error) {
	was, err := t.value, error(nil)
	for i := range path {
		if was, err = was.deref(); err != nil {
			return nil, err
		}
		if now, err = now.deref(); err != nil {
			return nil, err
		}
		if was.plan != now.plan {
			return nil, ErrPath // an interface holds another type
		}
		last, step := i == len(path)-1, path[i]
		switch {
		case was.isSequence() && step.key == nil:
			path = slices.Clone(path)
			from, at, err := s.counterpart(was, now, step.index, last)
			switch {
			case err != nil:
				return nil, err
			case last && (s.op == OpAdd || s.op == OpMove):
				path[i].index, s.from = now.insertPosition(was, step.index, from, at), int32(at)
				return path, nil
			}
			path[i].index = at
			was, now = was.element(from), now.element(at)
			continue
		case last && s.op != OpReplace:
			return path, nil
		}
		if was, err = was.child(step); err != nil {
			return nil, err
		}
		if now, err = now.child(step); err != nil {
			return nil, err
		}
	}
	if s.op == OpReplace && s.plan.isContainer() && !now.valueIs(s.plan, s.old) && !now.valueIs(s.plan, s.new) {
		return nil, ErrPath
	}
	return path, nil
}

// counterpart returns the position of the element of the sequence was that a step of the path
// of s to position i means, and the position of the same element in now. An added element has
// none. last says that it is the last step.
func (s *change) counterpart(was, now site, i int, last bool) (from, at int, err error) {
	switch {
	case last && s.op == OpAdd:
		return noElement, noElement, nil
	case last && s.op == OpMove:
		i = int(s.from)
	}
	if i < 0 || i >= was.len() {
		return 0, 0, ErrPath
	}
	at = now.indexOf(was.element(i), i)
	if at == noElement && last && s.op == OpReplace {
		at = now.indexOf(site{plan: s.plan, at: s.new}, i) // somebody else has made the same change
	}
	if at == noElement {
		return 0, 0, ErrPath
	}
	return i, at, nil
}

// valueIs reports whether x is, or points to, a p that equals the one at a.
func (x site) valueIs(p *plan, a unsafe.Pointer) bool {
	for x.plan != p {
		y, err := x.deref()
		if err != nil || y == x {
			return false
		}
		x = y
	}
	return x.equals(site{plan: p, at: a})
}

// insertPosition returns the position in the sequence x for an element that is inserted at
// position i of the sequence was: behind the same element, if that can be told. An element
// that moves is still at position wasFrom of was and nowFrom of x, which are noElement for
// an added one.
func (x site) insertPosition(was site, i, wasFrom, nowFrom int) int {
	n, behind := x.len(), i-1
	if wasFrom != noElement {
		n--
		if behind >= wasFrom {
			behind++
		}
	}
	if behind < 0 || behind >= was.len() {
		return min(i, n)
	}
	at := x.indexOf(was.element(behind), behind)
	switch {
	case at == noElement:
		return min(i, n)
	case nowFrom != noElement && at > nowFrom:
		return at
	case at == nowFrom: // an element equal to the one that moves
		return min(i, n)
	}
	return at + 1
}
