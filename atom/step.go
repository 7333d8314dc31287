package atom

// opaque identifies a focus of which it is not known where in its parent it
// points. Its place is told of every change of the parent.
type opaque uint64

func isOpaque(identity any) bool { _, ok := identity.(opaque); return ok }

// overlap reports whether one path is the other, or leads to it.
func overlap(a, b Path) bool {
	for i := range min(len(a), len(b)) {
		x, y := a[i].identity(), b[i].identity()
		if x == nil || y == nil || isOpaque(x) || isOpaque(y) {
			return true // may be the same
		}
		if x != y {
			return false
		}
	}
	return true
}
