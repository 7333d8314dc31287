package hook

import (
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// Changes that come this fast behind each other are one rendering, where a
// rendering takes long.
const (
	frame = time.Second / 120 // go-app's
	quick = frame / 2         // what a rendering may take to be made as often as it is asked for
)

// waits reports whether the component is rendered in go-app's next frame, and not
// at once: when it would spend the page's time on being rendered for each of many
// changes, and when an atom of it is missing, because then it is mostly about to
// be taken away by what it is in.
func (b *Bind) waits() bool {
	return nodes.Known() == nil ||
		b.took > quick && nodes.Now()-b.drawn < frame ||
		slices.ContainsFunc(b.views, subscriber.missing)
}

// draw renders the component with go-app's own comparison, so that its next frame
// finds nothing to do.
func (b *Bind) draw() {
	began := nodes.Now()
	if _, err := nodes.Known().UpdateComponentRoot(b.ctx, b.ctx.Src().(app.Composer)); err != nil {
		panic(err) // as go-app does
	}
	b.drawn = nodes.Now()
	b.took = b.drawn - began
}
