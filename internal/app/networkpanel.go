package app

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// networkPanel sets the conditions to simulate, and stores them in the browser for all
// its tabs.
type networkPanel struct {
	app.Compo
	bind
	onStorage         app.Func // called when another tab has stored conditions
	latency, failures hook.View[int]
}

// networkConditions are the simulated conditions, as the browser stores them. The zero
// value simulates nothing.
type networkConditions struct{ Latency, Failures int }

// networkKey is their key in the local storage.
const networkKey = "atomsaga/network"

// shakyNetwork are the conditions that the button sets.
var shakyNetwork = networkConditions{Latency: 2000, Failures: 50}

func (p *networkPanel) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	p.restore(ctx)
	p.onStorage = app.FuncOf(func(app.Value, []app.Value) any { ctx.Dispatch(p.restore); return nil })
	app.Window().Call("addEventListener", "storage", p.onStorage)
}

func (p *networkPanel) OnDismount() {
	app.Window().Call("removeEventListener", "storage", p.onStorage)
	p.onStorage.Release()
	p.bind.OnDismount()
}

// restore applies the stored conditions.
func (p *networkPanel) restore(ctx app.Context) {
	var now networkConditions
	if ctx.LocalStorage().Get(networkKey, &now) == nil && now.valid() {
		p.apply(now)
	}
}

func (c networkConditions) valid() bool {
	return 0 <= c.Latency && c.Latency <= maxLatency && 0 <= c.Failures && c.Failures <= maxFailures
}

func (p *networkPanel) Render() app.UI {
	now := networkConditions{p.latency.Use(&p.bind, latency), p.failures.Use(&p.bind, failures)}
	return app.Elem("details").Class("panel").DataSet("testid", "network").DataSet("simulating", now != networkConditions{}).Body(
		app.Elem("summary").Body(
			app.Span().Class("panel-title").Text("Network"),
			app.Span().Class("panel-state").Text(now.String()),
		),
		app.Div().Class("panel-body").Body(
			app.P().Class("hint").Text("Make it slow, let half of it fail, and change several things before the first answer: "+
				"each failure takes back its own change, and what you did later stays."),
			slider("latency", "Latency", maxLatency, 100, fmt.Sprintf("%d ms", now.Latency), p.setLatency),
			slider("failures", "Failures", maxFailures, 5, fmt.Sprintf("%d %%", now.Failures), p.setFailures),
			p.button(now),
		),
	)
}

func (c networkConditions) String() string {
	switch {
	case c == networkConditions{}:
		return "as it is"
	case c.Failures == 0:
		return fmt.Sprintf("%d ms slower", c.Latency)
	case c.Latency == 0:
		return fmt.Sprintf("%d %% fail", c.Failures)
	default:
		return fmt.Sprintf("%d ms slower, %d %% fail", c.Latency, c.Failures)
	}
}

// slider renders a range input from 0 to limit. Its value is set by apply: go-app sets
// attributes in any order, and a browser cuts a value that is set before max.
func slider(id, label string, limit, step int, value string, set app.EventHandler) app.UI {
	return app.Div().Class("slider").Body(
		app.Label().For(id).Text(label),
		app.Input().Type("range").ID(id).Min(0).Max(limit).Attr("step", step).Value(0).Aria("valuetext", value).OnInput(set),
		app.Output().For(id).Text(value),
	)
}

func (p *networkPanel) button(now networkConditions) app.UI {
	if now == (networkConditions{}) {
		return app.Button().Type("button").Class("as-button").Text("Make it slow and shaky").OnClick(p.onSimulate)
	}
	return app.Button().Type("button").Class("as-button").Text("Back to as it is").OnClick(p.onReset)
}

func (p *networkPanel) setLatency(ctx app.Context, _ app.Event)  { p.setPart(ctx, latency) }
func (p *networkPanel) setFailures(ctx app.Context, _ app.Event) { p.setPart(ctx, failures) }

func (p *networkPanel) setPart(ctx app.Context, part *atom.Atom[int]) {
	if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
		part.Set(p.Store(), n)
		p.save(ctx)
	}
}

func (p *networkPanel) onSimulate(ctx app.Context, _ app.Event) { p.apply(shakyNetwork); p.save(ctx) }
func (p *networkPanel) onReset(ctx app.Context, _ app.Event) {
	p.apply(networkConditions{})
	p.save(ctx)
}

// apply sets the conditions and the sliders.
func (p *networkPanel) apply(c networkConditions) {
	p.Store().Batch(func(b *atom.Batch) {
		latency.Set(b, c.Latency)
		failures.Set(b, c.Failures)
	})
	for id, value := range map[string]int{"latency": c.Latency, "failures": c.Failures} {
		if input := app.Window().GetElementByID(id); input.Truthy() {
			input.Set("value", value)
		}
	}
}

// save stores the conditions for a reload and for other tabs. It ignores errors: a
// browser may store nothing, as in a private window.
func (p *networkPanel) save(ctx app.Context) {
	_ = ctx.LocalStorage().Set(networkKey, networkConditions{latency.Get(p.Store()), failures.Get(p.Store())})
}
