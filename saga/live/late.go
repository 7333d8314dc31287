package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// patience is how long a commit may take before the server is asked about it.
const patience = 2 * time.Second

// late is told, again and again, of a task that has succeeded and whose commit
// does not come. It may have come before there was the task: the server gives its
// answer again to a change that it was sent by a page that is gone. Then the
// loaded value says so.
func (x *following) late(t *saga.Task) {
	if !x.asking.CompareAndSwap(false, true) {
		return // what is loaded then answers for all
	}
	defer x.asking.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), x.Limit)
	defer cancel()
	at := x.position()
	versions, err := x.versions(ctx, at.database, []string{t.ID()})
	switch {
	case errors.Is(err, errOtherDatabase):
		x.renew(someday)
		return
	case err != nil:
		return // who cannot be asked cannot have sent it
	}
	version, known := versions[t.ID()]
	switch waited := time.Since(t.Ended()); {
	case known && version <= at.version:
		x.renew(someday)
	case waited >= x.Limit:
		x.OnError(fmt.Errorf("%w: %v after it had succeeded", ErrUnconfirmed, waited.Round(time.Second)))
		x.renew(someday)
	}
}
