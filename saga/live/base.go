package live

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
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
func (x *following) keep(ctx context.Context) (contains func(context.Context, []string) []string, release func()) {
	decided, err := x.decide(ctx)
	if err != nil {
		return func(context.Context, []string) []string { return nil }, func() {}
	}
	x.hold()
	return x.containedNow, func() {
		x.end()
		decided()
	}
}

func (x *following) containedNow(ctx context.Context, mutations []string) (contained []string) {
	if x.Committed == nil {
		return nil
	}
	at := x.position()
	versions, _ := x.versions(ctx, at.database, mutations) // what cannot be known counts as not contained
	for _, id := range mutations {
		if version, known := versions[id]; known && version <= at.version {
			contained = append(contained, id)
		}
	}
	return contained
}
