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

// A session is a feed in one store: the position of the base, and the events that come after it.
type session struct {
	Config
	feed  *Feed
	store *atom.Store
	env   environment
	wake  chan struct{} // receives when something has changed that connect may wait for

	opened       atomic.Bool
	checkingLate atomic.Bool
	decision     chan struct{} // full while somebody decides what the base contains, see decide

	// Guarded by the store's lock.
	loaded        bool
	base          position           // of the base, once it is loaded
	seen          mutationSet        // mutations that events have put into the base
	waiting       map[position]Event // events after base, or of a database that is about to be loaded
	holds         int                // loads under way, and others for whom the base must not change; events wait
	stale         bool               // the value has to be loaded again
	needed        position           // a loaded value that contains this position is not stale
	refetches     int                // how often the value had to be loaded again
	failedLoads   int                // in a row
	retryWaits    bool               // a failed load is to be repeated once the device is online
	gapTimer      *time.Timer        // runs catchUp; nil when nothing is missing
	streamDoubted bool               // the stream may be of another database than the base
	breakStream   func(error)        // ends the open stream
	streamStatus  Status
	loadStatus    Status // why the last load has failed; "" if it has not, or for another reason
}

const (
	maxWaiting = 1000        // events; beyond that the value is loaded again
	gapGrace   = time.Second // how long an event may be missing before the stream is begun again
)

var (
	errGap      = errors.New("live: an event is missing")
	errReplaced = errors.New("live: the base is of another database than it was")
)

// receive applies an event if it is the next one, keeps it if it is early, and ignores it if the
// base contains it.
func (s *session) receive(e Event) {
	var err error
	s.store.Batch(func(b *atom.Batch) {
		at := position{e.Version, e.Database}
		if at.database != s.base.database || at.version > s.base.version {
			if known := s.waiting[at]; known.Patch == nil {
				s.waiting[at] = e
			}
		}
		err = s.applyWaiting(b)
	})
	s.recoverFrom(err)
}

// receiveForeign receives an event that has not come on the stream. If it is of another database
// than the base, it may be late, or the first one of a new database: the stream has to say which.
func (s *session) receiveForeign(e Event) {
	foreign := false
	s.store.Batch(func(*atom.Batch) {
		if foreign = s.loaded && e.Database != s.base.database; foreign {
			s.streamDoubted = true
			s.scheduleCatchUp()
		}
	})
	if !foreign {
		s.receive(e)
	}
}

// applyWaiting applies the events that are next. Its error wraps ErrEvent: the event stays until a
// value is loaded that contains it.
func (s *session) applyWaiting(b *atom.Batch) error {
	if len(s.waiting) > maxWaiting {
		clear(s.waiting)
		return fmt.Errorf("%w: too many are missing", ErrEvent)
	}
	if s.holds > 0 || !s.loaded {
		return nil
	}
	for {
		e, ok := s.waiting[position{s.base.version + 1, s.base.database}]
		if !ok {
			break
		}
		if e.Patch == nil {
			break // the stream will bring the patch
		}
		err := saga.RebaseWith(b, []string{e.Mutation}, func(contained ...*atom.Entry) error { return s.Apply(b, e, contained...) })
		if err != nil {
			return fmt.Errorf("%w: version %d of %q: %w", ErrEvent, e.Version, e.Entity, err)
		}
		s.seen.add(e.Mutation)
		s.advanceTo(e.Version)
	}
	if s.hasGap() {
		s.scheduleCatchUp()
	}
	return nil
}

// hasGap reports whether an event is missing between the base and one that waits.
func (s *session) hasGap() bool {
	for at := range s.waiting {
		if at.database == s.base.database {
			return true
		}
	}
	return false
}

func (s *session) scheduleCatchUp() {
	if s.gapTimer == nil {
		s.gapTimer = time.AfterFunc(gapGrace, s.catchUp)
	}
}

// catchUp begins the stream again at the base if an event is still missing, or if the stream may
// be of another database.
func (s *session) catchUp() {
	s.store.Batch(func(*atom.Batch) {
		s.gapTimer = nil
		if (s.hasGap() || s.streamDoubted) && s.holds == 0 && s.breakStream != nil {
			s.breakStream(errGap)
		}
		s.streamDoubted = false
	})
}

// advanceTo sets the version of the base, and forgets the events that it contains.
func (s *session) advanceTo(version int64) {
	s.base.version = version
	for at := range s.waiting {
		if at.database == s.base.database && at.version <= version {
			delete(s.waiting, at)
		}
	}
}

// setBase is called when a loaded value becomes the base. refetches is what s.refetches was when
// the load began: if it has grown, the value may have been read before it was needed.
func (s *session) setBase(b *atom.Batch, loaded position, refetches int) {
	replaced := s.loaded && loaded.database != s.base.database
	s.base, s.loaded, s.failedLoads, s.retryWaits, s.loadStatus = loaded, true, 0, false, ""
	s.seen.reset()
	for at := range s.waiting {
		if at.database != loaded.database {
			delete(s.waiting, at)
		}
	}
	s.advanceTo(loaded.version)
	if refetches == s.refetches || loaded.database == s.needed.database && loaded.version >= s.needed.version {
		s.stale = false
	}
	if replaced && loaded.database != s.needed.database && s.breakStream != nil {
		s.breakStream(errReplaced) // the server has to say which of the two it has
	}
	if !s.stale {
		s.needed = position{}
	}
	s.updateStatus(b)
}

// recoverFrom loads the value again if err, of an event that could not be applied, is not nil.
func (s *session) recoverFrom(err error) {
	if err != nil {
		s.OnError(err)
		s.refetch(nextLoad)
	}
}

// nextLoad is a position that no value contains: only a load that begins later will do.
var nextLoad = position{version: math.MaxInt64}

// refetch loads the value again. If a load is under way, it waits for that: its value may contain
// the needed position.
func (s *session) refetch(needed position) {
	loading := false
	s.store.Batch(func(b *atom.Batch) {
		if s.stale && s.needed.database == needed.database {
			needed.version = max(needed.version, s.needed.version)
		}
		s.stale, s.needed = true, needed
		s.refetches++
		loading = s.holds > 0 || !s.opened.Load()
		s.updateStatus(b)
	})
	if !loading {
		s.Refetch()
	}
}

// handleGap is called when the stream goes on after a position, and brings nothing that is before
// it.
func (s *session) handleGap(at position) {
	missing := false
	s.store.Batch(func(*atom.Batch) {
		missing = s.loaded && (at.database != s.base.database || at.version > s.base.version)
	})
	if missing {
		s.refetch(at)
	}
}

// handleOtherDatabase is called when an event on the stream is of another database than the base.
// It waits, with those after it, for a value of that database.
func (s *session) handleOtherDatabase(at position) {
	known := false
	s.store.Batch(func(*atom.Batch) { known = s.stale && s.needed.database == at.database })
	if !known {
		s.refetch(position{at.version - 1, at.database})
	}
}

// position returns the position of the base.
func (s *session) position() (at position) {
	s.store.Batch(func(*atom.Batch) { at = s.base })
	return at
}
