package app

import (
	"context"
	"net/url"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

// follow opens the feed, before the kinds are loaded.
func follow(s *atom.Store) (stop func()) {
	return feed.Open(s, live.Config{
		URL:       "/api/events",
		Atom:      kinds.Value(),
		Apply:     applyEvent,
		Refetch:   func() { kinds.Refresh(s) },
		Committed: committed,
	})
}

// committed asks in which versions changes are.
func committed(ctx context.Context, mutations []string) (map[string]int64, error) {
	return fetch.Get[map[string]int64](fetch.Through(ctx, send), "/api/commits?"+url.Values{"mutation": mutations}.Encode())
}
