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
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// An importPlan is what importing a list would change.
type importPlan struct {
	importCounts
	entries atom.Map[kind.ID, kind.Kind] // the new and changed kinds, as they will be
	body    []byte                       // the same as JSON, each with the version that it replaces
}

// importCounts counts the kinds of a list, compared with the kinds on the page.
type importCounts struct{ New, Changed, Same int }

// changes returns how many kinds the import would change.
func (c importCounts) changes() int { return c.New + c.Changed }

func (c importCounts) String() string {
	return fmt.Sprintf("%d new, %d changed, %d as they are", c.New, c.Changed, c.Same)
}

// readImportPlan reads a list of kinds and compares it with the kinds now on the page.
// It yields to the browser as it goes, and then calls progress with the number of bytes
// read. Its error names the entry that is invalid, or is ctx's.
func readImportPlan(ctx context.Context, now atom.Map[kind.ID, kind.Kind], list []byte, progress func(bytes int)) (p *importPlan, err error) {
	p = &importPlan{body: append(make([]byte, 0, len(list)+len(list)/8), '[')}
	reader := kind.NewReader(bytes.NewReader(list))
	p.entries = draft.CollectMap(func(yield func(kind.ID, kind.Kind) bool) {
		for y := newYielder(); ; {
			if y.yield() {
				progress(int(reader.Offset()))
			}
			if err = ctx.Err(); err != nil {
				return
			}
			var k kind.Kind
			if k, err = reader.Next(); err != nil {
				return
			}
			changed := false
			if changed, err = p.add(&k, now); err != nil || changed && !yield(k.ID, k) {
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

// waitForKinds returns the kinds, after a running load has ended; none when ctx is done
// before.
func waitForKinds(ctx context.Context, s *atom.Store) atom.Map[kind.ID, kind.Kind] {
	changed := make(chan struct{}, 1)
	defer s.Subscribe(kinds, func() {
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

// add adds a kind of the list to the plan, and sets the version that it will have. It
// reports false when the kind is on the page already. The version in the list does not
// count: the import replaces the version that the user sees.
func (p *importPlan) add(k *kind.Kind, now atom.Map[kind.ID, kind.Kind]) (changed bool, err error) {
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
	k.Version++ // as the server will
	return true, nil
}

// drawTime is how long an import waits, for the browser to draw what has changed,
// before it sends its request.
const drawTime = 20 * time.Millisecond

// newSaga returns the saga of the import, which changes all kinds or none, on the page
// and on the server. It calls sending when the request is sent.
func (p *importPlan) newSaga(s *atom.Store, file string, sending func(context.Context)) saga.Saga[atom.Map[kind.ID, kind.Kind]] {
	return saga.Update(func(all *atom.Map[kind.ID, kind.Kind]) { all.Merge(p.entries) }).Effect(func(ctx context.Context, _ atom.Map[kind.ID, kind.Kind]) error {
		task := saga.TaskFrom(ctx)
		logTask(task, "", "Import of", file)
		time.Sleep(drawTime)
		_, err := fetch.Do(fetch.WithTransport(ctx, simulatedTransport(s, sending)), fetch.Request{
			Method: "POST", URL: "/api/kinds/import", Body: p.body,
			Header: map[string]string{"Content-Type": "application/json", "Idempotency-Key": task.ID()},
		})
		return err
	})
}
