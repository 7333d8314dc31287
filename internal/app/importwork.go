package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/promise"
)

const maxImportSize = 32 << 20 // bytes of a file, as many as the server accepts

func (p *importPanel) onDragOver(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	e.PreventDefault() // the default is to accept no drop
}

func (p *importPanel) onDrop(ctx app.Context, e app.Event) {
	e.PreventDefault() // the default is to open the file
	p.readFile(ctx, e.Get("dataTransfer").Get("files"))
}

func (p *importPanel) onChoose(ctx app.Context, _ app.Event) {
	p.readFile(ctx, ctx.JSSrc().Get("files"))
	ctx.JSSrc().Set("value", "") // so that the same file can be chosen again
}

// readFile reads the first of the files on a goroutine of its own.
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

// preview plans the import of a list, and shows what it would change.
func (p *importPanel) preview(ctx context.Context, name string, list []byte) {
	plan, err := readImportPlan(ctx, waitForKinds(ctx, p.Store()), list, func(bytes int) {
		p.showUnlessStopped(ctx, importStage{File: name, BytesRead: bytes, Size: len(list)})
	})
	if err != nil {
		p.showUnlessStopped(ctx, importStage{File: name, Problem: fmt.Sprintf("%s cannot be imported: %v.", name, err)})
		return
	}
	if ctx.Err() == nil {
		p.list, p.plan = list, plan
	}
	p.showUnlessStopped(ctx, importStage{File: name, Planned: true, Counts: plan.importCounts})
}

// onConfirm runs the import. After a failure it makes the plan anew: if only the answer
// was lost, there is nothing left to do.
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
			kinds.Refresh(s) // the server may have saved it already
			return
		case err != nil:
			task.Dismiss() // this panel shows it
			kinds.Refresh(s)
			now.Problem = fmt.Sprintf("%s was not imported, and all of it was taken back: %s", now.File, importFailure(err))
		}
		p.show(now)
	}()
}

// importFailure describes err as a sentence, without the position in the request, which
// the user has not seen.
func importFailure(err error) string {
	reason := err.Error()
	if problem, is := errors.AsType[*fetch.Problem](err); is && problem.Detail != "" {
		reason = problem.Detail
	}
	return strings.TrimSuffix(reason, ".") + "."
}

// onClose stops what is under way and goes back to the zero stage.
func (p *importPanel) onClose(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	p.stopWork()
	p.show(importStage{})
	app.Window().GetElementByID("import-file").Call("focus")
}

// stopWork cancels what is under way.
func (p *importPanel) stopWork() {
	if p.stop != nil {
		p.stop()
	}
	p.stop, p.list, p.plan = nil, nil, nil
}

// start runs f on a goroutine, with a context that stopWork cancels.
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

// show makes the panel show a stage.
func (p *importPanel) show(next importStage) {
	p.stage.Store(&next)
	p.Refresh()
}

// showUnlessStopped is show, unless the work of ctx was cancelled.
func (p *importPanel) showUnlessStopped(ctx context.Context, next importStage) {
	if ctx.Err() == nil {
		p.show(next)
	}
}

// readBlob returns the content of a JavaScript Blob.
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
