package live

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// decide waits until nobody else decides what the base contains of the page's own
// changes: a load does before its value becomes the base, and an outbox before the
// changes in it are shown. Of two that asked the server at the same time, one would not
// know what the other makes of the answer, and a change would show twice.
func (x *following) decide(ctx context.Context) (decided func(), err error) {
	select {
	case x.deciding <- struct{}{}:
		return func() { <-x.deciding }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hold has the base stay what it is: events wait until end is called.
func (x *following) hold() { x.store.Batch(func(*atom.Batch) { x.holds++ }) }

// keep has the base stay what it is until release is called. contains returns which of
// some mutations are in it, as far as the server knows.
func (x *following) keep(ctx context.Context) (contains saga.Contains, release func()) {
	decided, err := x.decide(ctx)
	if err != nil {
		return func(context.Context, []string, time.Time) []string { return nil }, func() {}
	}
	x.hold()
	return x.containedNow, func() {
		x.end()
		decided()
	}
}

// containedNow is keep's contains. What was made after the last load is in the base if its
// event has come; the server is asked about what is older.
func (x *following) containedNow(ctx context.Context, mutations []string, made time.Time) (contained []string) {
	var at position
	known := false
	x.store.Batch(func(*atom.Batch) {
		at = x.at
		if known = made.After(x.come.since); known {
			contained = x.come.among(mutations)
		}
	})
	if known {
		return contained
	}
	versions, _ := x.versions(ctx, at.database, mutations) // what cannot be known counts as not contained
	for _, id := range mutations {
		if version, known := versions[id]; known && version <= at.version {
			contained = append(contained, id)
		}
	}
	return contained
}

// What has come are the mutations that events have put into the base since a time. What was
// loaded may have any that was made before.
type come struct {
	since time.Time
	has   map[string]bool
}

const mostCome = 200

// note notes an event. When there are many the older ones are forgotten.
func (c *come) note(mutation string) {
	if c.has == nil || len(c.has) == mostCome {
		c.begin()
	}
	c.has[mutation] = true
}

// begin forgets what has come until now. Since that has no monotonic part, it can be compared
// with the times of other tabs.
func (c *come) begin() { c.since, c.has = time.Now().Round(0), map[string]bool{} }

func (c *come) among(mutations []string) (come []string) {
	for _, id := range mutations {
		if c.has[id] {
			come = append(come, id)
		}
	}
	return come
}
