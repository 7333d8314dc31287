package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// What the network panel adds to the network that there is. It stands in front
// of the edits that this page sends, and nowhere else.
var (
	latency  = atom.New(0) // milliseconds by which every request is held back
	failures = atom.New(0) // percent of the requests that fail
)

const (
	longestLatency = 5000
	mostFailures   = 100
)

// errSimulated is returned in place of an answer, before anything is sent.
var errSimulated = fmt.Errorf("%w: a failure simulated by the network panel", fetch.ErrNetwork)

// slowed returns the transport that the network panel describes.
func slowed(s *atom.Store) fetch.Transport {
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
		return send(ctx, r)
	}
}

// send is what tests put a server of their own in the place of.
var send fetch.Transport = fetch.Send
