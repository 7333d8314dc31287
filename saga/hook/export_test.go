package hook

import "github.com/atomsaga/atomsaga/internal/nodes"

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
		panic("hook: go-app has no such field any more: see flag")
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
