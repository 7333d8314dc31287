package components

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// A ListControl is a list of rows. Make it with [List].
type ListControl[T comparable] struct {
	app.Compo
	Given listProps[T] // set by the methods; exported because go-app hands only such fields on

	ul       app.HTMLUl // the mounted one; go-app thinks that nothing is in it
	rows     []listRow[T]
	ctx      app.Context
	mounted  bool
	filling  bool // a turn of its own will mount more
	viewport viewport
}

type listProps[T comparable] struct {
	row              func(T) app.UI // first: never equal, which ends go-app's comparison
	key              func(T) any
	items            []T
	id, class, label string
	windowed         bool
}

// List returns a list of one row for each item: an <ul>, in which row makes the
// <li> elements, plain ones or components.
//
//	components.List(kinds.Use(&c.bind, order), func(id KindID) app.UI { return &kindRow{ID: id} })
//
// A row belongs to its item, and not to its place. When items come, go and move,
// just their rows are mounted, taken away and moved; the others are not looked
// at, and keep the focus, the selection, and what the user has typed. So row is
// called once for an item. It makes a row of that item alone; what else the row
// shows it reads through hooks of its own.
//
// Items are compared by ==, and are best the keys of an atom.Family: then the list
// has to be rendered when its structure changes, and each row when its own atom
// does. Where an item has more in it than its identity, see [ListControl.Key].
//
// Many rows are mounted little by little, so that the page can be used meanwhile:
// a hundred with the page, which is also what a server prerenders, and 10,000 in
// some seconds. More than that is for [ListControl.Windowed].
//
// Rows are not told of go-app's OnNav, OnResize and OnAppUpdate, and the list
// holds nothing but rows.
func List[T comparable](items []T, row func(T) app.UI) *ListControl[T] {
	return &ListControl[T]{Given: listProps[T]{items: items, row: row}}
}

// ID sets the id of the list.
func (c *ListControl[T]) ID(id string) *ListControl[T] { c.Given.id = id; return c }

// Class sets the classes of the list.
func (c *ListControl[T]) Class(names string) *ListControl[T] { c.Given.class = names; return c }

// Label sets what the list is called, for those who do not see it.
func (c *ListControl[T]) Label(text string) *ListControl[T] { c.Given.label = text; return c }

// Key sets what an item is known by, a value that can be compared: an item that
// differs from one before but has the same key is the same row, with other
// content. Without it an item is its own key.
func (c *ListControl[T]) Key(key func(T) any) *ListControl[T] { c.Given.key = key; return c }

// Windowed has only the rows on the page that can be seen, and some around them.
// All rows have to be of the same height. It is for more than some 10,000 rows:
// the browser's search does not find what is not there.
func (c *ListControl[T]) Windowed() *ListControl[T] { c.Given.windowed = true; return c }

// OnInit is called by go-app.
func (c *ListControl[T]) OnInit() { c.ul, c.rows, c.mounted, c.filling = nil, nil, false, false }

// OnMount is called by go-app.
func (c *ListControl[T]) OnMount(ctx app.Context) {
	ctx.PreventUpdate()
	if !managed() {
		return
	}
	c.ctx, c.mounted = ctx, true
	c.ul.Body()
	if c.Given.windowed {
		c.viewport.watch(c.ul.JSValue(), c.look)
	}
	c.follow()
}

// OnDismount is called by go-app.
func (c *ListControl[T]) OnDismount() {
	c.viewport.leave()
	if !c.mounted {
		return // then go-app knows the rows
	}
	c.mounted = false
	for _, r := range c.rows {
		nodes.Known().Dismount(r.ui)
	}
}

// Render is called by go-app.
func (c *ListControl[T]) Render() app.UI {
	items := c.Given.items
	switch {
	case app.IsServer:
		return c.element().Body(built(items[:min(len(items), first)], c.Given.row)...)
	case !managed():
		return c.element().Body(built(items, c.Given.row)...)
	case c.mounted:
		c.follow()
		return c.element()
	case c.ul == nil:
		c.begin()
		c.ul = c.element().Body(elements(c.rows)...)
		return c.ul
	default: // rendered again before it knows that it is mounted
		return c.element().Body(elements(c.rows)...)
	}
}

func (c *ListControl[T]) element() app.HTMLUl {
	given := &c.Given
	ul := app.Ul().ID(attribute(given.id)).Class(given.class)
	if given.label != "" {
		ul.Aria("label", attribute(given.label))
	}
	return ul
}

// managed reports whether the list mounts its rows itself. Otherwise, in a browser,
// go-app compares all of them, by their places.
func managed() bool { return app.IsClient && nodes.Known() != nil }

func built[T any](items []T, row func(T) app.UI) []app.UI {
	all := make([]app.UI, len(items))
	for i, item := range items {
		all[i] = row(item)
	}
	return all
}
