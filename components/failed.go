package components

import (
	"errors"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/text"
	"github.com/atomsaga/atomsaga/saga"
)

// A FailedCompo is an alert which tells that a change was taken back, and why, with buttons
// to retry it and to dismiss the alert. It is made by [Failed].
type FailedCompo struct {
	app.Compo
	Props    failedProps // set by the methods; exported because go-app copies only such fields when it reuses a component
	answered *saga.Task  // by one of the buttons
}

type failedProps struct {
	task               *saga.Task
	id, label, control string
}

// Failed returns an alert about a task that has failed, such as those returned by
// the Failure method of a hook or passed to the function of [saga.OnError]. It shows nothing when
// task is nil. A Toggle or an Input has its own alert.
func Failed(task *saga.Task) *FailedCompo { return &FailedCompo{Props: failedProps{task: task}} }

// ID sets the id of the alert.
func (c *FailedCompo) ID(id string) *FailedCompo { c.Props.id = id; return c }

// Label sets the name of what was changed.
func (c *FailedCompo) Label(text string) *FailedCompo { c.Props.label = text; return c }

// For sets the id of the control that gets the focus when a button of the alert was pressed.
func (c *FailedCompo) For(id string) *FailedCompo { c.Props.control = id; return c }

// Render is called by go-app.
func (c *FailedCompo) Render() app.UI {
	props := &c.Props
	if props.task == nil {
		return app.Div().Class("as-failed").Attr("hidden", true)
	}
	return app.Div().Class("as-failed").Role("alert").ID(attribute(props.id)).Body(
		app.P().Class("as-failed-text").Text(message(props.label, props.task)),
		app.Div().Class("as-failed-actions").Body(
			app.Button().Type("button").Class("as-button").Text("Retry").On("click", c.retry),
			app.Button().Type("button").Class("as-button").Text("Dismiss").On("click", c.dismiss),
		),
	)
}

func (c *FailedCompo) retry(ctx app.Context, e app.Event) {
	ctx.PreventUpdate() // who shows the failure watches it
	if task := c.answer(); task != nil {
		task.Retry()
	}
}

func (c *FailedCompo) dismiss(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if task := c.answer(); task != nil {
		task.Dismiss()
	}
}

// answer returns the task, and nil if it was answered before. It moves the focus to the
// control: it would be lost with the button.
func (c *FailedCompo) answer() *saga.Task {
	if c.answered == c.Props.task {
		return nil
	}
	c.answered = c.Props.task
	if control := app.Window().GetElementByID(c.Props.control); control.Truthy() {
		control.Call("focus")
	}
	return c.answered
}

// message says what has happened, to somebody who does not know of sagas.
func message(label string, task *saga.Task) string {
	what := "The change"
	if label != "" {
		what = "“" + label + "”"
	}
	return what + " was not saved: " + reason(task.Err())
}

const maxReason = 300 // bytes of an error's text that are shown

// reason returns the first line of an error, as the end of a sentence.
func reason(err error) string {
	if errors.Is(err, saga.ErrTimeout) {
		return "no answer came in time."
	}
	line, _, _ := strings.Cut(err.Error(), "\n") // the other lines are a stack
	line = text.Truncate(strings.TrimPrefix(strings.TrimSpace(line), "saga: "), maxReason)
	if !strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "…") {
		line += "."
	}
	return line
}
