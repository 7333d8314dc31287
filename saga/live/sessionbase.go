package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// decide waits until nobody else decides which of the page's own changes the base contains. A load
// decides it before its value becomes the base, and an outbox before its changes are shown. If
// both asked the server at the same time, neither would know the other's decision, and a change
// could show twice.
func (s *session) decide(ctx context.Context) (decided func(), err error) {
	select {
	case s.decision <- struct{}{}:
		return func() { <-s.decision }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// holdBase keeps the base as it is: events wait until releaseBase is called.
func (s *session) holdBase() { s.store.Batch(func(*atom.Batch) { s.holds++ }) }

// releaseBase ends what holdBase has begun, however a load has ended. After the last one it applies
// the events that have waited, or repeats a load that has failed.
func (s *session) releaseBase() {
	var err error
	s.store.Batch(func(b *atom.Batch) {
		if s.holds--; s.holds > 0 {
			return
		}
		if s.stale {
			s.failedLoads++
			time.AfterFunc(backoff(s.failedLoads), s.retryLoad)
			return
		}
		err = s.applyWaiting(b)
	})
	s.recoverFrom(err)
	s.signal()
}

// freezeBase keeps the base as it is, and alone decides what it contains, until release is called.
// contains returns those of some mutations that are in the base.
func (s *session) freezeBase(ctx context.Context) (contains func(ctx context.Context, ids []string, made time.Time) []string, release func()) {
	decided, err := s.decide(ctx)
	if err != nil {
		return func(context.Context, []string, time.Time) []string { return nil }, func() {}
	}
	s.holdBase()
	return s.containedInBase, func() {
		s.releaseBase()
		decided()
	}
}

// containedInBase returns those of the mutations that are in the base. One that was made after the
// last load is in it if its event has been applied. The server is asked about older ones; without
// an answer they count as not contained.
func (s *session) containedInBase(ctx context.Context, mutations []string, made time.Time) (contained []string) {
	var base position
	known := false
	s.store.Batch(func(*atom.Batch) {
		base = s.base
		if known = made.After(s.seen.since); known {
			contained = s.seen.filter(mutations)
		}
	})
	if known {
		return contained
	}
	versions, _ := s.askVersions(ctx, base.database, mutations)
	for _, id := range mutations {
		if version, known := versions[id]; known && version <= base.version {
			contained = append(contained, id)
		}
	}
	return contained
}

// confirmGrace is how long a commit may take before the server is asked about it.
const confirmGrace = 2 * time.Second

// checkLate is called again and again for a task that has succeeded and whose commit does not
// arrive. The commit may have arrived before the task began: for a change that was sent by a page
// that is gone the server repeats its answer. The value is then loaded again.
func (s *session) checkLate(t *saga.Task) {
	if !s.checkingLate.CompareAndSwap(false, true) {
		return // the value that is loaded then answers for all
	}
	defer s.checkingLate.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), s.Limit)
	defer cancel()
	base := s.position()
	versions, err := s.askVersions(ctx, base.database, []string{t.ID()})
	switch {
	case errors.Is(err, errOtherDatabase):
		s.refetch(nextLoad)
		return
	case err != nil:
		return // a server that cannot be asked cannot have sent the commit
	}
	version, known := versions[t.ID()]
	switch waited := time.Since(t.Ended()); {
	case known && version <= base.version:
		s.refetch(nextLoad)
	case waited >= s.Limit:
		s.OnError(fmt.Errorf("%w: %v after it had succeeded", ErrUnconfirmed, waited.Round(time.Second)))
		s.refetch(nextLoad)
	}
}

const mutationsPerRequest = 200

var errOtherDatabase = errors.New("live: the server has another database than the value is from")

// askVersions asks the server in which versions of a database mutations are. It returns
// errOtherDatabase when the server has another one by now.
func (s *session) askVersions(ctx context.Context, database string, mutations []string) (map[string]int64, error) {
	all := map[string]int64{}
	for len(mutations) > 0 {
		n := min(len(mutations), mutationsPerRequest)
		chunk := mutations[:n:n]
		mutations = mutations[n:]
		versions, at, err := s.Committed(ctx, chunk)
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

// A mutationSet has the mutations that events have put into the base since a time. It says nothing
// about earlier ones, which the loaded value may contain or not.
type mutationSet struct {
	since time.Time
	ids   map[string]bool
}

const maxSeen = 200

// add adds a mutation. If there are many it forgets the others.
func (m *mutationSet) add(id string) {
	if m.ids == nil || len(m.ids) == maxSeen {
		m.reset()
	}
	m.ids[id] = true
}

// reset forgets all mutations. since has no monotonic clock reading, so that it can be compared
// with times of other tabs.
func (m *mutationSet) reset() { m.since, m.ids = time.Now().Round(0), map[string]bool{} }

// filter returns those of some mutations that are in the set.
func (m *mutationSet) filter(ids []string) (found []string) {
	for _, id := range ids {
		if m.ids[id] {
			found = append(found, id)
		}
	}
	return found
}
