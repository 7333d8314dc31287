package atom

import "errors"

var (
	// ErrMissing is returned by writes to an element that is not there: a key
	// that its map does not have, an identity that its list does not have, a
	// field behind a nil pointer.
	ErrMissing = errors.New("atom: no such element")

	// ErrReentered is the panic of a store that is used inside an update
	// function or a derive function. Use the draft or the Reader handed in.
	ErrReentered = errors.New("atom: the store was used inside an update, derive or batch function; use what the function is handed")

	// ErrDropped is returned by [Entry.Succeed] for an entry that is no longer
	// in the log, because it was dropped or could not be re-applied.
	ErrDropped = errors.New("atom: the entry has left the log")
)
