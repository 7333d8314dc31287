package saga

import (
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/nodes"
)

// Lanes returns how many lanes a store has.
func Lanes(s *atom.Store) (n int) {
	r := registryOf(s)
	s.Batch(func(*atom.Batch) { n = len(r.lanes) })
	return n
}

// ReplaceForgotten has f called instead of the panic about a component that was
// never mounted, and the panic restored by the function it returns.
func ReplaceForgotten(f func(message string)) (restore func()) {
	before := forgotten
	forgotten = f
	return func() { forgotten = before }
}

// WithoutRenderer leaves the rendering to go-app's frame loop.
func WithoutRenderer() (restore func()) {
	before := nodes.Known
	nodes.Known = func() nodes.Renderer { return nil }
	return func() { nodes.Known = before }
}

// WithoutRendererAndMarking has components rendered the way that is left when
// go-app's field for marking them is gone, too.
func WithoutRendererAndMarking() (restore func()) {
	if !marking.known {
		panic("saga: go-app has no such field any more: see flag")
	}
	marking.known = false
	rendered := WithoutRenderer()
	return func() { marking.known = true; rendered() }
}

// Elapse lets the time pass that a component may take to be mounted, if it has
// begun. It reports whether it has.
func Elapse(b *Bind) bool {
	if b.alarm == nil {
		return false
	}
	b.alarm.Stop()
	b.lookAfter()
	return true
}

// Retries returns how often the effect of the task's saga may be tried again.
func (t *Task) Retries() int { return t.performed().retry.Retries }

// NextOf is what a backoff does after the n-th attempt.
func NextOf(b Backoff, n int, err error) (wait time.Duration, again bool) { return b.next(n, err) }
