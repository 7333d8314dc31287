package fetch_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing/synctest"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

func wiring(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		w, open := wires.Load(saga.TaskFrom(ctx).Store())
		if !open {
			return fetch.ErrNetwork
		}
		_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, w.(*wire).send), url)
		return err
	}
}

var changeWall = saga.Define("wire.change",
	func(move) *atom.Atom[wall] { return wallRoot },
	func(m move) saga.Saga[wall] {
		send := wiring("/wall")
		return saga.Update(m.apply).Effect(func(ctx context.Context, _ wall) error { return send(ctx) })
	})

// arrive has the server do, or refuse, what it is asked.
func (w *wire) arrive(q *wireRequest) {
	id := q.Header["Idempotency-Key"]
	if w.done[id] {
		q.status = 204
		return
	}
	p, err := jsonpatch.DecodePatch(q.Body)
	if err != nil {
		w.Fatalf("%v in %s", err, q.Body)
	}
	before := w.wallOf(w.doc)
	after := w.wallOf(w.doc)
	if q.URL == "/wall" {
		var doc []byte
		if doc, err = p.Apply(w.doc); err == nil {
			after = w.wallOf(doc)
		}
	} else {
		i := slices.IndexFunc(before.Cards, func(c card) bool { return "/"+c.ID == q.URL })
		if i < 0 {
			q.status = 404
			return
		}
		text, _ := json.Marshal(before.Cards[i])
		if text, err = p.Apply(text); err == nil {
			after.Cards[i] = card{}
			err = json.Unmarshal(text, &after.Cards[i])
		}
	}
	if err != nil {
		q.status = rapid.SampledFrom([]int{409, 412, 422}).Draw(w.T, "refusal")
		return
	}
	was, is := contents(&before), contents(&after)
	for name := range is {
		was[name] += "" // what has come, too
	}
	for name, text := range was {
		if is[name] != text && !w.about[id][name] {
			w.Fatalf("%s was %s and is %s; it was changed by one about %v, told by\n%s\nof\n%s",
				name, text, is[name], slices.Collect(maps.Keys(w.about[id])), q.Body, w.doc)
		}
	}
	w.done[id] = true
	w.commit(&after, id)
	q.status = 204
}

func (w *wire) commit(x *wall, id string) {
	w.doc, _ = json.Marshal(x)
	w.events = append(w.events, event{w.doc, id})
}

// hear has the page learn of the next commit.
func (w *wire) hear() {
	if !w.live || len(w.events) == 0 {
		return
	}
	e := w.events[0]
	w.events = w.events[1:]
	w.store.Batch(func(b *atom.Batch) {
		saga.RebaseWith(b, []string{e.id}, func(contained ...*atom.Entry) error {
			return wallRoot.SyncFunc(b, func(wall) (wall, error) { return w.wallOf(e.doc), nil }, contained...)
		})
	})
	synctest.Wait()
}
