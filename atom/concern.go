package atom

import "slices"

// concern lists the paths that the part is about: what it changes, or its
// targets when it changes nothing.
func (p *part) concern() []Path {
	if !p.changes.Empty() {
		return p.changes.paths()
	}
	paths := make([]Path, len(p.edits))
	for i, e := range p.edits {
		paths[i] = e.path
	}
	return paths
}

func (p *part) touch(s *Store, why reason) { p.cell.touch(s, p.concern(), why) }

func (p *part) concerns(root uint64, path Path) bool {
	return p.cell.root == root && slices.ContainsFunc(p.concern(), func(q Path) bool { return overlap(q, path) })
}

// Concerns reports whether the entry is about a, a part of a, or something
// that a is a part of.
func (e *Entry) Concerns(r Reader, a Target) (yes bool) {
	root, path := a.target()
	r.view(nil, func(*Store) {
		yes = slices.ContainsFunc(e.parts, func(p part) bool { return p.concerns(root, path) })
	})
	return yes
}

// Overlaps reports whether both entries are about the same part of the state.
func (e *Entry) Overlaps(r Reader, other *Entry) (yes bool) {
	r.view(nil, func(*Store) {
		for i := range other.parts {
			o := &other.parts[i]
			for _, path := range o.concern() {
				yes = yes || slices.ContainsFunc(e.parts, func(p part) bool { return p.concerns(o.cell.root, path) })
			}
		}
	})
	return yes
}

// Overlap reports whether a and b are the same part of the state, or one is a
// part of the other.
func Overlap(a, b Target) bool {
	rootA, pathA := a.target()
	rootB, pathB := b.target()
	return rootA == rootB && overlap(pathA, pathB)
}

// Pending returns how many entries that concern a wait for their effect: those
// that change a, a part of it, or something that it is a part of. [Watch] tells
// when that may have changed.
func Pending(r Reader, a Target) (n int) {
	root, path := a.target()
	r.view(nil, func(s *Store) {
		c := s.cells[root]
		if c == nil {
			return
		}
		for _, p := range c.parts {
			if p.entry.state == entryPending && p.concerns(root, path) {
				n++
			}
		}
	})
	return n
}

// Nudge tells those who [Watch] something that overlaps a to look again,
// although no value has changed. For packages that keep a status beside it.
func Nudge(w Writer, a Target) {
	b := w.begin()
	defer w.end(b)
	a.nudge(b.s)
}
