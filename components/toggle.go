package components

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A ToggleControl is a switch that is on or off, with its label. Make it with
// [Toggle].
type ToggleControl struct {
	app.Compo
	Given    toggleProps // set by the methods; exported because go-app hands only such fields on
	identity identity
	button   app.UI // the mounted one
	shown    bool   // what it says
}

type toggleProps struct {
	change             func(app.Context, bool) // first: never equal, which ends go-app's comparison
	id, label          string
	on                 bool
	disabled, readOnly bool
	status             standing
}

// Toggle returns a switch:
//
//	components.Toggle().ID("direction").Label("Has direction").
//		On(kind.HasDirection).OnChange(c.set).Status(&c.kind)
func Toggle() *ToggleControl { return &ToggleControl{} }

// ID sets the id of the button. In a list it names the row, so that the focus
// stays with the row when rows move. Without one the toggle makes its own.
func (c *ToggleControl) ID(id string) *ToggleControl { c.Given.id = id; return c }

// Label sets the text beside the switch, a click on which toggles, too.
// Without one the page has a <label for> of its own.
func (c *ToggleControl) Label(text string) *ToggleControl { c.Given.label = text; return c }

// On sets whether the switch is on.
func (c *ToggleControl) On(on bool) *ToggleControl { c.Given.on = on; return c }

// OnChange sets what is called when the user toggles, with what the switch
// shall be. It shows that at once, and after the next rendering what On says.
// Without an OnChange the toggle is read-only.
func (c *ToggleControl) OnChange(f func(ctx app.Context, on bool)) *ToggleControl {
	c.Given.change = f
	return c
}

// Status sets where the toggle finds what is pending and what has failed:
// mostly the hook whose value it shows, bound already. After OnChange only the
// component that this hook belongs to is rendered, not those that it is in.
func (c *ToggleControl) Status(s Status) *ToggleControl { c.Given.status = read(s); return c }

// Disabled sets that the switch can neither be toggled nor focused.
func (c *ToggleControl) Disabled(b bool) *ToggleControl { c.Given.disabled = b; return c }

// ReadOnly sets that the switch can be focused, but not toggled.
func (c *ToggleControl) ReadOnly(b bool) *ToggleControl { c.Given.readOnly = b; return c }

func (c *ToggleControl) subject() subject { return c.Given.status.subject(c.Given.id) }

// OnInit is called by go-app.
func (c *ToggleControl) OnInit() { c.identity.now = c.subject() }

// OnUpdate is called by go-app.
func (c *ToggleControl) OnUpdate(ctx app.Context) {
	before, changed := c.identity.become(c.subject())
	if changed && app.IsClient {
		button := c.button.JSValue()
		c.identity.handOver(ctx, button, before, typing{focused: focused(button)})
	}
}

// OnDismount is called by go-app.
func (c *ToggleControl) OnDismount() {
	if takenAway(c.identity.id(c.Given.id)) != nil {
		typing{focused: true}.goOnAt(c.Given.id)
	}
}

// Render is called by go-app.
func (c *ToggleControl) Render() app.UI {
	given := &c.Given
	control := c.identity.id(given.id)
	id := attribute(control)
	c.show(given.on)

	button := app.Button().Type("button").Role("switch").ID(id).Class("as-switch").
		Aria("checked", truth(given.on)).
		Aria("busy", truth(given.status.pending)).
		On("click", c.click).
		Body(app.Span().Class("as-switch-thumb"))
	if given.label != "" {
		button.Aria("labelledby", id+"-label")
	}
	if given.disabled {
		button.Disabled(true)
	}
	if given.readOnly || given.change == nil {
		button.Aria("readonly", truth(true))
	}
	if given.status.failure != nil {
		button.Aria("describedby", failedID(id))
	}
	if c.button == nil || !c.button.Mounted() {
		c.button = button
		if app.IsClient {
			attend()
		}
	}
	return app.Div().Class("as-control", "as-toggle").
		DataSet("component", "toggle").
		DataSet("pending", truth(given.status.pending)).
		DataSet("failed", truth(given.status.failure != nil)).
		Body(
			button,
			app.If(given.label != "", func() app.UI {
				return app.Label().ID(id + "-label").For(id).Class("as-label").Text(given.label)
			}),
			given.status.below(control, given.label),
		)
}

func (c *ToggleControl) click(ctx app.Context, e app.Event) {
	given := &c.Given
	if given.change == nil || given.disabled || given.readOnly || !c.identity.meant(e) {
		ctx.PreventUpdate()
		return
	}
	c.show(!c.shown)
	given.change(ctx, c.shown)
	given.status.handled(ctx)
}

// show makes the switch say on. It writes to the element itself: that is some
// milliseconds earlier than go-app's next frame, and go-app, which does not
// know, would not take it back when On has not changed.
func (c *ToggleControl) show(on bool) {
	if c.shown == on {
		return
	}
	c.shown = on
	if c.button != nil && c.button.Mounted() {
		c.button.JSValue().Call("setAttribute", "aria-checked", strconv.FormatBool(on))
	}
}
