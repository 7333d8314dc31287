package live

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A following is a feed in one store: up to where the base is, and what has come
// from behind that.
type following struct {
	Config
	feed  *Feed
	store *atom.Store
	world world
	wake  chan struct{} // something that connect waits for may have happened

	opened   atomic.Bool
	asking   atomic.Bool
	deciding chan struct{} // holds who decides what the base contains

	// Guarded by the store's lock.
	loaded  bool
	at      position        // what the base contains, once it is loaded
	waiting map[int64]Event // by version, of behind at
	holds   int             // loads under way, and who else needs the base as it is; events wait
	stale   bool            // the base has to be loaded anew, whatever comes
	failed  int             // loads in a row
	behind  *time.Timer     // until the stream is begun again, because something is missing
	broken  func(error)     // ends the stream that is open
}

const (
	mostWaiting = 1000        // events; beyond that the value is loaded anew
	forgiven    = time.Second // for what is missing between two events to come
)

var errMissed = errors.New("live: an event is missing")

// take puts an event in its place: applied if it is the next one, kept if it is
// early, ignored if the base contains it.
func (x *following) take(e Event) {
	var err error
	x.store.Batch(func(b *atom.Batch) {
		if e.Version > x.at.version || !x.loaded {
			if known := x.waiting[e.Version]; known.Patch == nil {
				x.waiting[e.Version] = e
			}
		}
		err = x.advance(b)
	})
	x.mend(err)
}

// advance applies the events that are next. Its error wraps ErrEvent; what could
// not be applied goes on waiting, for a value that contains it.
func (x *following) advance(b *atom.Batch) error {
	if len(x.waiting) > mostWaiting {
		clear(x.waiting)
		return fmt.Errorf("%w: too many are missing", ErrEvent)
	}
	if x.holds > 0 || !x.loaded {
		return nil
	}
	for {
		e, ok := x.waiting[x.at.version+1]
		if !ok {
			break
		}
		if e.Patch == nil {
			break // the stream has the patch
		}
		err := saga.Confirm(b, []string{e.Mutation}, func(contained ...*atom.Entry) error { return x.Apply(b, e, contained...) })
		if err != nil {
			return fmt.Errorf("%w: version %d of %q: %w", ErrEvent, e.Version, e.Entity, err)
		}
		x.reach(e.Version)
	}
	if len(x.waiting) > 0 && x.behind == nil {
		x.behind = time.AfterFunc(forgiven, x.catchUp)
	}
	return nil
}

// reach notes that the base contains everything up to a version.
func (x *following) reach(version int64) {
	x.at.version = version
	for v := range x.waiting {
		if v <= version {
			delete(x.waiting, v)
		}
	}
}

// catchUp has the stream begin again where the base is, if something is still
// missing.
func (x *following) catchUp() {
	x.store.Batch(func(*atom.Batch) {
		x.behind = nil
		if len(x.waiting) > 0 && x.holds == 0 && x.broken != nil {
			x.broken(errMissed)
		}
	})
}

// mend has the value loaded anew when an event could not be applied.
func (x *following) mend(err error) {
	if err != nil {
		x.OnError(err)
		x.renew()
	}
}

// renew has the value loaded anew, unless that is being done.
func (x *following) renew() {
	loading := false
	x.store.Batch(func(*atom.Batch) {
		x.stale = true
		loading = x.holds > 0 || !x.opened.Load()
	})
	if !loading {
		x.Refetch()
	}
}

// gap is told that the stream goes on at a position, and nothing comes of what is
// before it.
func (x *following) gap(on position) {
	missing := false
	x.store.Batch(func(*atom.Batch) {
		missing = x.loaded && (on.database != x.at.database || on.version > x.at.version)
	})
	if missing {
		x.renew()
	}
}
