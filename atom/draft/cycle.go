package draft

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrCycle is returned by updates of a value that contains itself. It has no end, and no
// JSON form.
var ErrCycle = errors.New("draft: value contains itself")

// cycleCheckDepth is the number of nested references from which a walk looks for cycles.
const cycleCheckDepth = 500

// walk traverses one value, or two side by side. Its methods stop at the first error, which
// they keep in err.
type walk struct {
	err        error
	depth      int
	following  map[unsafe.Pointer]int // how often each reference is being followed, below cycleCheckDepth
	everything bool                   // detach also copies what is immutable
	asJSON     bool                   // equal compares times as JSON shows them
}

// fail keeps err if it is the first one.
func (w *walk) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// enter is called before the reference to a is followed, and leave afterwards. It reports
// false if the reference is being followed already, or after an error.
func (w *walk) enter(p *plan, a unsafe.Pointer) bool {
	if w.err != nil {
		return false
	}
	if w.depth++; w.depth > cycleCheckDepth {
		if w.following == nil {
			w.following = map[unsafe.Pointer]int{}
		}
		// A struct and its first field have one address, so a few visits prove nothing.
		if w.following[a]++; w.following[a] > 3 {
			w.fail(fmt.Errorf("%w: at a %s", ErrCycle, p.typ))
			w.leave(a)
			return false
		}
	}
	return true
}

// leave is called when the reference to a has been followed.
func (w *walk) leave(a unsafe.Pointer) {
	if w.depth--; w.following != nil {
		w.following[a]--
	}
}
