package components

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
)

// A FailedAlert tells that a change was taken back, and why, and offers to try
// it again. Make it with [Failed].
type FailedAlert struct {
	app.Compo
	Given  failedProps // set by the methods; exported because go-app hands only such fields on
	closed *saga.Task  // Retry or Dismiss was pressed
}

type failedProps struct {
	task                *saga.Task
	id, label, forwards string
}

// Failed returns an alert about a task that has failed, as [hook.Hook.Failure]
// or [saga.OnError] report it. It shows nothing when task is nil. Toggle and
// Input show theirs themselves.
func Failed(task *saga.Task) *FailedAlert { return &FailedAlert{Given: failedProps{task: task}} }

// ID sets the id of the alert.
func (c *FailedAlert) ID(id string) *FailedAlert { c.Given.id = id; return c }

// Label sets what the change was about.
func (c *FailedAlert) Label(text string) *FailedAlert { c.Given.label = text; return c }

// For sets the id of the control that gets the focus when the alert has been
// answered.
func (c *FailedAlert) For(id string) *FailedAlert { c.Given.forwards = id; return c }

// Render is called by go-app.
func (c *FailedAlert) Render() app.UI {
	given := &c.Given
	if given.task == nil {
		return app.Div().Class("as-failed").Attr("hidden", true)
	}
	return app.Div().Class("as-failed").Role("alert").ID(attribute(given.id)).Body(
		app.P().Class("as-failed-text").Text(sentence(given.label, given.task)),
		app.Div().Class("as-failed-actions").Body(
			app.Button().Type("button").Class("as-button").Text("Retry").On("click", c.retry),
			app.Button().Type("button").Class("as-button").Text("Dismiss").On("click", c.dismiss),
		),
	)
}

func (c *FailedAlert) retry(ctx app.Context, e app.Event) {
	ctx.PreventUpdate() // those who show the failure watch it
	if task := c.answer(); task != nil {
		task.Retry()
	}
}

func (c *FailedAlert) dismiss(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if task := c.answer(); task != nil {
		task.Dismiss()
	}
}

// answer returns the task, once, and moves the focus to its control, or it
// would be lost with the button.
func (c *FailedAlert) answer() *saga.Task {
	if c.closed == c.Given.task {
		return nil
	}
	c.closed = c.Given.task
	if control := app.Window().GetElementByID(c.Given.forwards); control.Truthy() {
		control.Call("focus")
	}
	return c.closed
}

// sentence says what has happened, to somebody who does not know of sagas.
func sentence(label string, task *saga.Task) string {
	what := "The change"
	if label != "" {
		what = "“" + label + "”"
	}
	return what + " was not saved: " + reason(task.Err())
}

// longest is how much of an error's text is shown, in bytes.
const longest = 300

func reason(err error) string {
	if errors.Is(err, saga.ErrTimeout) {
		return "no answer came in time."
	}
	text, _, _ := strings.Cut(err.Error(), "\n") // below that is a stack
	text = strings.TrimPrefix(strings.TrimSpace(text), "saga: ")
	if len(text) > longest {
		end := longest
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "…") {
		text += "."
	}
	return text
}
