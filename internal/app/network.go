package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// conditions is what the network panel adds to the network that there is. It
// stands in front of the requests that this page sends, and nowhere else.
type conditions struct {
	Latency  int // milliseconds by which every request is held back
	Failures int // percent of the requests that fail
}

const (
	longestLatency = 5000
	mostFailures   = 100
)

var (
	network  = atom.New(conditions{})
	latency  = atom.Focus(network, func(c *conditions) *int { return &c.Latency })
	failures = atom.Focus(network, func(c *conditions) *int { return &c.Failures })
)

// errSimulated is returned in place of an answer, before anything is sent.
var errSimulated = fmt.Errorf("%w: a failure simulated by the network panel", fetch.ErrNetwork)

// slowed returns the transport that the network panel describes.
func slowed(s *atom.Store) fetch.Transport {
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		now := network.Get(s)
		held := time.NewTimer(time.Duration(now.Latency) * time.Millisecond)
		defer held.Stop()
		select {
		case <-held.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if rand.IntN(100) < now.Failures {
			return nil, errSimulated
		}
		return send(ctx, r)
	}
}

// send is what tests put a server of their own in the place of.
var send fetch.Transport = fetch.Send
