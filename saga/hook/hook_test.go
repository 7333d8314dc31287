package hook_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type doc struct {
	Title string
	Rows  []row
}

type row struct {
	ID   string `atom:"key"`
	Name string
}

func list(names ...string) (d doc) {
	for _, n := range names {
		d.Rows = append(d.Rows, row{ID: n, Name: n})
	}
	return d
}

func rowOf(a *atom.Atom[doc], id string) *atom.Atom[row] {
	return atom.At(atom.Focus(a, func(d *doc) *[]row { return &d.Rows }), id)
}

// An upload shows how far it is, and can be cancelled.
type upload struct {
	app.Compo
	bind
	all     *atom.Atom[doc]
	rows    hook.Hook[[]row]
	running hook.View[saga.History]
}

func (c *upload) Render() app.UI {
	c.rows.Use(&c.bind, atom.Focus(c.all, func(d *doc) *[]row { return &d.Rows }))
	done, total := c.rows.Progress()
	return app.Text(fmt.Sprint(done, total, c.rows.Pending(), len(c.running.Use(&c.bind, saga.Tasks()).Running)))
}

// Progress, and the end, of what concerns the atom of a hook: here two rows of
// its list, and not the title beside it.
func TestHookOfSeveralTasks(t *testing.T) {
	c := &upload{all: atom.New(list("x", "y"))}
	page := app.NewTestEngine()
	if err := page.Load(c); err != nil {
		t.Fatal(err)
	}
	page.ConsumeAll()
	s := c.Store()
	c.all.Set(s, list("x", "y"))

	begun := make(chan bool)
	send := func(part, of int64) func(context.Context, row) error {
		return func(ctx context.Context, _ row) error {
			saga.TaskFrom(ctx).ReportProgress(part, of)
			begun <- true
			<-ctx.Done()
			return ctx.Err()
		}
	}
	x := saga.Run(s, rowOf(c.all, "x"), saga.Update(func(r *row) { r.Name = "x2" }).Effect(send(1, 10)))
	y := saga.Run(s, rowOf(c.all, "y"), saga.Update(func(r *row) { r.Name = "y2" }).Effect(send(5, 20)))
	title := saga.Run(s, atom.Focus(c.all, func(d *doc) *string { return &d.Title }),
		saga.Update(func(s *string) { *s = "new" }).Effect(func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }))
	<-begun
	<-begun
	if done, total := c.rows.Progress(); done != 6 || total != 30 {
		t.Errorf("%d of %d", done, total)
	}
	if n := len(c.running.Value().Running); n != 3 || c.rows.Pending() != 2 {
		t.Errorf("%d run, %d pending", n, c.rows.Pending())
	}
	c.rows.Cancel()
	for _, task := range []*saga.Task{x, y} {
		if task.State() != saga.Cancelled {
			t.Errorf("%v: %v", task.State(), task.Err())
		}
	}
	if title.State() != saga.Running {
		t.Errorf("the title is %v", title.State())
	}
	if got := c.all.Get(s); got.Title != "new" || !slices.Equal(got.Rows, list("x", "y").Rows) {
		t.Errorf("%+v is left", got)
	}
	title.Cancel()
	if done, total := c.rows.Progress(); done != 0 || total != 0 {
		t.Errorf("%d of %d when all is over", done, total)
	}
}
