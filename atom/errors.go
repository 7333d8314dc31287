package atom

import "errors"

var (
	// ErrMissing is returned by writes to an element that is not there: a key
	// that its map does not have, an identity that its list does not have, a
	// field behind a nil pointer.
	ErrMissing = errors.New("atom: no such element")

	// ErrLens is returned by writes through a [Focus] whose lens points to another
	// place than before: it chooses by the content, or at random.
	ErrLens = errors.New("atom: a lens has to point to one place, whatever the value is")

	// ErrUpdateExited is the reason of the conflict of an entry whose update, or a lens
	// on the way to its target, did not return when it was applied again: it has ended
	// the goroutine.
	ErrUpdateExited = errors.New("atom: the update did not return when it was applied again: it, or a lens, has ended the goroutine (runtime.Goexit)")

	// ErrReentered is the panic of a store that is used inside a function that
	// runs under its own lock: that of an update, of a derived atom, of a lens, of
	// a batch. Such a function uses what it is handed: the draft, the Reader, the
	// Batch.
	ErrReentered = errors.New("atom: the store was used inside an update, derive or batch function; use what the function is handed")

	// ErrOver is the panic of a Batch, or of the Reader of a derived atom, that is
	// used after the function that it was handed to has returned, or in another
	// goroutine than that function's.
	ErrOver = errors.New("atom: a Batch or Reader was used outside the function that it was handed to; use the store there")

	// ErrOtherStore is the panic of a method of an Entry, and of a write that names
	// an entry, when that entry is in the log of another store than the one given.
	ErrOtherStore = errors.New("atom: the entry is in the log of another store; use that store, or a batch of it")

	// ErrDeadlock is the panic of a store that is used inside a function of another
	// one, while in another goroutine that one is used inside a function of the
	// first: each would wait for the other for ever.
	ErrDeadlock = errors.New("atom: two stores wait for each other, each used inside a function of the other; use one after the other, or nest them in one order")

	// ErrDropped is returned by [Entry.Succeed], [Entry.Await] and [Entry.Drop] for an entry
	// that has left the log: it was dropped, could not be applied again, or is in the base.
	ErrDropped = errors.New("atom: the entry has left the log")
)
