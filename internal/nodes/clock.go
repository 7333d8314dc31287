package nodes

import "time"

// Now returns the time since the program began, for measuring how long a rendering
// takes. It does not ask the browser for the date, which takes longer than rendering a
// row. Tests replace it.
var Now = func() time.Duration { return time.Since(start) }

var start = time.Now()
