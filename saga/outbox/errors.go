package outbox

import "errors"

// The methods of the outbox that [Open] returns return these errors, or others of the browser,
// when they cannot read or write. For all but ErrNoStorage and ErrNewer they may succeed later.
var (
	ErrNoStorage = errors.New("this browser keeps nothing for this page")
	ErrFull      = errors.New("the browser has no room left for it")
	ErrBlocked   = errors.New("another tab holds the browser's storage back; close the page's other tabs")
	ErrNoAnswer  = errors.New("the browser's storage does not answer")
	ErrLost      = errors.New("the browser has closed its storage")
	ErrNewer     = errors.New("a newer version of the program has the browser's storage; load the page again")
)
