package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

// openFeed opens the feed. It must be called before the kinds are loaded.
func openFeed(s *atom.Store) (stop func()) {
	return feed.Open(s, live.Config{
		URL:       "/api/events",
		Atom:      kinds.Value(),
		Apply:     applyEvent,
		Refetch:   func() { kinds.Refresh(s) },
		Committed: committedVersions,
	})
}

// committedVersions asks the server which versions made the mutations. It is the
// Committed of live.Config.
func committedVersions(ctx context.Context, mutations []string) (versions map[string]int64, at string, err error) {
	answer, err := fetch.Do(fetch.WithTransport(ctx, baseTransport), fetch.Request{
		URL:    "/api/commits?" + url.Values{"mutation": mutations}.Encode(),
		Header: map[string]string{"Accept": "application/json"},
	})
	if err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(answer.Body, &versions); err != nil {
		return nil, "", fmt.Errorf("/api/commits: %w", err)
	}
	return versions, answer.Header["etag"], nil
}
