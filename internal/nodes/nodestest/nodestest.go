// Package nodestest has tests say how long a rendering takes, and tells them what is
// rendered before go-app's next frame.
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

// StopClock puts a clock in place of the real one until the test ends: a rendering
// takes no time by it, however busy the machine is. It is the same one for all that
// a test does.
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

// AtOnce calls do, and meanwhile look whenever a component has been rendered that
// has not waited for go-app's frame.
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
