package atom

// anywhere identifies a focus of which it is not known where in its parent it
// points. Its spot is told of every change of the parent.
type anywhere uint64

func isAnywhere(identity any) bool { _, ok := identity.(anywhere); return ok }

// overlap reports whether one path is the other, or leads to it.
func overlap(a, b Path) bool {
	for i := range min(len(a), len(b)) {
		x, y := a[i].identity(), b[i].identity()
		if x == nil || y == nil || isAnywhere(x) || isAnywhere(y) {
			return true // may be the same
		}
		if x != y {
			return false
		}
	}
	return true
}
