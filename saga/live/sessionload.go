package live

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// Load returns a function for [atom.Async]. load returns a value and its position in the feed's
// stream: the id of the last event that the value contains, or an entity tag that is one, such as
// W/"17.ab12cd34". The position is not used where the feed is not open, as on a server.
//
// Together with the value becoming the base, those of the page's own changes leave the log that it
// contains, according to the server. The others stay above it. Events that arrive during the load
// wait.
//
// The errors of the function are those of load and of [Config.Committed], an error for a malformed
// position, and [ErrOlder].
func Load[T any](f *Feed, load func(ctx context.Context) (value T, at string, err error)) func(context.Context, atom.Reader) (T, error) {
	if f == nil || load == nil {
		panic("live: Load needs a feed and a function that loads, and one of them is nil")
	}
	return func(ctx context.Context, r atom.Reader) (value T, err error) {
		s := f.sessionIn(r)
		if !s.opened.Load() {
			value, _, err := load(ctx)
			return value, err
		}
		defer func() { s.setLoadError(ctx, err) }()
		succeeded, refetches := s.beginLoad(ctx)
		value, at, err := load(ctx)
		if err != nil {
			return value, err
		}
		loaded, err := parsePosition(at)
		if err != nil {
			return value, err
		}
		decided, err := s.decide(ctx)
		if err != nil {
			return value, err
		}
		context.AfterFunc(ctx, decided)
		contained, err := s.containedInValue(ctx, loaded, succeeded)
		if err != nil {
			return value, err
		}
		atom.OnLoad(r, func(b *atom.Batch, enter func(...*atom.Entry)) {
			saga.RebaseWith(b, contained, func(entries ...*atom.Entry) error {
				enter(entries...)
				return nil
			})
			s.setBase(b, loaded, refetches)
		})
		return value, nil
	}
}

// beginLoad holds the base until ctx is done, which it is when the load is over. It returns the
// tasks that have succeeded before the load, and s.refetches.
func (s *session) beginLoad(ctx context.Context) (succeeded []string, refetches int) {
	s.store.Batch(func(*atom.Batch) { refetches = s.refetches })
	s.holdBase()
	context.AfterFunc(ctx, s.releaseBase)
	for id, task := range saga.Unconfirmed(s.store, s.Atom) {
		if task.State() == saga.Succeeded {
			succeeded = append(succeeded, id)
		}
	}
	return succeeded, refetches
}

// setLoadError is called with the error of a load, for the status.
func (s *session) setLoadError(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	s.store.Batch(func(b *atom.Batch) {
		if s.stale = s.stale || !s.loaded; s.stale {
			s.loadStatus = statusOf(err)
			s.updateStatus(b)
		}
	})
}

// retryLoad repeats a load that has failed, if it is still needed. While the device is offline it
// leaves that to connect.
func (s *session) retryLoad() {
	_, online := s.env.state()
	needed := false
	s.store.Batch(func(*atom.Batch) {
		needed = s.stale && s.holds == 0 && s.opened.Load()
		s.retryWaits = needed && !online
	})
	if needed && online {
		s.Refetch()
	}
}

// containedInValue returns the tasks whose changes are in a value of a position. Tasks that had
// succeeded before it was loaded are in it, unless the server says otherwise.
func (s *session) containedInValue(ctx context.Context, loaded position, succeeded []string) (ids []string, err error) {
	older := false
	s.store.Batch(func(*atom.Batch) {
		older = s.loaded && loaded.database == s.base.database && loaded.version < s.base.version
	})
	if older {
		return nil, fmt.Errorf("%w: %v", ErrOlder, loaded)
	}
	mutations := slices.Collect(maps.Keys(saga.Unconfirmed(s.store, s.Atom)))
	versions, err := s.askVersions(ctx, loaded.database, mutations)
	for _, id := range mutations {
		version, known := versions[id]
		if known && version <= loaded.version || !known && slices.Contains(succeeded, id) {
			ids = append(ids, id)
		}
	}
	return ids, err
}
