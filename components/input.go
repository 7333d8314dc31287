package components

import (
	"fmt"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// An InputControl is a text field with its label. Make it with [Input].
type InputControl struct {
	app.Compo
	Given    inputProps // set by the methods; exported because go-app hands only such fields on
	identity identity
	editing  editing
	strokes  int         // counts what is typed, for Debounce
	ctx      app.Context // of the last time that the user was in the field
}

type inputProps struct {
	change                        func(app.Context, string) // first: never equal, which ends go-app's comparison
	id, label, value              string
	kind, placeholder, invalid    string
	multiline, disabled, readOnly bool
	debounce                      time.Duration
	status                        standing
}

// Input returns a text field:
//
//	components.Input().ID("name").Label("Name").
//		Value(kind.Name).OnChange(c.rename).Status(&c.kind)
//
// It shows the value, and whatever the value becomes, except while the user
// has typed something that is not committed, or an input method is at work.
// The caret keeps its place in all of that.
func Input() *InputControl { return &InputControl{} }

// ID sets the id of the field. In a list it names the row, so that focus and
// typed text stay with the row when rows move. Without one the input makes its
// own.
func (c *InputControl) ID(id string) *InputControl { c.Given.id = id; return c }

// Label sets the text above the field. Without one the page has a <label for>
// of its own.
func (c *InputControl) Label(text string) *InputControl { c.Given.label = text; return c }

// Value sets the text.
func (c *InputControl) Value(text string) *InputControl { c.Given.value = text; return c }

// OnChange sets what is called with the text that the user commits: by leaving
// the field, or with Enter (Ctrl+Enter where there are many lines). Escape
// commits nothing and brings the value back; when the text was refused, see
// Invalid, OnChange is called with the value. Without an OnChange the field is
// read-only.
func (c *InputControl) OnChange(f func(ctx app.Context, text string)) *InputControl {
	c.Given.change = f
	return c
}

// Status sets where the field finds what is pending and what has failed:
// mostly the hook whose value it shows, bound already. After OnChange only the
// component that this hook belongs to is rendered, not those that it is in.
func (c *InputControl) Status(s Status) *InputControl { c.Given.status = read(s); return c }

// Type sets the type of a field of one line: text (the default), search, email,
// tel, url, password, number, date, time, datetime-local, month or week. Type
// panics for any other.
func (c *InputControl) Type(kind string) *InputControl {
	switch kind {
	case "text", "search", "email", "tel", "url", "password", "number",
		"date", "time", "datetime-local", "month", "week":
	default:
		panic(fmt.Sprintf("components: an Input of type %q is not a text field", kind))
	}
	c.Given.kind = kind
	return c
}

// Placeholder sets the text that shows while the field is empty.
func (c *InputControl) Placeholder(text string) *InputControl {
	c.Given.placeholder = text
	return c
}

// Multiline makes the field one of many lines, in which Enter begins a new one.
func (c *InputControl) Multiline() *InputControl { c.Given.multiline = true; return c }

// Invalid sets what is wrong with the text that was committed, "" when nothing
// is. Meanwhile the text stays, for the user to put right.
func (c *InputControl) Invalid(message string) *InputControl { c.Given.invalid = message; return c }

// Disabled sets that the field can neither be edited nor focused.
func (c *InputControl) Disabled(b bool) *InputControl { c.Given.disabled = b; return c }

// ReadOnly sets that the field can be focused, but not edited.
func (c *InputControl) ReadOnly(b bool) *InputControl { c.Given.readOnly = b; return c }

// Debounce has text committed also while the user types, when nothing was
// typed for as long as d.
func (c *InputControl) Debounce(d time.Duration) *InputControl { c.Given.debounce = d; return c }
