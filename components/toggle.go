package components

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A ToggleCompo is a switch with a label. It is made by [Toggle].
type ToggleCompo struct {
	app.Compo
	Props  toggleProps // set by the methods; exported because go-app copies only such fields when it reuses a component
	target targetTracker
	button app.UI // the mounted one
	shown  bool   // what the button shows
}

type toggleProps struct {
	onChange           func(app.Context, bool) // first: functions are never equal, which ends go-app's comparison early
	id, label          string
	on                 bool
	disabled, readOnly bool
	status             statusSnapshot
}

// Toggle returns a switch that is on or off:
//
//	components.Toggle().ID("direction").Label("Has direction").
//		On(kind.HasDirection).OnChange(c.set).Status(&c.kind)
func Toggle() *ToggleCompo { return &ToggleCompo{} }

// ID sets the id of the button. In a list it has to identify the row: when rows move, the
// focus stays with it. Without an ID the toggle makes its own.
func (c *ToggleCompo) ID(id string) *ToggleCompo { c.Props.id = id; return c }

// Label sets the text beside the switch, which can be clicked, too. Without one the page
// should have a <label for> of its own.
func (c *ToggleCompo) Label(text string) *ToggleCompo { c.Props.label = text; return c }

// On sets whether the switch is on.
func (c *ToggleCompo) On(on bool) *ToggleCompo { c.Props.on = on; return c }

// OnChange sets the function that is called when the user toggles, with the new state. The
// switch shows that at once, and after the next rendering what On says. Without an OnChange
// the toggle is read-only.
func (c *ToggleCompo) OnChange(f func(ctx app.Context, on bool)) *ToggleCompo {
	c.Props.onChange = f
	return c
}

// Status sets where the toggle finds what is pending and what has failed: usually the hook
// whose value it shows, which has to be bound already. With a hook only its component is
// rendered after OnChange, and none of those around it.
func (c *ToggleCompo) Status(s Status) *ToggleCompo { c.Props.status = snapshot(s); return c }

// Disabled sets whether the switch can neither be toggled nor focused.
func (c *ToggleCompo) Disabled(b bool) *ToggleCompo { c.Props.disabled = b; return c }

// ReadOnly sets whether the switch can be focused, but not toggled.
func (c *ToggleCompo) ReadOnly(b bool) *ToggleCompo { c.Props.readOnly = b; return c }

func (c *ToggleCompo) newTarget() target { return c.Props.status.target(c.Props.id) }

// OnInit is called by go-app.
func (c *ToggleCompo) OnInit() { c.target.current = c.newTarget() }

// OnUpdate is called by go-app.
func (c *ToggleCompo) OnUpdate(ctx app.Context) {
	before, changed := c.target.retarget(c.newTarget())
	if changed && app.IsClient {
		button := c.button.JSValue()
		c.target.moveUser(ctx, button, before, interaction{focused: focused(button)})
	}
}

// OnDismount is called by go-app.
func (c *ToggleCompo) OnDismount() {
	if removedWithFocus(c.target.id(c.Props.id)) != nil {
		interaction{focused: true}.resumeAt(c.Props.id)
	}
}

// Render is called by go-app.
func (c *ToggleCompo) Render() app.UI {
	props := &c.Props
	control := c.target.id(props.id)
	id := attribute(control)
	c.show(props.on)

	button := app.Button().Type("button").Role("switch").ID(id).Class("as-switch").
		Aria("checked", boolAttr(props.on)).
		Aria("busy", boolAttr(props.status.pending)).
		On("click", c.onClick).
		Body(app.Span().Class("as-switch-thumb"))
	if props.label != "" {
		button.Aria("labelledby", id+"-label")
	}
	if props.disabled {
		button.Disabled(true)
	}
	if props.readOnly || props.onChange == nil {
		button.Aria("readonly", boolAttr(true))
	}
	if props.status.failure != nil {
		button.Aria("describedby", alertID(id))
	}
	if c.button == nil || !c.button.Mounted() {
		c.button = button
		if app.IsClient {
			trackFocus()
		}
	}
	return app.Div().Class("as-control", "as-toggle").
		DataSet("component", "toggle").
		DataSet("pending", boolAttr(props.status.pending)).
		DataSet("failed", boolAttr(props.status.failure != nil)).
		Body(
			button,
			app.If(props.label != "", func() app.UI {
				return app.Label().ID(id + "-label").For(id).Class("as-label").Text(props.label)
			}),
			props.status.alert(control, props.label),
		)
}

func (c *ToggleCompo) onClick(ctx app.Context, e app.Event) {
	props := &c.Props
	if props.onChange == nil || props.disabled || props.readOnly || !c.target.aimedAtCurrent(e) {
		ctx.PreventUpdate()
		return
	}
	c.show(!c.shown)
	props.onChange(ctx, c.shown)
	props.status.refresh(ctx)
}

// show writes to the button itself: that is some milliseconds earlier than go-app's next
// frame. And go-app, which compares with what it has rendered, would not take a click back
// when On has not changed.
func (c *ToggleCompo) show(on bool) {
	if c.shown == on {
		return
	}
	c.shown = on
	if c.button != nil && c.button.Mounted() {
		c.button.JSValue().Call("setAttribute", "aria-checked", strconv.FormatBool(on))
	}
}
