package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// Load makes of load, which returns a value and its position in the feed's
// stream, what [atom.Async] takes. A position is the id of the last event that
// the value contains, or an entity tag that is one: W/"17.ab12cd34". Where the
// feed is not open, as on a server, it does not matter.
//
// The loaded value takes its place together with what the server says it
// contains of the page's own changes: those leave the log, and the others stay
// above it. Events that come meanwhile wait.
func Load[T any](f *Feed, load func(ctx context.Context) (value T, at string, err error)) func(context.Context, atom.Reader) (T, error) {
	if f == nil || load == nil {
		panic("live: Load needs a feed and a function that loads, and one of them is nil")
	}
	return func(ctx context.Context, r atom.Reader) (value T, err error) {
		x := f.in(r)
		if !x.opened.Load() {
			value, _, err := load(ctx)
			return value, err
		}
		defer func() { x.failWith(ctx, err) }()
		succeeded, requests := x.begin(ctx)
		value, at, err := load(ctx)
		if err != nil {
			return value, err
		}
		now, err := parsePosition(at)
		if err != nil {
			return value, err
		}
		decided, err := x.decide(ctx)
		if err != nil {
			return value, err
		}
		context.AfterFunc(ctx, decided)
		contained, err := x.contained(ctx, now, succeeded)
		if err != nil {
			return value, err
		}
		atom.OnLoad(r, func(b *atom.Batch, enter func(...*atom.Entry)) {
			saga.Confirm(b, contained, func(entries ...*atom.Entry) error {
				enter(entries...)
				return nil
			})
			x.enter(b, now, requests)
		})
		return value, nil
	}
}

// begin has events wait until the load with that context is over. It returns the
// tasks that have succeeded by now: what is loaded contains them, if the server
// knows nothing else of them, and how often a load has been asked for.
func (x *following) begin(ctx context.Context) (succeeded []string, requests int) {
	x.store.Batch(func(*atom.Batch) { requests = x.requests })
	x.hold()
	context.AfterFunc(ctx, x.end)
	for id, task := range saga.Unconfirmed(x.store, x.Atom) {
		if task.State() == saga.Succeeded {
			succeeded = append(succeeded, id)
		}
	}
	return succeeded, requests
}

// failWith notes why a load has failed that is needed.
func (x *following) failWith(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	x.store.Batch(func(b *atom.Batch) {
		if x.stale = x.stale || !x.loaded; x.stale {
			x.unloaded = statusOf(err)
			x.show(b)
		}
	})
}

// end is called when a load is over, whatever came of it, or another hold.
func (x *following) end() {
	var err error
	x.store.Batch(func(b *atom.Batch) {
		if x.holds--; x.holds > 0 {
			return
		}
		if x.stale {
			x.failed++
			time.AfterFunc(backoff(x.failed), x.again)
			return
		}
		err = x.advance(b)
	})
	x.mend(err)
	x.signal()
}

// again loads anew after a load that has failed, as soon as there is a network.
func (x *following) again() {
	_, online := x.world.look()
	needed := false
	x.store.Batch(func(*atom.Batch) {
		needed = x.stale && x.holds == 0 && x.opened.Load()
		x.overdue = needed && !online
	})
	if needed && online {
		x.Refetch()
	}
}

// contained returns the tasks whose changes are in a value of that position.
func (x *following) contained(ctx context.Context, now position, succeeded []string) (ids []string, err error) {
	older := false
	x.store.Batch(func(*atom.Batch) { older = x.loaded && now.database == x.at.database && now.version < x.at.version })
	if older {
		return nil, fmt.Errorf("%w: %v", ErrOlder, now)
	}
	mutations := slices.Collect(maps.Keys(saga.Unconfirmed(x.store, x.Atom)))
	versions, err := x.versions(ctx, now.database, mutations)
	for _, id := range mutations {
		version, known := versions[id]
		if known && version <= now.version || !known && slices.Contains(succeeded, id) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// askedAtOnce is how many mutations the server is asked about in one request.
const askedAtOnce = 200

// errOtherDatabase: what the server says now is not about the value that it has sent before.
var errOtherDatabase = errors.New("live: the server has another database than the value is from")

// versions asks the server in which versions of a database mutations are.
func (x *following) versions(ctx context.Context, database string, mutations []string) (map[string]int64, error) {
	all := map[string]int64{}
	for some := range slices.Chunk(mutations, askedAtOnce) {
		versions, at, err := x.Committed(ctx, some)
		if err != nil {
			return nil, err
		}
		if now, err := parsePosition(at); at != "" && (err != nil || now.database != database) {
			return nil, cmp.Or(err, errOtherDatabase)
		}
		maps.Copy(all, versions)
	}
	return all, nil
}
