package app

import (
	"context"
	"net/url"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// A field is a field of a kind that can be edited. It has an atom of its own for each
// kind, so that the page can show beside it what is pending and what has failed.
type field[V comparable] struct {
	label      string
	path       string // JSON pointer in the kind
	lens       func(*kind.Kind) *V
	atomOf     func(kind.ID) *atom.Atom[V]
	definition *saga.Definition[fieldEdit[V], kind.Kind]
}

// A fieldEdit is a change of a field, as the outbox keeps it until the server has it.
type fieldEdit[V comparable] struct {
	ID kind.ID `json:"id"`
	To V       `json:"to"`
}

var (
	name         = newField("Name", "/name", func(k *kind.Kind) *string { return &k.Name })
	description  = newField("Description", "/description", func(k *kind.Kind) *string { return &k.Description })
	hasDirection = newField("Has direction", "/has_direction", func(k *kind.Kind) *bool { return &k.HasDirection })
	inverse      = newField("Inverse", "/inverse", func(k *kind.Kind) *string { return &k.Inverse })
)

func newField[V comparable](label, path string, lens func(*kind.Kind) *V) field[V] {
	f := field[V]{label: label, path: path, lens: lens}
	f.atomOf = atom.NewFamily(func(id kind.ID) *atom.Atom[V] { return atom.Focus(kindByID.Of(id), lens) }).Of
	f.definition = saga.Define(definitionName(path), func(e fieldEdit[V]) *atom.Atom[kind.Kind] { return kindByID.Of(e.ID) }, f.newSaga)
	return f
}

// definitionName returns the name under which the outbox keeps the edits of a field.
func definitionName(path string) string { return "kind" + path }

// set changes the field of a kind: it runs the field's saga.
func (f field[V]) set(s *atom.Store, id kind.ID, to V) *saga.Task {
	task := f.definition.Run(s, fieldEdit[V]{id, to})
	logTask(task, id, f.label, to)
	return task
}

// newSaga returns the saga of an edit. What its update changes in the kind is sent to
// the server as a JSON Patch.
func (f field[V]) newSaga(e fieldEdit[V]) saga.Saga[kind.Kind] {
	return saga.New(
		func(k *kind.Kind) struct{} {
			*f.lens(k) = e.To
			return struct{}{}
		},
		func(ctx context.Context, _ kind.Kind, _ struct{}) (kind.Kind, error) {
			task := saga.TaskFrom(ctx)
			logTask(task, e.ID, f.label, e.To) // for edits made by another page
			ctx = fetch.WithTransport(ctx, simulatedTransport(task.Store()))
			return fetch.Patch[kind.Kind](ctx, "/api/kinds/"+url.PathEscape(string(e.ID)))
		},
		func(k *kind.Kind, saved kind.Kind) {
			k.Version = max(k.Version, saved.Version) // answers may arrive out of order
			if field := f.lens(k); *field == e.To {   // not changed again meanwhile
				*field = *f.lens(&saved)
			}
		},
	).Timeout(answerTimeout)
}

// answerTimeout is the time after which a request counts as lost and is sent again.
const answerTimeout = time.Minute
