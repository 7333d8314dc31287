package live

import (
	"errors"
	"fmt"
	"math"
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
	loaded   bool
	at       position           // what the base contains, once it is loaded
	come     come               // what of that is known by its mutation
	waiting  map[position]Event // of behind at, or of a database that is about to be loaded
	holds    int                // loads under way, and who else needs the base as it is; events wait
	stale    bool               // the base has to be loaded anew, whatever comes
	needed   position           // what the base has to contain not to be stale
	requests int                // to load anew, counted
	failed   int                // loads in a row
	overdue  bool               // a load is to be tried again when the page is seen and online
	behind   *time.Timer        // until the stream is begun again, because something is missing
	doubted  bool               // that the stream is of the base's database
	broken   func(error)        // ends the stream that is open
	link     Status             // how it is with the stream
	unloaded Status             // why the last load has failed, as far as that is known; "" if it has not
}

const (
	mostWaiting = 1000        // events; beyond that the value is loaded anew
	forgiven    = time.Second // for what is missing between two events to come
)

var (
	errMissed   = errors.New("live: an event is missing")
	errReplaced = errors.New("live: the base is of another database than it was")
)

// take puts an event in its place: applied if it is the next one, kept if it is
// early, ignored if the base contains it.
func (x *following) take(e Event) {
	var err error
	x.store.Batch(func(b *atom.Batch) {
		at := position{e.Version, e.Database}
		if at.database != x.at.database || at.version > x.at.version {
			if known := x.waiting[at]; known.Patch == nil {
				x.waiting[at] = e
			}
		}
		err = x.advance(b)
	})
	x.mend(err)
}

// hear takes in what has come by another way than the stream. What it says of another database than
// the base's may be late, or the first of a new one: that is for the stream to say.
func (x *following) hear(e Event) {
	foreign := false
	x.store.Batch(func(*atom.Batch) {
		if foreign = x.loaded && e.Database != x.at.database; foreign {
			x.doubted = true
			x.lookBehind()
		}
	})
	if !foreign {
		x.take(e)
	}
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
		e, ok := x.waiting[position{x.at.version + 1, x.at.database}]
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
		x.come.note(e.Mutation)
		x.reach(e.Version)
	}
	if x.isMissing() {
		x.lookBehind()
	}
	return nil
}

// isMissing reports whether something is between the base and an event that waits.
func (x *following) isMissing() bool {
	for at := range x.waiting {
		if at.database == x.at.database {
			return true
		}
	}
	return false
}

// lookBehind has catchUp see to it soon.
func (x *following) lookBehind() {
	if x.behind == nil {
		x.behind = time.AfterFunc(forgiven, x.catchUp)
	}
}

// reach notes that the base contains everything up to a version.
func (x *following) reach(version int64) {
	x.at.version = version
	for at := range x.waiting {
		if at.database == x.at.database && at.version <= version {
			delete(x.waiting, at)
		}
	}
}

// enter notes that the base is a value of that position, which was loaded since the given
// number of requests. A load that began before the last of them may have been answered before,
// too.
func (x *following) enter(b *atom.Batch, now position, requests int) {
	replaced := x.loaded && now.database != x.at.database
	x.at, x.loaded, x.failed, x.overdue, x.unloaded = now, true, 0, false, ""
	x.come.begin()
	for at := range x.waiting {
		if at.database != now.database {
			delete(x.waiting, at)
		}
	}
	x.reach(now.version)
	if requests == x.requests || now.database == x.needed.database && now.version >= x.needed.version {
		x.stale = false
	}
	if replaced && now.database != x.needed.database && x.broken != nil {
		x.broken(errReplaced) // it is for the server to say which of the two is
	}
	if !x.stale {
		x.needed = position{}
	}
	x.show(b)
}

// catchUp has the stream begin again where the base is, if something is still
// missing, or the stream might be of another database.
func (x *following) catchUp() {
	x.store.Batch(func(*atom.Batch) {
		x.behind = nil
		if (x.isMissing() || x.doubted) && x.holds == 0 && x.broken != nil {
			x.broken(errMissed)
		}
		x.doubted = false
	})
}

// mend has the value loaded anew when an event could not be applied.
func (x *following) mend(err error) {
	if err != nil {
		x.OnError(err)
		x.renew(someday)
	}
}

// someday is a position that no value is known to contain: only a load that begins later will do.
var someday = position{version: math.MaxInt64}

// renew has the value loaded anew. A load that is under way is another one's, unless it brings what
// is needed.
func (x *following) renew(needed position) {
	loading := false
	x.store.Batch(func(b *atom.Batch) {
		if x.stale && x.needed.database == needed.database {
			needed.version = max(needed.version, x.needed.version)
		}
		x.stale, x.needed = true, needed
		x.requests++
		loading = x.holds > 0 || !x.opened.Load()
		x.show(b)
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
		x.renew(on)
	}
}

// meet is told of an event of another database than the base's on the stream. It waits, as do
// those behind it, for a value of its database.
func (x *following) meet(at position) {
	known := false
	x.store.Batch(func(*atom.Batch) { known = x.stale && x.needed.database == at.database })
	if !known {
		x.renew(position{at.version - 1, at.database})
	}
}
