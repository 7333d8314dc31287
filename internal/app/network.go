package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// What the network panel adds to the network that there is. It stands in front
// of the edits that this page sends, and nowhere else. It is the same in all tabs
// of a browser, as one of them sends the edits of all.
var (
	latency  = atom.New(0) // milliseconds by which every request is held back
	failures = atom.New(0) // percent of the requests that fail
)

const (
	maxLatency  = 5000
	maxFailures = 100
)

// errSimulated is returned in place of an answer, before anything is sent. It
// stands for a server that refuses: were it one that cannot be reached, the edit
// would wait instead of failing.
var errSimulated = errors.New("a failure simulated by the network panel")

// simulatedTransport returns the transport that the network panel describes. What is sending is
// called when a request is sent in the end.
func simulatedTransport(s *atom.Store, sending ...func(context.Context)) fetch.Transport {
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		held := time.NewTimer(time.Duration(latency.Get(s)) * time.Millisecond)
		defer held.Stop()
		select {
		case <-held.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if rand.IntN(100) < failures.Get(s) {
			return nil, errSimulated
		}
		for _, f := range sending {
			f(ctx)
		}
		return baseTransport(ctx, r)
	}
}

// baseTransport is what tests put a server of their own in the place of.
var baseTransport fetch.Transport = fetch.Send
