package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// A importPlan is what an import of a list would do to the kinds that there are.
type importPlan struct {
	importCounts
	entries atom.Map[kind.ID, kind.Kind] // those that are new or changed, as they will be
	body    []byte                       // the same as JSON, of the version that they replace
}

type importCounts struct{ New, Changed, Same int }

func (c importCounts) changes() int { return c.New + c.Changed }

func (c importCounts) String() string {
	return fmt.Sprintf("%d new, %d changed, %d as they are", c.New, c.Changed, c.Same)
}

// readImportPlan reads a list of kinds in slices, and tells after each how many bytes
// of it have been read. Its error says which entry is wrong, or is ctx's.
func readImportPlan(ctx context.Context, now atom.Map[kind.ID, kind.Kind], list []byte, read func(bytes int)) (p *importPlan, err error) {
	p = &importPlan{body: append(make([]byte, 0, len(list)+len(list)/8), '[')}
	reader := kind.NewReader(bytes.NewReader(list))
	p.entries = atom.CollectMap(func(yield func(kind.ID, kind.Kind) bool) {
		for turns := newYielder(); ; {
			if turns.yield() {
				read(int(reader.Offset()))
			}
			if err = ctx.Err(); err != nil {
				return
			}
			var k kind.Kind
			if k, err = reader.Next(); err != nil {
				return
			}
			todo := false
			if todo, err = p.add(&k, now); err != nil || todo && !yield(k.ID, k) {
				return
			}
		}
	})
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	p.body = append(p.body, ']')
	return p, nil
}

// waitForKinds returns the kinds once those that are being loaded are there.
func waitForKinds(ctx context.Context, s *atom.Store) atom.Map[kind.ID, kind.Kind] {
	changed := make(chan struct{}, 1)
	defer atom.Subscribe(s, kinds, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	for kinds.Get(s).Loading {
		select {
		case <-changed:
		case <-ctx.Done():
			return atom.Map[kind.ID, kind.Kind]{}
		}
	}
	return kinds.Get(s).Value
}

// add takes a kind into the plan, and makes it what it will be; false when it is that
// already. The version in the list does not matter: it is for the version that the
// user sees to be replaced.
func (p *importPlan) add(k *kind.Kind, now atom.Map[kind.ID, kind.Kind]) (todo bool, err error) {
	prev, ok := now.Get(k.ID)
	k.Version = prev.Version
	switch {
	case !ok:
		p.New++
	case k.EqualContent(prev):
		p.Same++
		return false, nil
	default:
		p.Changed++
	}
	entry, err := json.Marshal(k)
	if err != nil {
		return false, err
	}
	if p.changes() > 1 {
		p.body = append(p.body, ',')
	}
	p.body = append(p.body, entry...)
	k.Version++ // as the server counts
	return true, nil
}

// drawTime is how long what an import has changed may take to be drawn, before the page
// gets the next thing to do.
const drawTime = 20 * time.Millisecond

// newSaga is the saga of the import: every kind at once, all or none, here and
// on the server. sending is called when it is on its way there.
func (p *importPlan) newSaga(s *atom.Store, file string, sending func(context.Context)) saga.Saga[atom.Map[kind.ID, kind.Kind]] {
	return saga.Update(func(all *atom.Map[kind.ID, kind.Kind]) { all.Merge(p.entries) }).Effect(func(ctx context.Context, _ atom.Map[kind.ID, kind.Kind]) error {
		task := saga.TaskFrom(ctx)
		logTask(task, "", "Import of", file)
		time.Sleep(drawTime)
		_, err := fetch.Do(fetch.Through(ctx, simulatedTransport(s, sending)), fetch.Request{
			Method: "POST", URL: "/api/kinds/import", Body: p.body,
			Header: map[string]string{"Content-Type": "application/json", "Idempotency-Key": task.ID()},
		})
		return err
	})
}
