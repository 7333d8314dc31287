package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

// feed follows the changes that the server makes, for this page or others.
var feed = live.NewFeed()

// applyEvent applies the patch of an event to its kind. It is the Apply of live.Config.
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

// loadKinds loads the kinds from the API, or on the server from Source, and returns the
// entity tag that names their version.
func loadKinds(ctx context.Context) (loaded atom.Map[kind.ID, kind.Kind], at string, err error) {
	if Source != nil {
		return loadFromSource(ctx)
	}
	answer, err := fetch.Do(fetch.WithTransport(ctx, baseTransport), fetch.Request{URL: "/api/kinds", Header: map[string]string{"Accept": "application/json"}})
	if err != nil {
		return loaded, "", err
	}
	if loaded, err = decodeKinds(answer.Body); err != nil {
		return loaded, "", fmt.Errorf("/api/kinds: %w", err)
	}
	return loaded, answer.Header["etag"], nil
}

// decodeKinds decodes the body of /api/kinds. It yields to the browser as it goes.
func decodeKinds(list []byte) (all atom.Map[kind.ID, kind.Kind], err error) {
	decoder, y := json.NewDecoder(bytes.NewReader(list)), newYielder()
	if _, err := decoder.Token(); err != nil {
		return all, err
	}
	all = draft.CollectMap(func(yield func(kind.ID, kind.Kind) bool) {
		for decoder.More() {
			var k kind.Kind
			if err = decoder.Decode(&k); err != nil || !yield(k.ID, k) {
				return
			}
			y.yield()
		}
	})
	if err != nil {
		return all, err
	}
	_, err = decoder.Token()
	return all, err
}

// loadFromSource loads the kinds from Source.
func loadFromSource(ctx context.Context) (loaded atom.Map[kind.ID, kind.Kind], at string, err error) {
	all, err := Source.Kinds(ctx)
	if err != nil {
		return loaded, "", err
	}
	byID := make(map[kind.ID]kind.Kind, len(all))
	for _, k := range all {
		byID[k.ID] = k
	}
	return draft.MapOf(byID), "", nil
}
