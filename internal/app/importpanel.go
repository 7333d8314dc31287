package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/promise"
)

// importPanel takes a file with a list of kinds, says what it would do, and does it.
type importPanel struct {
	app.Compo
	bind
	stage atomic.Pointer[importStage] // nil at first

	stop func()      // ends what is under way: reading, or the task
	list []byte      // the file
	plan *importPlan // what is to be done with it
}

// An importStage is what the panel shows. The zero one waits for a file.
type importStage struct {
	File      string
	BytesRead int          // bytes that have been read, of Size
	Size      int          // 0 before and after
	Planned   bool         // it has been read, and Counts says what it would do
	Counts    importCounts // or has done
	Step      int          // of what is being done; 0 before and after
	Done      bool         // it has been done
	Problem   string       // why not
}

// The stepCount of an import. How much of a request has arrived a browser does not say.
const (
	stepSend = 1 + iota // on the page
	stepSave            // on its way, or there
	stepCount
)

const maxImportSize = 32 << 20 // bytes of a file; the server takes no more

// Render is called by go-app. The first button stays, whatever it does, so that
// the focus does not get lost with it.
func (p *importPanel) Render() app.UI {
	now := p.currentStage()
	return app.Elem("details").Class("panel", "import").DataSet("testid", "import").Body(
		app.Elem("summary").Body(
			app.Span().Class("panel-title").Text("Import"),
			app.Span().Class("panel-state").Text(now.summary()),
		),
		app.Div().Class("panel-body").On("dragover", p.onDragOver).On("drop", p.onDrop).Body(
			app.P().Class("hint").Text("A JSON file with a list of kinds, as /api/kinds has it: choose it, or drop it here. "+
				"Nothing changes before you have seen what it would do, and then all of it does, or nothing."),
			app.Div().Class("as-control").Body(
				app.Label().Class("as-label").For("import-file").Text("File"),
				app.Input().Type("file").ID("import-file").Class("file").Accept(".json,application/json").OnChange(p.onChoose),
			),
			p.progress(now),
			app.P().Class("import-outcome").Role("status").Text(now.outcome()),
			app.If(now.Problem != "", func() app.UI {
				return app.Div().Class("as-failed").Role("alert").Body(app.P().Class("as-failed-text").Text(now.Problem))
			}),
			p.buttons(now),
		),
	)
}

func (p *importPanel) progress(now importStage) app.UI {
	bar := func(label, says string, value, of int) app.UI {
		return app.Div().Class("import-progress").Body(
			app.Elem("progress").Aria("label", label).Aria("valuetext", now.summary()+", "+says).Attr("max", of).Attr("value", value),
			app.Span().Class("import-step").Aria("hidden", true).Text(says), // the bar has said it
		)
	}
	const mega = 1_000_000
	switch {
	case now.Size > 0:
		return bar("Reading", fmt.Sprintf("%.1f of %.1f MB", float64(now.BytesRead)/mega, float64(now.Size)/mega), now.BytesRead, now.Size)
	case now.Step == stepSend:
		return bar("Saving", "about to be sent", now.Step, stepCount)
	case now.Step == stepSave:
		return bar("Saving", "on its way to the server", now.Step, stepCount)
	default:
		return app.P().Attr("hidden", true)
	}
}

func (p *importPanel) buttons(now importStage) app.UI {
	first, second := "Cancel", ""
	switch {
	case now == importStage{}:
		return app.Div().Attr("hidden", true)
	case now.Done, now.Problem != "" && !now.Planned:
		first = "Close"
	case now.Problem != "":
		first, second = "Close", "Try again"
	case now.Planned && now.Step == 0 && now.Counts.changes() > 0:
		second = "Import " + countKinds(now.Counts.changes())
	}
	return app.Div().Class("import-buttons").Body(
		app.Button().ID("import-stop").Type("button").Class("as-button").Text(first).OnClick(p.onClose),
		app.If(second != "", func() app.UI {
			return app.Button().Type("button").Class("as-button", "import-go").Text(second).OnClick(p.onConfirm)
		}),
	)
}

// summary is said beside the title, also when the panel is closed.
func (n importStage) summary() string {
	switch {
	case n.Size > 0:
		return fmt.Sprintf("%d %%", 100*n.BytesRead/n.Size)
	case n.Problem != "":
		return "not imported"
	case n.Done:
		return "imported"
	case n.Step > 0:
		return fmt.Sprintf("step %d of %d", n.Step, stepCount)
	case n.Planned:
		return "ready"
	default:
		return "of a file"
	}
}

// outcome is said to those who hear the page, too.
func (n importStage) outcome() string {
	switch {
	case n.Size > 0:
		return "Reading " + n.File + "."
	case !n.Planned || n.Problem != "":
		return ""
	case n.Done:
		return fmt.Sprintf("%s is imported: %s.", n.File, n.Counts)
	case n.Step == stepSend:
		return fmt.Sprintf("%s is on the page already, and about to be sent: %s.", n.File, n.Counts)
	case n.Step == stepSave:
		return fmt.Sprintf("%s is on the page already, and on its way to the server, which saves all of it or nothing: %s.", n.File, n.Counts)
	case n.Counts.changes() == 0:
		return fmt.Sprintf("There is nothing new in %s: %s.", n.File, n.Counts)
	default:
		return fmt.Sprintf("%s: %s.", n.File, n.Counts)
	}
}

func (p *importPanel) onDragOver(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	e.PreventDefault() // or the browser would not let go of it here
}

func (p *importPanel) onDrop(ctx app.Context, e app.Event) {
	e.PreventDefault() // or the browser would open it
	p.readFile(ctx, e.Get("dataTransfer").Get("files"))
}

func (p *importPanel) onChoose(ctx app.Context, _ app.Event) {
	p.readFile(ctx, ctx.JSSrc().Get("files"))
	ctx.JSSrc().Set("value", "") // the same file can be chosen again
}

// readFile begins to read the first of the files.
func (p *importPanel) readFile(ctx app.Context, files app.Value) {
	ctx.PreventUpdate()
	if files.Length() == 0 || p.currentStage().Step > 0 {
		return
	}
	p.stopWork()
	file := files.Index(0)
	name, size := file.Get("name").String(), file.Get("size").Int()
	if size > maxImportSize {
		p.show(importStage{File: name, Problem: fmt.Sprintf("%s is larger than %d MB.", name, maxImportSize>>20)})
		return
	}
	p.show(importStage{File: name, Size: max(size, 1)})
	p.start(func(ctx context.Context) {
		list, err := readBlob(ctx, file)
		if err != nil {
			p.showUnlessStopped(ctx, importStage{File: name, Problem: fmt.Sprintf("%s cannot be read: %v.", name, err)})
			return
		}
		p.preview(ctx, name, list)
	})
}

// preview reads the list, and plans what is to be done.
func (p *importPanel) preview(ctx context.Context, name string, list []byte) {
	made, err := readImportPlan(ctx, waitForKinds(ctx, p.Store()), list, func(bytes int) {
		p.showUnlessStopped(ctx, importStage{File: name, BytesRead: bytes, Size: len(list)})
	})
	if err != nil {
		p.showUnlessStopped(ctx, importStage{File: name, Problem: fmt.Sprintf("%s cannot be imported: %v.", name, err)})
		return
	}
	if ctx.Err() == nil {
		p.list, p.plan = list, made
	}
	p.showUnlessStopped(ctx, importStage{File: name, Planned: true, Counts: made.importCounts})
}

// onConfirm carries the plan out; after a failure it looks again at what there is to
// do: when the answer was lost, it may be nothing.
func (p *importPanel) onConfirm(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	app.Window().GetElementByID("import-stop").Call("focus")
	now, s := p.currentStage(), p.Store()
	if now.Problem != "" {
		list := p.list
		p.show(importStage{File: now.File, Size: len(list)})
		p.start(func(ctx context.Context) { p.preview(ctx, now.File, list) })
		return
	}
	now.Step = stepSend
	p.show(now)
	task := saga.Run(s, kinds.Value(), p.plan.newSaga(s, now.File, func(ctx context.Context) {
		next := now
		next.Step = stepSave
		p.showUnlessStopped(ctx, next)
	}))
	p.stop = task.Cancel
	go func() {
		err := task.Wait(context.Background())
		now := now
		now.Step, now.Done = 0, err == nil
		switch {
		case task.State() == saga.Cancelled:
			kinds.Refresh(s) // the server may have been faster
			return
		case err != nil:
			task.Dismiss() // it is said here
			kinds.Refresh(s)
			now.Problem = fmt.Sprintf("%s was not imported, and all of it was taken back: %s", now.File, importFailure(err))
		}
		p.show(now)
	}()
}

// importFailure says it without the place in a list that the user never saw.
func importFailure(err error) string {
	reason := err.Error()
	if problem, is := errors.AsType[*fetch.Problem](err); is && problem.Detail != "" {
		reason = problem.Detail
	}
	return strings.TrimSuffix(reason, ".") + "."
}

// onClose is what the first button does.
func (p *importPanel) onClose(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	p.stopWork()
	p.show(importStage{})
	app.Window().GetElementByID("import-file").Call("focus")
}

// stopWork stops what is under way.
func (p *importPanel) stopWork() {
	if p.stop != nil {
		p.stop()
	}
	p.stop, p.list, p.plan = nil, nil, nil
}

// start runs f until it is stopped.
func (p *importPanel) start(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go f(ctx)
}

func (p *importPanel) currentStage() importStage {
	if now := p.stage.Load(); now != nil {
		return *now
	}
	return importStage{}
}

func (p *importPanel) show(next importStage) {
	p.stage.Store(&next)
	p.Refresh()
}

// showUnlessStopped shows a stage, unless what has led to it was stopped.
func (p *importPanel) showUnlessStopped(ctx context.Context, next importStage) {
	if ctx.Err() == nil {
		p.show(next)
	}
}

// readBlob reads a file of the browser.
func readBlob(ctx context.Context, file app.Value) ([]byte, error) {
	buffer, err := promise.Await(ctx, file.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	bytes := app.Window().Get("Uint8Array").New(buffer)
	content := make([]byte, bytes.Length())
	app.CopyBytesToGo(content, bytes)
	return content, nil
}
