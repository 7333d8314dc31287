package app

import "time"

// workSlice is how long a yielder lets work run before it yields to the browser.
const workSlice = 8 * time.Millisecond

// A yielder interrupts long work, so that the browser, which has only this one thread,
// can draw and handle events in between.
type yielder struct{ sliceStart time.Time }

func newYielder() *yielder { return &yielder{time.Now()} }

// yield lets the browser run, and reports true, when workSlice has passed since it last
// did. The work must call it often.
func (t *yielder) yield() bool {
	if time.Since(t.sliceStart) < workSlice {
		return false
	}
	yieldToBrowser()
	t.sliceStart = time.Now()
	return true
}
