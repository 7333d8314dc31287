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
	before, changed := c.identity.become(c.subject())
	if !changed {
		return
	}
	c.strokes++
	if el := c.editing.js(); el != nil {
		c.identity.handOver(ctx, el, before, c.editing.in(el))
		c.editing.write(c.Given.value)
	}
}

// Render is called by go-app.
func (c *InputControl) Render() app.UI {
	given := &c.Given
	control := c.identity.id(given.id)
	id := attribute(control)
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
		Body(label, c.field(id), invalid, given.status.below(control, given.label))
}

// field renders the element with the text, and brings that up to date.
func (c *InputControl) field(id string) app.UI {
	given, edit := &c.Given, &c.editing
	if app.IsClient && edit.mounted() && edit.fits(given) {
		if given.invalid == "" || !edit.committed { // else it is for the user to put right
			edit.follow(given.value)
		}
		return c.element(id, edit.first)
	}
	text := given.value
	if typed, ok := edit.text(); ok && edit.mounted() {
		text = typed // the same field, but of another kind
	}
	element := c.element(id, text)
	edit.begin(element, given, text)
	if app.IsClient {
		attend()
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

	e.On("focus", c.enter).On("change", c.leave).On("blur", c.leave).On("keydown", c.key).On("compositionend", c.composed)
	if given.debounce > 0 {
		e.On("input", c.typed)
	}
	return e
}
