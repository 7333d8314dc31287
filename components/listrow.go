package components

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// A listRow is a row that is on the page.
type listRow[T any] struct {
	item T
	ui   app.UI
}

func elements[T any](rows []listRow[T]) []app.UI {
	all := make([]app.UI, len(rows))
	for i, r := range rows {
		all[i] = r.ui
	}
	return all
}

// turn is how long rows are mounted before the page may do something else, handful
// how many are before the time is looked at, and most how many at most: go-app's
// queue has to hold what they have to do when they are mounted.
const (
	turn    = 25 * time.Millisecond
	handful = 20
	most    = 500
)

// first is how many rows are mounted together with the list, and prerendered.
const first = 100

// begin makes the rows that are mounted together with the list.
func (c *ListControl[T]) begin() {
	items := c.Given.items
	for _, item := range items[:min(len(items), first)] {
		c.rows = append(c.rows, listRow[T]{item, c.Given.row(item)})
	}
}

// follow makes the rows those of the items that are wanted, as far as it gets in
// its turn. It looks at what is between the rows that are the same at the head
// and at the tail.
func (c *ListControl[T]) follow() {
	want := c.wanted()
	head := commonHead(c.rows, want)
	tail := commonTail(c.rows[head:], want[head:])
	end := len(c.rows) - tail
	before, want := c.rows[head:end], want[head:len(want)-tail]
	if len(before) > 0 || len(want) > 0 {
		m := c.match(before, want)
		c.keep(m)
		if !c.mount(m) {
			c.fill()
		}
		c.place(m, c.rows[end:])
		c.rows = splice(c.rows, head, end, m.rows)
	}
	c.settle()
}

// splice replaces the rows from head to end. It makes another slice, or adds to
// the one there is: slices.Replace would be most of the code of a list.
func splice[T any](rows []listRow[T], head, end int, by []listRow[T]) []listRow[T] {
	if end == len(rows) {
		clear(rows[head:]) // what has gone is not kept
		return append(rows[:head], by...)
	}
	all := make([]listRow[T], 0, head+len(by)+len(rows)-end)
	all = append(append(all, rows[:head]...), by...)
	return append(all, rows[end:]...)
}

// fill goes on in another turn.
func (c *ListControl[T]) fill() {
	if c.filling {
		return
	}
	c.filling = true
	c.ctx.After(time.Nanosecond, func(ctx app.Context) {
		ctx.PreventUpdate()
		c.filling = false
		c.follow()
	})
}

// A match says for each item that is wanted where its row was.
type match[T any] struct {
	rows     []listRow[T] // of the items; without a ui, to be mounted
	from     []int        // their places before, or -1
	changed  []int        // which have another item than before
	unwanted []app.UI     // to be taken away
}

func (c *ListControl[T]) match(before []listRow[T], want []T) *match[T] {
	m := &match[T]{rows: make([]listRow[T], len(want)), from: make([]int, len(want))}
	places := make(map[any]int, len(before))
	for i, r := range before {
		key := c.keyOf(r.item)
		if _, twice := places[key]; twice {
			m.unwanted = append(m.unwanted, r.ui)
		} else {
			places[key] = i
		}
	}
	for i, item := range want {
		m.rows[i].item, m.from[i] = item, -1
		if len(places) == 0 {
			continue
		}
		key := c.keyOf(item)
		at, found := places[key]
		if !found {
			continue
		}
		delete(places, key)
		m.rows[i].ui, m.from[i] = before[at].ui, at
		if before[at].item != item {
			m.changed = append(m.changed, i)
		}
	}
	for _, at := range places {
		m.unwanted = append(m.unwanted, before[at].ui)
	}
	return m
}

func (c *ListControl[T]) keyOf(item T) any {
	if c.Given.key != nil {
		return c.Given.key(item)
	}
	return item
}

// keep updates the rows that have other content, and takes those away that nobody
// wants.
func (c *ListControl[T]) keep(m *match[T]) {
	var before, after []app.UI
	for _, i := range m.changed {
		row := &m.rows[i]
		next := c.Given.row(row.item)
		before, after = append(before, row.ui), append(after, next)
		if !nodes.Known().CanUpdate(row.ui, next) {
			row.ui = next
		}
	}
	c.update(append(before, m.unwanted...), after)
}

// mount mounts what is missing, at the end of the list, and has what is not
// mounted yet wait. It reports whether there was time for everything.
func (c *ListControl[T]) mount(m *match[T]) (complete bool) {
	begun, mounted, complete := nodes.Now(), 0, true
	var next []app.UI
	n := 0
	for i, row := range m.rows {
		if row.ui == nil {
			if len(next) == handful {
				c.update(nil, next)
				mounted, next = mounted+handful, nil
				complete = mounted < most && nodes.Now()-begun < turn
			}
			if !complete {
				continue
			}
			row.ui = c.Given.row(row.item)
			next = append(next, row.ui)
		}
		m.rows[n], m.from[n] = row, m.from[i]
		n++
	}
	c.update(nil, next)
	m.rows, m.from = m.rows[:n], m.from[:n]
	return complete
}

// update has go-app make a part of what is in the list another one: it is told
// that this part was all there is, and afterwards, that there is nothing.
func (c *ListControl[T]) update(before, after []app.UI) {
	if len(before) == 0 && len(after) == 0 {
		return
	}
	c.ul.Body(before...)
	if _, err := nodes.Known().Update(c.ctx, c.ul, c.element().Body(after...)); err != nil {
		panic(err) // as go-app does
	}
	c.ul.Body()
}
