package atom

import (
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// ErrWritten is what a store in debug mode panics with.
var ErrWritten = errors.New("atom: a value was written to outside an update")

// Debug puts s into debug mode, in which it finds the code that writes to a
// value it was handed, rather than to a draft of it. Such a write changes what
// everyone sees, tells nobody, and is in no log.
//
// The store then remembers what it hands out, and compares before each write
// whether that is still so. If not, the write panics with an error that wraps
// [ErrWritten] and says which atom was written to, where in it, what is there
// now and what was there; the code in question has run since the write before.
// Each finding is reported once.
//
// Debug mode takes as long as a deep copy of the values, so it is for tests and
// for development. A program that never calls Debug has none of it, not even
// its code.
func Debug(s *Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.debug = debugging{}
}

// A debugMode is told what a store hands out, and asked before it changes.
// It is an interface so that its code is linked only where Debug is called.
type debugMode interface {
	remember(at **fingerprint, id uint64, value any)
	check(s *Store) error
}

// rememberRead has a store in debug mode remember the visible value of a root, which somebody
// has read.
func (s *Store) rememberRead(r *definition) {
	if s.debug != nil {
		c := s.logOf(r)
		s.debug.remember(&c.snapshot, c.root, c.visible)
	}
}

type debugging struct{}

// remember remembers what *value is, of which at was the fingerprint until now.
func (debugging) remember(at **fingerprint, id uint64, value any) {
	if *at != nil && (*at).Of() == value {
		return
	}
	if s := draft.NewSnapshot(value); s != nil { // else it cannot be updated either, which is told there
		*at = &fingerprint{id, s}
	}
}

func (debugging) check(s *Store) error {
	for _, c := range s.logs {
		if err := c.snapshot.check(); err != nil {
			c.snapshot = nil
			return err
		}
	}
	for _, m := range s.memos {
		if err := m.snapshot.check(); err != nil {
			m.snapshot = nil
			return err
		}
	}
	return nil
}

// A fingerprint knows what the value of an atom was when it was handed out.
type fingerprint struct {
	id uint64 // of the atom
	*draft.Snapshot
}

// check returns ErrWritten if the value is not any more what it was.
func (f *fingerprint) check() error {
	if f == nil {
		return nil
	}
	if err := f.Check(); err != nil {
		return fmt.Errorf("%w: atom %d, %w", ErrWritten, f.id, err)
	}
	return nil
}
