package app

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// networkPanel sets the conditions, and keeps them in the browser, for all tabs.
type networkPanel struct {
	app.Compo
	bind
	elsewhere         app.Func // called when another tab has set them
	latency, failures hook.View[int]
}

// conditions is how the network is, as the browser keeps it.
type conditions struct{ Latency, Failures int }

// kept is the name under which it does.
const kept = "atomsaga/network"

// shaky is what the button sets.
var shaky = conditions{Latency: 2000, Failures: 50}

func (p *networkPanel) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	p.remember(ctx)
	p.elsewhere = app.FuncOf(func(app.Value, []app.Value) any { ctx.Dispatch(p.remember); return nil })
	app.Window().Call("addEventListener", "storage", p.elsewhere)
}

func (p *networkPanel) OnDismount() {
	app.Window().Call("removeEventListener", "storage", p.elsewhere)
	p.elsewhere.Release()
	p.bind.OnDismount()
}

// remember takes the conditions that were set before, or in another tab.
func (p *networkPanel) remember(ctx app.Context) {
	var now conditions
	if ctx.LocalStorage().Get(kept, &now) == nil && now.valid() {
		p.become(now)
	}
}

func (c conditions) valid() bool {
	return 0 <= c.Latency && c.Latency <= longestLatency && 0 <= c.Failures && c.Failures <= mostFailures
}

func (p *networkPanel) Render() app.UI {
	now := conditions{p.latency.Use(&p.bind, latency), p.failures.Use(&p.bind, failures)}
	return app.Elem("details").Class("panel").DataSet("testid", "network").DataSet("simulating", now != conditions{}).Body(
		app.Elem("summary").Body(
			app.Span().Class("panel-title").Text("Network"),
			app.Span().Class("panel-state").Text(now.String()),
		),
		app.Div().Class("panel-body").Body(
			app.P().Class("hint").Text("Make it slow, let half of it fail, and change several things before the first answer: "+
				"each failure takes back its own change, and what you did later stays."),
			slider("latency", "Latency", longestLatency, 100, fmt.Sprintf("%d ms", now.Latency), p.setLatency),
			slider("failures", "Failures", mostFailures, 5, fmt.Sprintf("%d %%", now.Failures), p.setFailures),
			p.button(now),
		),
	)
}

func (c conditions) String() string {
	switch {
	case c == conditions{}:
		return "as it is"
	case c.Failures == 0:
		return fmt.Sprintf("%d ms slower", c.Latency)
	case c.Latency == 0:
		return fmt.Sprintf("%d %% fail", c.Failures)
	default:
		return fmt.Sprintf("%d ms slower, %d %% fail", c.Latency, c.Failures)
	}
}

// slider is a range input from 0. Its value is not go-app's: that sets
// attributes in any order, and a value beyond the limit that is there before
// max would be cut.
func slider(id, label string, max, step int, value string, set app.EventHandler) app.UI {
	return app.Div().Class("slider").Body(
		app.Label().For(id).Text(label),
		app.Input().Type("range").ID(id).Min(0).Max(max).Attr("step", step).Value(0).Aria("valuetext", value).OnInput(set),
		app.Output().For(id).Text(value),
	)
}

func (p *networkPanel) button(now conditions) app.UI {
	if now == (conditions{}) {
		return app.Button().Type("button").Class("as-button").Text("Make it slow and shaky").OnClick(p.shake)
	}
	return app.Button().Type("button").Class("as-button").Text("Back to as it is").OnClick(p.calm)
}

func (p *networkPanel) setLatency(ctx app.Context, _ app.Event)  { p.set(ctx, latency) }
func (p *networkPanel) setFailures(ctx app.Context, _ app.Event) { p.set(ctx, failures) }

func (p *networkPanel) set(ctx app.Context, part *atom.Atom[int]) {
	if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
		part.Set(p.Store(), n)
		p.keep(ctx)
	}
}

func (p *networkPanel) shake(ctx app.Context, _ app.Event) { p.become(shaky); p.keep(ctx) }
func (p *networkPanel) calm(ctx app.Context, _ app.Event)  { p.become(conditions{}); p.keep(ctx) }

// become sets the conditions, and moves the sliders there.
func (p *networkPanel) become(c conditions) {
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

// keep writes the conditions where a reload finds them. A browser that keeps
// nothing, as in a private window, is no reason to complain.
func (p *networkPanel) keep(ctx app.Context) {
	_ = ctx.LocalStorage().Set(kept, conditions{latency.Get(p.Store()), failures.Get(p.Store())})
}
