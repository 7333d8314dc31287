package components

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

const (
	initialRows    = 100                   // are mounted with the list, and prerendered
	turnBudget     = 25 * time.Millisecond // for mounting, before the page may do something else
	rowsPerCheck   = 20                    // are mounted between two looks at the time
	maxRowsPerTurn = 500                   // since go-app's queue has to hold what they do when they are mounted
)

// reconcile makes the rows those of the items that are to be on the page, as far as it gets
// in one turn.
func (c *ListCompo[T]) reconcile() {
	c.updateRows()
	if c.viewport.list == nil {
		return
	}
	if c.viewport.height == 0 && c.measure() {
		c.updateRows() // it is known now which rows can be seen
	}
	c.layOut()
}

// updateRows compares the rows with the items, except for what both have in common at the
// head and at the tail.
func (c *ListCompo[T]) updateRows() {
	want := c.wantedItems()
	head := commonHead(c.rows, want)
	tail := commonTail(c.rows[head:], want[head:])
	end := len(c.rows) - tail
	before, want := c.rows[head:end], want[head:len(want)-tail]
	if len(before) == 0 && len(want) == 0 {
		return
	}
	m := c.match(before, want)
	c.updateMatched(m)
	if !c.mountMissing(m) {
		c.reconcileLater()
	}
	c.move(m, c.rows[end:])
	c.rows = splice(c.rows, head, end, m.rows)
}

// splice returns rows with those from head to end replaced. It appends to rows where it can,
// else it makes a new slice. slices.Replace would be most of the code of a list.
func splice[T any](rows []listRow[T], head, end int, by []listRow[T]) []listRow[T] {
	if end == len(rows) {
		clear(rows[head:]) // so that removed rows are collected
		return append(rows[:head], by...)
	}
	all := make([]listRow[T], 0, head+len(by)+len(rows)-end)
	all = append(append(all, rows[:head]...), by...)
	return append(all, rows[end:]...)
}

// reconcileLater goes on in another turn.
func (c *ListCompo[T]) reconcileLater() {
	if c.filling {
		return
	}
	c.filling = true
	c.ctx.After(time.Nanosecond, func(ctx app.Context) {
		ctx.PreventUpdate()
		c.filling = false
		c.reconcile()
	})
}

// updateMatched renders the rows whose content has changed, and dismounts those that are not
// wanted.
func (c *ListCompo[T]) updateMatched(m *match[T]) {
	var before, after []app.UI
	for _, i := range m.changed {
		row := &m.rows[i]
		next := c.Props.newRow(row.item)
		before, after = append(before, row.ui), append(after, next)
		if !nodes.Known().CanUpdate(row.ui, next) {
			row.ui = next
		}
	}
	c.update(append(before, m.unwanted...), after)
}

// mountMissing mounts missing rows at the end of the list, and removes from m those for which
// there was no time. It reports whether there was time for all.
func (c *ListCompo[T]) mountMissing(m *match[T]) (complete bool) {
	start, mounted, complete := nodes.Now(), 0, true
	var next []app.UI
	n := 0
	for i, row := range m.rows {
		if row.ui == nil {
			if len(next) == rowsPerCheck {
				c.update(nil, next)
				mounted, next = mounted+rowsPerCheck, nil
				complete = mounted < maxRowsPerTurn && nodes.Now()-start < turnBudget
			}
			if !complete {
				continue
			}
			row.ui = c.Props.newRow(row.item)
			next = append(next, row.ui)
		}
		m.rows[n], m.from[n] = row, m.from[i]
		n++
	}
	c.update(nil, next)
	m.rows, m.from = m.rows[:n], m.from[:n]
	return complete
}

// update has go-app turn some of the rows into others. For that time go-app gets them as the
// whole content of the list, which is empty to it before and after.
func (c *ListCompo[T]) update(before, after []app.UI) {
	if len(before) == 0 && len(after) == 0 {
		return
	}
	c.ul.Body(before...)
	if _, err := nodes.Known().Update(c.ctx, c.ul, c.newElement().Body(after...)); err != nil {
		panic(err) // as go-app does
	}
	c.ul.Body()
}
