package components

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (c *InputControl) subject() subject { return c.Given.status.subject(c.Given.id) }

// OnInit is called by go-app.
func (c *InputControl) OnInit() { c.identity.now = c.subject() }

// OnUpdate is called by go-app.
func (c *InputControl) OnUpdate(ctx app.Context) {
	if before, changed := c.identity.become(c.subject()); changed {
		c.identity.focusFollows(ctx, c.editing.element.JSValue(), before)
		c.editing.write(c.Given.value)
	}
}

// Render is called by go-app.
func (c *InputControl) Render() app.UI {
	given := &c.Given
	id := c.identity.id(given.id)
	label := app.Label().For(id).Class("as-label").Text(given.label)
	if given.label == "" {
		label.Attr("hidden", true)
	}
	invalid := app.P().ID(id+"-invalid").Class("as-invalid").Aria("live", "polite").Text(given.invalid)
	if given.invalid == "" {
		invalid.Attr("hidden", true)
	}
	return app.Div().Class("as-control", "as-input").
		DataSet("component", "input").
		DataSet("pending", truth(given.status.pending)).
		DataSet("failed", truth(given.status.failure != nil)).
		Body(label, c.field(id), invalid, given.status.below(id, given.label))
}

// field renders the element with the text, and brings that up to date.
func (c *InputControl) field(id string) app.UI {
	given, edit := &c.Given, &c.editing
	if app.IsClient && edit.mounted() && edit.fits(given) {
		if given.invalid == "" || !edit.committed {
			edit.follow(given.value)
		}
		return c.element(id, edit.first)
	}
	text, typed := edit.text()
	if !typed {
		text = given.value
	}
	element := c.element(id, text)
	edit.begin(element, given, text)
	if app.IsClient {
		watchComposing()
	}
	return element
}

// element returns the element, with what it says when it is mounted.
func (c *InputControl) element(id, text string) app.UI {
	if !c.Given.multiline {
		return dress(app.Input().Type(c.Given.kind).Value(attribute(text)), c, id)
	}
	area := dress(app.Elem("textarea"), c, id)
	switch {
	case app.IsClient:
		area.Attr("value", text)
	case strings.HasPrefix(text, "\n"):
		area.Text("\n" + text) // HTML drops the first one
	default:
		area.Text(text)
	}
	return area
}

// dress gives an input or a textarea what they have in common.
func dress[E interface {
	app.UI
	Attr(name string, value any) E
	On(event string, h app.EventHandler, options ...app.EventOption) E
}](e E, c *InputControl, id string) E {
	given := &c.Given
	e.Attr("id", id).
		Attr("class", "as-field").
		Attr("placeholder", attribute(given.placeholder)).
		Attr("aria-busy", truth(given.status.pending)).
		Attr("aria-invalid", truth(given.invalid != ""))
	if given.disabled {
		e.Attr("disabled", true)
	}
	if given.readOnly || given.change == nil {
		e.Attr("readonly", true)
	}
	var about []string
	if given.invalid != "" {
		about = append(about, id+"-invalid")
	}
	if given.status.failure != nil {
		about = append(about, failedID(id))
	}
	e.Attr("aria-describedby", strings.Join(about, " "))

	e.On("change", c.leave).On("blur", c.leave).On("keydown", c.key).On("compositionend", c.composed)
	if given.debounce > 0 {
		e.On("input", c.typed)
	}
	return e
}

// leave commits what was typed, when the field is left.
func (c *InputControl) leave(ctx app.Context, e app.Event) {
	if !c.identity.meant(e) || !c.commit(ctx) {
		ctx.PreventUpdate()
	}
}

// key commits on Enter, and brings the value back on Escape.
func (c *InputControl) key(ctx app.Context, e app.Event) {
	const byInputMethod = 229 // in Safari the key that ends a composition comes after its end
	if !c.identity.meant(e) || e.Get("isComposing").Truthy() || e.Get("keyCode").Int() == byInputMethod {
		ctx.PreventUpdate()
		return
	}
	handled := false
	switch e.Get("key").String() {
	case "Enter":
		handled = !c.Given.multiline && c.commit(ctx)
	case "Escape":
		handled = c.restore(ctx)
	}
	if !handled {
		ctx.PreventUpdate()
	}
}

// composed catches up with what has waited for the end of a composition.
func (c *InputControl) composed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.editing.follow(c.Given.value)
	if c.Given.debounce > 0 {
		c.wait(ctx)
	}
}

func (c *InputControl) typed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.wait(ctx)
}

// wait commits when nothing else is typed for some time.
func (c *InputControl) wait(ctx app.Context) {
	c.strokes++
	strokes := c.strokes
	ctx.After(c.Given.debounce, func(ctx app.Context) {
		if strokes != c.strokes || c.editing.composed() || !c.commit(ctx) {
			ctx.PreventUpdate()
		}
	})
}

// commit hands on what the user has typed, if anything.
func (c *InputControl) commit(ctx app.Context) bool {
	given := &c.Given
	text, typed := c.editing.text()
	if !typed {
		return false
	}
	if given.change == nil || given.disabled || given.readOnly {
		c.editing.write(given.value)
		return false
	}
	c.editing.commit(text)
	given.change(ctx, text)
	given.status.handled(ctx)
	return true
}

// restore brings the value back. Text that was refused has been committed
// already, so the page has to be told.
func (c *InputControl) restore(ctx app.Context) bool {
	given := &c.Given
	refused := given.invalid != "" && c.editing.committed
	c.strokes++
	c.editing.write(given.value)
	if !refused || given.change == nil {
		return false
	}
	given.change(ctx, given.value)
	given.status.handled(ctx)
	return true
}
