// Package nodestest lets tests set how long a rendering takes, see what is rendered
// before go-app's next frame, and do without what go-app does not export.
package nodestest

import (
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// A Clock moves when the test says so.
type Clock struct{ now time.Duration }

var stopped *Clock

// StopClock replaces the clock of package nodes until the test ends: a rendering takes
// no time by it, however busy the machine is. Within one test it returns the same
// clock each time.
func StopClock(t testing.TB) *Clock {
	if stopped == nil {
		real := nodes.Now
		stopped = &Clock{}
		nodes.Now = func() time.Duration { return stopped.now }
		t.Cleanup(func() { nodes.Now, stopped = real, nil })
	}
	return stopped
}

// Pass lets time pass.
func (c *Clock) Pass(d time.Duration) { c.now += d }

// AtOnce calls do and, meanwhile, calls look after each component that is rendered
// without waiting for go-app's frame.
func AtOnce(do, look func()) {
	known := nodes.Known
	nodes.Known = func() nodes.Renderer { return watched{known(), look} }
	defer func() { nodes.Known = known }()
	do()
}

type watched struct {
	nodes.Renderer
	look func()
}

func (w watched) UpdateComponentRoot(ctx app.Context, v app.Composer) (app.UI, error) {
	shown, err := w.Renderer.UpdateComponentRoot(ctx, v)
	w.look()
	return shown, err
}

// WithoutRenderer has go-app's frame loop render, until the test ends.
func WithoutRenderer(t testing.TB) {
	known := nodes.Known
	nodes.Known = func() nodes.Renderer { return nil }
	t.Cleanup(func() { nodes.Known = known })
}

// WithoutMark has nothing mark single components, until the test ends.
func WithoutMark(t testing.TB) {
	mark := nodes.Mark
	nodes.Mark = nil
	t.Cleanup(func() { nodes.Mark = mark })
}
