package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// The conditions that the network panel simulates for the edits that this page sends.
// They are the same in all tabs of a browser, as one tab sends the edits of all.
var (
	latency  = atom.New(0) // milliseconds by which each request is delayed
	failures = atom.New(0) // percent of the requests that fail
)

const (
	maxLatency  = 5000
	maxFailures = 100
)

// errSimulated is returned by simulatedTransport instead of sending a request. It is not
// a network error, with which the edit would wait instead of failing.
var errSimulated = errors.New("a failure simulated by the network panel")

// simulatedTransport returns a transport with the latency and failures of the network
// panel. It calls each of sending when it does send a request.
func simulatedTransport(s *atom.Store, sending ...func(context.Context)) fetch.Transport {
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		timer := time.NewTimer(time.Duration(latency.Get(s)) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
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

// baseTransport sends the requests. Tests replace it.
var baseTransport fetch.Transport = fetch.Send
