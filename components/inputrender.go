package components

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Render is called by go-app.
func (c *InputCompo) Render() app.UI {
	props := &c.Props
	control := c.target.id(props.id)
	id := attribute(control)
	label := app.Label().For(id).Class("as-label").Text(props.label)
	if props.label == "" {
		label.Attr("hidden", true)
	}
	invalid := app.P().ID(id+"-invalid").Class("as-invalid").Aria("live", "polite").Text(props.invalid)
	if props.invalid == "" {
		invalid.Attr("hidden", true)
	}
	return app.Div().Class("as-control", "as-input").
		DataSet("component", "input").
		DataSet("pending", boolAttr(props.status.pending)).
		DataSet("failed", boolAttr(props.status.failure != nil)).
		Body(label, c.renderField(id), invalid, props.status.alert(control, props.label))
}

// renderField returns the element that has the text. It brings the mounted one up to date.
func (c *InputCompo) renderField(id string) app.UI {
	props, field := &c.Props, &c.field
	if app.IsClient && field.mounted() && field.fits(props) {
		if props.invalid == "" || !field.committed { // otherwise the user has to correct the text
			field.follow(props.value)
		}
		return c.newElement(id, field.initial)
	}
	text := props.value
	if typed, ok := field.text(); ok && field.mounted() {
		text = typed // an <input> becomes a <textarea>, or the reverse
	}
	element := c.newElement(id, text)
	field.reset(element, props, text)
	if app.IsClient {
		trackFocus()
	}
	return element
}

// newElement returns the element, with the text that it has when it is mounted.
func (c *InputCompo) newElement(id, text string) app.UI {
	if !c.Props.multiline {
		return applyCommon(app.Input().Type(c.Props.inputType).Value(attribute(text)), c, id)
	}
	area := applyCommon(app.Elem("textarea"), c, id)
	switch {
	case app.IsClient:
		area.Attr("value", text)
	case strings.HasPrefix(text, "\n"):
		area.Text("\n" + text) // HTML drops the first line break
	default:
		area.Text(text)
	}
	return area
}

// applyCommon gives an <input> or <textarea> the attributes and handlers that both have.
func applyCommon[E interface {
	app.UI
	Attr(name string, value any) E
	On(event string, h app.EventHandler, options ...app.EventOption) E
}](e E, c *InputCompo, id string) E {
	props := &c.Props
	e.Attr("id", id).
		Attr("class", "as-field").
		Attr("placeholder", attribute(props.placeholder)).
		Attr("aria-busy", boolAttr(props.status.pending)).
		Attr("aria-invalid", boolAttr(props.invalid != ""))
	if props.disabled {
		e.Attr("disabled", true)
	}
	if props.readOnly || props.onChange == nil {
		e.Attr("readonly", true)
	}
	var describedBy []string
	if props.invalid != "" {
		describedBy = append(describedBy, id+"-invalid")
	}
	if props.status.failure != nil {
		describedBy = append(describedBy, alertID(id))
	}
	e.Attr("aria-describedby", strings.Join(describedBy, " "))

	e.On("focus", c.onFocus).On("change", c.onLeave).On("blur", c.onLeave).On("keydown", c.onKeydown).On("compositionend", c.onCompositionEnd)
	if props.debounce > 0 {
		e.On("input", c.onInput)
	}
	return e
}
