package components

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// A ListCompo is a list of rows. It is made by [List].
type ListCompo[T comparable] struct {
	app.Compo
	Props listProps[T] // set by the methods; exported because go-app copies only such fields when it reuses a component

	ul       app.HTMLUl // the mounted one; go-app believes it to be empty
	rows     []listRow[T]
	ctx      app.Context
	mounted  bool
	filling  bool // more rows are mounted in a later turn
	viewport viewport
}

type listProps[T comparable] struct {
	newRow           func(T) app.UI // first: functions are never equal, which ends go-app's comparison early
	key              func(T) any
	items            []T
	id, class, label string
	windowed         bool
}

// A listRow is a row that is on the page.
type listRow[T any] struct {
	item T
	ui   app.UI
}

// List returns a list of one row for each item: a <ul>, for which row makes the <li>
// elements, plain ones or components.
//
//	components.List(kinds.Use(&c.bind, order), func(id KindID) app.UI { return &kindRow{ID: id} })
//
// A row belongs to its item, not to its position. When items are added, removed and moved,
// only their rows are mounted, dismounted and moved. The others are not touched, and keep
// the focus, the selection and what the user has typed. So row is called once for an item.
// It should depend on nothing but that item: what else the row shows it reads through hooks
// of its own.
//
// Items are compared by ==. The best ones are the keys of an atom.Family: the list is then
// rendered when its structure changes, and a row when its own atom does. For items that
// contain more than what identifies them there is [ListCompo.Key].
//
// A hundred rows are mounted with the list, and prerendered by a server. Others follow in
// short turns, so that the page can be used meanwhile: 10,000 take some seconds. For more
// than that there is [ListCompo.Windowed].
//
// The rows do not get go-app's OnNav, OnResize and OnAppUpdate. The list contains nothing
// but rows.
func List[T comparable](items []T, row func(T) app.UI) *ListCompo[T] {
	return &ListCompo[T]{Props: listProps[T]{items: items, newRow: row}}
}

// ID sets the id of the list.
func (c *ListCompo[T]) ID(id string) *ListCompo[T] { c.Props.id = id; return c }

// Class sets the classes of the list.
func (c *ListCompo[T]) Class(names string) *ListCompo[T] { c.Props.class = names; return c }

// Label sets the name of the list for assistive technology.
func (c *ListCompo[T]) Label(text string) *ListCompo[T] { c.Props.label = text; return c }

// Key sets the function that returns what identifies an item, a comparable value. An item
// that differs from one before but has the same key keeps the row, with other content.
// Without a Key an item identifies itself.
func (c *ListCompo[T]) Key(key func(T) any) *ListCompo[T] { c.Props.key = key; return c }

// Windowed keeps only the rows on the page that can be seen, and some around them. All rows
// have to be of the same height. It is for more than some 10,000 rows: the browser's search
// does not find rows that are not on the page.
func (c *ListCompo[T]) Windowed() *ListCompo[T] { c.Props.windowed = true; return c }

// OnInit is called by go-app.
func (c *ListCompo[T]) OnInit() { c.ul, c.rows, c.mounted, c.filling = nil, nil, false, false }

// OnMount is called by go-app.
func (c *ListCompo[T]) OnMount(ctx app.Context) {
	ctx.PreventUpdate()
	if !mountsRows() {
		return
	}
	c.ctx, c.mounted = ctx, true
	c.ul.Body()
	if c.Props.windowed {
		c.viewport.listen(c.ul.JSValue(), c.onScroll)
	}
	c.reconcile()
}

// OnDismount is called by go-app.
func (c *ListCompo[T]) OnDismount() {
	c.viewport.stop()
	if !c.mounted {
		return // go-app has the rows, and dismounts them
	}
	c.mounted = false
	for _, r := range c.rows {
		nodes.Known().Dismount(r.ui)
	}
}

// Render is called by go-app.
func (c *ListCompo[T]) Render() app.UI {
	items := c.Props.items
	switch {
	case app.IsServer:
		return c.newElement().Body(newRows(items[:min(len(items), initialRows)], c.Props.newRow)...)
	case !mountsRows():
		return c.newElement().Body(newRows(items, c.Props.newRow)...)
	case c.mounted:
		c.reconcile()
		return c.newElement()
	case c.ul == nil:
		for _, item := range items[:min(len(items), initialRows)] {
			c.rows = append(c.rows, listRow[T]{item, c.Props.newRow(item)})
		}
		c.ul = c.newElement().Body(elements(c.rows)...)
		return c.ul
	default: // rendered again before OnMount
		return c.newElement().Body(elements(c.rows)...)
	}
}

// newElement returns the <ul>, without rows.
func (c *ListCompo[T]) newElement() app.HTMLUl {
	props := &c.Props
	ul := app.Ul().ID(attribute(props.id)).Class(props.class)
	if props.label != "" {
		ul.Aria("label", attribute(props.label))
	}
	return ul
}

// mountsRows reports whether lists mount their rows themselves. If not, in a browser, go-app
// compares all rows by their positions.
func mountsRows() bool { return app.IsClient && nodes.Known() != nil }

func newRows[T any](items []T, newRow func(T) app.UI) []app.UI {
	all := make([]app.UI, len(items))
	for i, item := range items {
		all[i] = newRow(item)
	}
	return all
}

func elements[T any](rows []listRow[T]) []app.UI {
	all := make([]app.UI, len(rows))
	for i, r := range rows {
		all[i] = r.ui
	}
	return all
}
