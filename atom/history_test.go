package atom_test

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/history"
)

// The log alone, without tasks. Package saga runs the same histories through
// sagas.
func TestRecordedHistoriesThroughTheLog(t *testing.T) {
	histories, err := history.Recorded()
	if err != nil {
		t.Fatal(err)
	}
	root := atom.New(history.State{})
	for _, h := range histories {
		s := atom.NewStore()
		atom.Debug(s) // the log writes to nothing that it has handed out
		law := history.Laws(h.Start)[0]
		if err := root.Sync(s, h.Start); err != nil {
			t.Fatal(err)
		}
		entries := map[int]*atom.Entry{}
		for i, e := range h.Events {
			var err error
			switch e.Ev {
			case "start":
				entries[e.K], err = atom.Dispatch(s, root.Edit(e.Op.Apply))
			case "plain":
				err = root.Update(s, e.Op.Apply)
			case "server":
				err = root.SyncUpdate(s, e.Op.Apply)
			case "settle":
				if e.OK {
					err = entries[e.K].Succeed(s)
				} else {
					err = entries[e.K].Drop(s)
				}
			}
			if err != nil && !errors.Is(err, atom.ErrDropped) {
				t.Fatalf("history %d, event %d: %v", h.ID, i, err)
			}
			law.Handle(e, false)
			if got, want := root.Get(s), law.Value(); !got.Equal(want) {
				t.Fatalf("history %d, after event %d %+v:\n got %+v\nwant %+v", h.ID, i, e, got, want)
			}
		}
		if got, want := root.Get(s), h.Final(); !got.Equal(want) {
			t.Errorf("history %d ends as %+v, want %+v", h.ID, got, want)
		}
	}
}
