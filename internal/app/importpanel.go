package app

import (
	"fmt"
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// importPanel imports a file with a list of kinds, after it has shown what that would
// change.
type importPanel struct {
	app.Compo
	bind
	stage atomic.Pointer[importStage] // nil for the zero stage

	stop func()      // cancels the reading of a file, or the task; nil at first
	list []byte      // content of the file
	plan *importPlan // what importing it would change
}

// An importStage is what the panel shows. In the zero stage it waits for a file.
type importStage struct {
	File      string
	BytesRead int          // while the file is read
	Size      int          // of the file in bytes while it is read, else 0
	Planned   bool         // Counts is valid
	Counts    importCounts // what the import would change, or has changed
	Step      int          // while the changes are saved, else 0
	Done      bool         // they are saved
	Problem   string       // why the file is not imported, "" for no problem
}

// The steps of saving an import. A browser does not tell how much of a request was sent.
const (
	stepSend  = 1 + iota // the changes are on the page
	stepSave             // the request is sent
	stepCount            // the last one, reached when the changes are saved
)

// Render renders the panel. The first button is the same element in every stage, so
// that it keeps the focus.
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

// progress renders the progress bar, hidden when nothing is under way.
func (p *importPanel) progress(now importStage) app.UI {
	bar := func(label, says string, value, of int) app.UI {
		return app.Div().Class("import-progress").Body(
			app.Elem("progress").Aria("label", label).Aria("valuetext", now.summary()+", "+says).Attr("max", of).Attr("value", value),
			app.Span().Class("import-step").Aria("hidden", true).Text(says), // a screen reader has it from the bar
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

// buttons renders the buttons of a stage.
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

// summary returns the text beside the title, which shows when the panel is closed, too.
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

// outcome returns the text that a screen reader announces.
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
