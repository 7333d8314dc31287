package components

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// A match has for each wanted item the row that it had before.
type match[T any] struct {
	rows     []listRow[T] // one for each item; ui is nil when it has to be mounted
	from     []int        // position of the row before, or -1
	changed  []int        // positions of rows with another item than before
	unwanted []app.UI     // rows to dismount
}

func (c *ListCompo[T]) match(before []listRow[T], want []T) *match[T] {
	m := &match[T]{rows: make([]listRow[T], len(want)), from: make([]int, len(want))}
	positions := make(map[any]int, len(before))
	for i, r := range before {
		key := c.keyOf(r.item)
		if _, twice := positions[key]; twice {
			m.unwanted = append(m.unwanted, r.ui)
		} else {
			positions[key] = i
		}
	}
	for i, item := range want {
		m.rows[i].item, m.from[i] = item, -1
		if len(positions) == 0 {
			continue
		}
		key := c.keyOf(item)
		at, found := positions[key]
		if !found {
			continue
		}
		delete(positions, key)
		m.rows[i].ui, m.from[i] = before[at].ui, at
		if before[at].item != item {
			m.changed = append(m.changed, i)
		}
	}
	for _, at := range positions {
		m.unwanted = append(m.unwanted, before[at].ui)
	}
	return m
}

func (c *ListCompo[T]) keyOf(item T) any {
	if c.Props.key != nil {
		return c.Props.key(item)
	}
	return item
}

func commonHead[T comparable](rows []listRow[T], want []T) int {
	n := min(len(rows), len(want))
	for i := range n {
		if rows[i].item != want[i] {
			return i
		}
	}
	return n
}

func commonTail[T comparable](rows []listRow[T], want []T) int {
	n := min(len(rows), len(want))
	for i := range n {
		if rows[len(rows)-1-i].item != want[len(want)-1-i] {
			return i
		}
	}
	return n
}
