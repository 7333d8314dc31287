package saga

import (
	"cmp"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// compare compares items by their Order. Those that have none yet come last, in the order of
// dispatch.
func (i *item) compare(other *item) int {
	a, b := i.record.Order, other.record.Order
	switch {
	case a == 0 && b == 0:
		return cmp.Compare(i.ranAt, other.ranAt)
	case a == 0:
		return 1
	case b == 0:
		return -1
	}
	return cmp.Compare(a, b)
}

// inOrder sorts items by compare. Package sort is in every page anyway; an instance of
// slices.SortFunc would be 17 KB more.
type inOrder []*item

func (o inOrder) Len() int { return len(o) }

func (o inOrder) Less(i, j int) bool { return o[i].compare(o[j]) < 0 }

func (o inOrder) Swap(i, j int) { o[i], o[j] = o[j], o[i] }

// overlaps reports whether two items are about the same thing, or one about a part of the other.
func (i *item) overlaps(other *item) bool { return atom.Overlap(i.on, other.on) }

// insert puts an item at its place in the order of the outbox.
func (q *queue) insert(i *item) {
	q.remove(i)
	q.order = append(q.order, i)
	for at := len(q.order) - 1; at > 0 && i.compare(q.order[at-1]) < 0; at-- {
		q.order[at], q.order[at-1] = q.order[at-1], i
	}
}

func (q *queue) remove(i *item) {
	if at := slices.Index(q.order, i); at >= 0 {
		q.order = slices.Delete(q.order, at, at+1)
	}
}

// laterThan returns the items that come after i in the order and overlap target, or overlap
// one of these.
func (q *queue) laterThan(i *item, target atom.Target) (later []*item) {
	for _, x := range q.order {
		if x != i && i.compare(x) < 0 && (atom.Overlap(target, x.on) || slices.ContainsFunc(later, x.overlaps)) {
			later = append(later, x)
		}
	}
	return later
}

// alignLog brings the log into the order of the outbox after an item has got its Order: later
// ones of other pages may have entered the log before it.
func (c *outboxClient) alignLog(b *atom.Batch, i *item) {
	c.insert(i)
	c.mayReenter = true
	moved := []*item{i}
	for _, x := range c.laterThan(i, i.on) {
		below := func(m *item) bool { return (m != i || m.loggedAt > x.loggedAt) && m.overlaps(x) }
		if slices.ContainsFunc(moved, below) {
			moved = append(moved, x)
		}
	}
	c.takeOutOfLog(b, moved[1:])()
}

// followRenames gives the items the current names of their atoms, so that runs on an element
// overlap whether they came before or after it was given another key.
func (c *outboxClient) followRenames(b *atom.Batch) {
	n := b.Renames()
	if n == c.renames {
		return
	}
	c.renames = n
	var renamed []*item
	for _, i := range c.order {
		if on := atom.Current(b, i.task.spec.on); on.String() != i.on.String() {
			i.on = on
			renamed = append(renamed, i)
		}
	}
	for _, i := range renamed {
		c.alignLog(b, i)
	}
	c.mayReenter = true
	c.refresh(b)
}

// takeOutOfLog takes items out of the log, the last one first, because none may be there without
// those it was made on. putBack enters them at the end of the log, in their order.
func (c *outboxClient) takeOutOfLog(b *atom.Batch, items []*item) (putBack func()) {
	var out []*item // the last one first
	putBack = func() {
		slices.Reverse(out)
		each(out, func(x *item) {
			x.loggedAt = c.nextNumber()
			x.task.enterAgain(b)
		})
	}
	returned := false
	defer func() {
		if !returned { // an update that was applied again has ended the goroutine
			putBack()
		}
	}()
	for _, x := range slices.Backward(items) {
		if x.isInLog(b) {
			out = append(out, x)
		}
		if !x.task.isAway() {
			x.task.takeOut(b)
		}
	}
	returned = true
	return putBack
}

// reenterAll enters the changes that are away from the log and can be applied now.
func (c *outboxClient) reenterAll(b *atom.Batch) {
	if !c.mayReenter {
		return
	}
	c.mayReenter = false
	for _, i := range slices.Clone(c.order) {
		if i.task.isAway() && !i.task.confirmed && i.state != settling {
			i.reenter(b, i.task)
		}
	}
}
