package app

import (
	"context"
	"net/url"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// A field is a part of a kind that can be edited. Each has an atom of its own,
// so that the page can show what is pending, and what has failed, beside it.
type field[V comparable] struct {
	label string
	path  string // JSON pointer in the kind
	lens  func(*kind.Kind) *V
	of    func(kind.ID) *atom.Atom[V]
}

var (
	name         = newField("Name", "/name", func(k *kind.Kind) *string { return &k.Name })
	description  = newField("Description", "/description", func(k *kind.Kind) *string { return &k.Description })
	hasDirection = newField("Has direction", "/has_direction", func(k *kind.Kind) *bool { return &k.HasDirection })
	inverse      = newField("Inverse", "/inverse", func(k *kind.Kind) *string { return &k.Inverse })
)

func newField[V comparable](label, path string, lens func(*kind.Kind) *V) field[V] {
	family := atom.NewFamily(func(id kind.ID) *atom.Atom[V] { return atom.Focus(kindByID.Of(id), lens) })
	return field[V]{label, path, lens, family.Of}
}

// set is the saga behind every edit. It runs on the kind: what its update
// changes there is the JSON Patch that the server is sent.
func (f field[V]) set(s *atom.Store, value V) saga.Saga[kind.Kind] {
	return saga.New(
		func(k *kind.Kind) kind.ID {
			*f.lens(k) = value
			return k.ID
		},
		func(ctx context.Context, _ kind.Kind, id kind.ID) (kind.Kind, error) {
			task := saga.TaskFrom(ctx)
			record(s, task, id, f.label, value)
			ctx = fetch.Through(ctx, slowed(s))
			return fetch.Patch[kind.Kind](ctx, "/api/kinds/"+url.PathEscape(string(id)))
		},
	).PostEffect(func(k *kind.Kind, saved kind.Kind) {
		k.Version = max(k.Version, saved.Version) // answers may come in another order than the server's
		if field := f.lens(k); *field == value {  // unless it has been changed again meanwhile
			*field = *f.lens(&saved)
		}
	})
}
