//go:build !js

package components_test

import (
	"context"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type KindID string

type Kind struct {
	ID           KindID
	HasDirection bool
}

var (
	kinds    = atom.New(map[KindID]Kind{"knows": {ID: "knows"}})
	kindByID = atom.NewFamily(func(id KindID) *atom.Atom[Kind] { return atom.Key(kinds, id) })
	api      server
)

type server struct{}

func (server) SetHasDirection(context.Context, KindID, bool) error { return nil }

// The README's toggle, word for word: readme_test.go beside the README compares them.

type bind = hook.Bind // an alias: embedded, it brings OnMount and OnDismount along

type DirectionToggle struct {
	app.Compo
	bind
	ID   KindID
	kind hook.Hook[Kind]
}

func (c *DirectionToggle) Render() app.UI {
	kind := c.kind.Use(&c.bind, kindByID.Of(c.ID))
	return components.Toggle().Label("Has direction").On(kind.HasDirection).OnChange(c.set).Status(&c.kind)
}

func (c *DirectionToggle) set(_ app.Context, on bool) {
	c.kind.Run(saga.
		Update(func(k *Kind) { k.HasDirection = on }).
		Effect(func(ctx context.Context, next Kind) error { return api.SetHasDirection(ctx, next.ID, on) }))
}

func TestToggleOfTheReadmeWorks(t *testing.T) {
	c := &DirectionToggle{ID: "knows"}
	page := app.NewTestEngine()
	if err := page.Load(c); err != nil {
		t.Fatal(err)
	}
	page.ConsumeAll()
	var task *saga.Task
	c.set(app.Context{}, true)
	if task = c.kind.Failure(); task != nil || !c.kind.Value().HasDirection {
		t.Errorf("%v, %+v", task, c.kind.Value())
	}
}
