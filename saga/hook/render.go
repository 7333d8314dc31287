package hook

import (
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

const (
	frameInterval = time.Second / 120 // of go-app's frame loop
	inlineBudget  = frameInterval / 2 // a rendering that takes longer is made once a frame at most
)

// waitsForFrame reports whether the component is rendered in go-app's next frame, and not
// at once. Many changes in a row would otherwise render a slow component for each of them.
// A component with a missing atom waits because its parent is usually about to remove it.
func (b *Bind) waitsForFrame() bool {
	return nodes.Known() == nil ||
		b.renderTime > inlineBudget && nodes.Now()-b.renderedAt < frameInterval ||
		slices.ContainsFunc(b.views, anyView.missing)
}

// render renders the component now, by go-app's own comparison: its next frame finds
// nothing to do.
func (b *Bind) render() {
	start := nodes.Now()
	if _, err := nodes.Known().UpdateComponentRoot(b.ctx, b.ctx.Src().(app.Composer)); err != nil {
		panic(err) // as go-app does
	}
	b.renderedAt = nodes.Now()
	b.renderTime = b.renderedAt - start
}

// renderNextFrame has go-app render the component in its next frame.
func (b *Bind) renderNextFrame() {
	if c, isComponent := b.ctx.Src().(app.Composer); isComponent && nodes.Mark != nil {
		nodes.Mark(b.ctx, c)
	} else {
		b.ctx.Async(b.ctx.Update)
	}
}
