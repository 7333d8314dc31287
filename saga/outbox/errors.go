package outbox

import "errors"

// Why an outbox of the browser's cannot keep what it is given, as the errors of its
// methods say it ([errors.Is]). But for the first and the last it may be able to later.
var (
	ErrNoStorage = errors.New("this browser keeps nothing for this page")
	ErrFull      = errors.New("the browser has no room left for it")
	ErrBlocked   = errors.New("another tab holds the browser's storage back; close the page's other tabs")
	ErrNoAnswer  = errors.New("the browser's storage does not answer")
	ErrLost      = errors.New("the browser has closed its storage")
	ErrNewer     = errors.New("a newer version of the program has the browser's storage; load the page again")
)
