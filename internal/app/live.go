package app

import (
	"context"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

// feed brings what is changed anywhere to this page.
var feed = live.NewFeed()

func applyEvent(b *atom.Batch, e live.Event, contained ...*atom.Entry) error {
	return kindByID.Of(kind.ID(e.Entity)).SyncFunc(b, func(base kind.Kind) (kind.Kind, error) {
		next, err := live.Patched(base, e)
		switch {
		case err != nil:
			return base, err
		case next.ID != base.ID:
			return base, fmt.Errorf("%s cannot become %s", base.ID, next.ID)
		}
		return next, next.Validate()
	}, contained...)
}

// loadKinds loads the kinds, and says how far they are.
func loadKinds(ctx context.Context) (loaded atom.Map[kind.ID, kind.Kind], at string, err error) {
	if Source != nil {
		return loadFromSource(ctx)
	}
	answer, err := fetch.Do(fetch.Through(ctx, baseTransport), fetch.Request{URL: "/api/kinds", Header: map[string]string{"Accept": "application/json"}})
	if err != nil {
		return loaded, "", err
	}
	if loaded, err = decodeKinds(answer.Body); err != nil {
		return loaded, "", fmt.Errorf("/api/kinds: %w", err)
	}
	return loaded, answer.Header["etag"], nil
}

func loadFromSource(ctx context.Context) (loaded atom.Map[kind.ID, kind.Kind], at string, err error) {
	all, err := Source.Kinds(ctx)
	if err != nil {
		return loaded, "", err
	}
	byID := make(map[kind.ID]kind.Kind, len(all))
	for _, k := range all {
		byID[k.ID] = k
	}
	return atom.MapOf(byID), "", nil
}
