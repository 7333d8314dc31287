package draft

import (
	"fmt"
	"slices"
	"unsafe"
)

// ApplyFrom is [Apply] of changes that were made of before, whatever v is. What before
// has tells which element was meant where elements have no identity: it is the one at
// the same position if it has the same value, else the only one in v that has. One that
// comes goes behind the one that it came behind. ErrPath when there is no such element,
// or several, and when a list, slice or map that is replaced as a whole is not what it was.
func ApplyFrom[T any](v, before T, c Changes) (T, error) {
	next, err := Reapply(&v, &before, c)
	if err != nil {
		return v, err
	}
	return *next, nil
}

// Reapply is ApplyFrom on values that are not copied. It is compiled for each
// type, so it is small.
func Reapply[T any](prev, before *T, c Changes) (*T, error) {
	p, err := planFor[T]()
	if err != nil {
		return prev, err
	}
	next, err := p.appliedFrom(unsafe.Pointer(prev), unsafe.Pointer(before), c)
	return (*T)(next), err
}

// relies reports whether it takes the value that s was made of to know what s means.
func (s *change) relies() bool {
	return s.op == OpReplace && s.plan.holds() ||
		slices.ContainsFunc(s.path, func(x Step) bool { return x.key == nil && x.index != noIndex })
}

// Reapply is a p with changes of the one at before done to what the one at prev is:
// that one itself without changes, and with an error.
func (p *plan) appliedFrom(prev, before unsafe.Pointer, c Changes) (next unsafe.Pointer, err error) {
	if c.Empty() {
		return prev, nil
	}
	if !slices.ContainsFunc(c.steps, func(s change) bool { return s.relies() }) {
		if next, err = p.applied(prev, c); err != nil {
			return prev, err
		}
		return next, nil
	}
	next = p.copied(prev)
	a, t := applier{many: true}, track{now: site{p, before, Addressed}}
	for i := range c.steps {
		s := c.steps[i]
		path := c.path(&s)
		to, err := t.relocate(&s, path, site{p, next, Addressed})
		if err == nil {
			err = a.apply(p, next, to, 0, &s)
		}
		if err == nil {
			err = t.follow(&c.steps[i], path)
		}
		if err != nil {
			return prev, fmt.Errorf("%w (change %d: %s %s)", err, i, s.op, path)
		}
	}
	return next, nil
}

// relocate returns the path that leads in another value to what it leads to in t's,
// and has s, a copy, move from there.
func (t *track) relocate(s *change, path Path, now site) (Path, error) {
	was, err := t.now, error(nil)
	for i := range path {
		if was, err = was.open(); err != nil {
			return nil, err
		}
		if now, err = now.open(); err != nil {
			return nil, err
		}
		if was.plan != now.plan {
			return nil, ErrPath // other things behind an interface
		}
		last, step := i == len(path)-1, path[i]
		if was.isSequence() && step.key == nil {
			path = slices.Clone(path)
			if last && s.op == OpAdd {
				path[i].index = now.placeOf(was, step.index, none, none)
				return path, nil
			}
			from := step.index
			if last && s.op == OpMove {
				from = int(s.from)
			}
			if from < 0 || from >= was.len() {
				return nil, ErrPath
			}
			at := now.indexOf(was.element(from), from)
			if at == none && last && s.op == OpReplace {
				at = now.indexOf(site{plan: s.plan, at: s.new}, from) // somebody else has done the same
			}
			if at == none {
				return nil, ErrPath
			}
			if last && s.op == OpMove {
				path[i].index, s.from = now.placeOf(was, step.index, from, at), int32(at)
				return path, nil
			}
			path[i].index = at
			was, now = was.element(from), now.element(at)
			continue
		}
		if last && s.op != OpReplace {
			return path, nil
		}
		if was, err = was.child(step); err != nil {
			return nil, err
		}
		if now, err = now.child(step); err != nil {
			return nil, err
		}
	}
	if s.op == OpReplace && s.plan.holds() && !now.has(s.plan, s.old) && !now.has(s.plan, s.new) {
		return nil, ErrPath
	}
	return path, nil
}

// has reports whether x is, or points to, a p that is equal to the one at a.
func (x site) has(p *plan, a unsafe.Pointer) bool {
	for x.plan != p {
		y, err := x.open()
		if err != nil || y == x {
			return false
		}
		x = y
	}
	return x.equals(site{plan: p, at: a})
}

// placeOf is where in the sequence x an element goes that goes to position i of the
// sequence was: behind the one that it goes behind there, if that can be told. An
// element that moves is still at position wasFrom there, and at nowFrom here; none for one
// that comes.
func (x site) placeOf(was site, i, wasFrom, nowFrom int) int {
	n, behind := x.len(), i-1
	if wasFrom != none {
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
	case at == none:
		return min(i, n)
	case nowFrom != none && at > nowFrom:
		return at
	case at == nowFrom: // Equal to the one that moves
		return min(i, n)
	}
	return at + 1
}
