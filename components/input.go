package components

import (
	"fmt"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// An InputCompo is a text field with a label. It is made by [Input].
type InputCompo struct {
	app.Compo
	Props  inputProps // set by the methods; exported because go-app copies only such fields when it reuses a component
	target targetTracker
	field  textField
	inputs int         // counted for Debounce
	ctx    app.Context // of the last focus
}

type inputProps struct {
	onChange                      func(app.Context, string) // first: functions are never equal, which ends go-app's comparison early
	id, label, value              string
	inputType                     string
	placeholder, invalid          string
	multiline, disabled, readOnly bool
	debounce                      time.Duration
	status                        statusSnapshot
}

// Input returns a text field:
//
//	components.Input().ID("name").Label("Name").
//		Value(kind.Name).OnChange(c.rename).Status(&c.kind)
//
// It shows the value, and follows its changes except while the user has typed text that is
// not committed, or an input method is composing. The caret keeps its place in the text.
func Input() *InputCompo { return &InputCompo{} }

// ID sets the id of the field. In a list it has to identify the row: when rows move, the
// focus and the typed text stay with it. Without an ID the input makes its own.
func (c *InputCompo) ID(id string) *InputCompo { c.Props.id = id; return c }

// Label sets the text above the field. Without one the page should have a <label for> of
// its own.
func (c *InputCompo) Label(text string) *InputCompo { c.Props.label = text; return c }

// Value sets the text.
func (c *InputCompo) Value(text string) *InputCompo { c.Props.value = text; return c }

// OnChange sets the function that is called with the text that the user commits, by
// leaving the field or by Enter (Ctrl+Enter in a multiline field). Escape brings the value
// back, and commits nothing unless text was refused by [InputCompo.Invalid]: then OnChange
// is called with the value. Without an OnChange the field is read-only.
func (c *InputCompo) OnChange(f func(ctx app.Context, text string)) *InputCompo {
	c.Props.onChange = f
	return c
}

// Status sets where the field finds what is pending and what has failed: usually the hook
// whose value it shows, which has to be bound already. With a hook only its component is
// rendered after OnChange, and none of those around it.
func (c *InputCompo) Status(s Status) *InputCompo { c.Props.status = snapshot(s); return c }

// Type sets the type of a field of one line: text (the default), search, email, tel, url,
// password, number, date, time, datetime-local, month or week. It panics for any other.
func (c *InputCompo) Type(name string) *InputCompo {
	switch name {
	case "text", "search", "email", "tel", "url", "password", "number",
		"date", "time", "datetime-local", "month", "week":
	default:
		panic(fmt.Sprintf("components: an Input of type %q is not a text field", name))
	}
	c.Props.inputType = name
	return c
}

// Placeholder sets the text that is shown while the field is empty.
func (c *InputCompo) Placeholder(text string) *InputCompo {
	c.Props.placeholder = text
	return c
}

// Multiline makes the field one of many lines, in which Enter begins a new one.
func (c *InputCompo) Multiline() *InputCompo { c.Props.multiline = true; return c }

// Invalid sets what is wrong with the text that was committed; "" when nothing is. Until
// then the text stays in the field, for the user to correct.
func (c *InputCompo) Invalid(message string) *InputCompo { c.Props.invalid = message; return c }

// Disabled sets whether the field can neither be edited nor focused.
func (c *InputCompo) Disabled(b bool) *InputCompo { c.Props.disabled = b; return c }

// ReadOnly sets whether the field can be focused, but not edited.
func (c *InputCompo) ReadOnly(b bool) *InputCompo { c.Props.readOnly = b; return c }

// Debounce has text committed also while the user types, when nothing was typed for d.
func (c *InputCompo) Debounce(d time.Duration) *InputCompo { c.Props.debounce = d; return c }

func (c *InputCompo) newTarget() target { return c.Props.status.target(c.Props.id) }

// OnInit is called by go-app.
func (c *InputCompo) OnInit() { c.target.current = c.newTarget() }

// OnUpdate is called by go-app.
func (c *InputCompo) OnUpdate(ctx app.Context) {
	before, changed := c.target.retarget(c.newTarget())
	if !changed {
		return
	}
	c.inputs++
	if el := c.field.js(); el != nil {
		c.target.moveUser(ctx, el, before, c.field.interactionIn(el))
		c.field.write(c.Props.value)
	}
}

// OnDismount is called by go-app, when the element is no longer on the page. If the user
// was in it, they go on where the same row is now. Without such a row what was typed is
// committed.
func (c *InputCompo) OnDismount() {
	el := removedWithFocus(c.target.id(c.Props.id))
	if el == nil {
		return
	}
	doing := c.field.interactionIn(el)
	if !doing.resumeAt(c.Props.id) && doing.typed && c.editable() {
		c.field.markCommitted(doing.text)
		c.Props.onChange(c.ctx, doing.text)
	}
}
