package atom_test

import (
	"context"
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// uses are what one can do with a Batch.
var uses = map[string]func(b *atom.Batch, a *atom.Atom[int]){
	"Get":      func(b *atom.Batch, a *atom.Atom[int]) { a.Get(b) },
	"Set":      func(b *atom.Batch, a *atom.Atom[int]) { a.Set(b, 5) },
	"Update":   func(b *atom.Batch, a *atom.Atom[int]) { a.Update(b, func(n *int) { *n = 5 }) },
	"Sync":     func(b *atom.Batch, a *atom.Atom[int]) { a.Sync(b, 5) },
	"Dispatch": func(b *atom.Batch, a *atom.Atom[int]) { atom.Dispatch(b, a.Edit(func(n *int) { *n = 5 })) },
	"Pending":  func(b *atom.Batch, a *atom.Atom[int]) { a.Pending(b) },
	"Nudge":    func(b *atom.Batch, a *atom.Atom[int]) { atom.Nudge(b, a) },
	"SetInitial": func(b *atom.Batch, a *atom.Atom[int]) {
		a.SetInitial(b, 5)
	},
	"Attach":  func(b *atom.Batch, a *atom.Atom[int]) { atom.StoreValue(b, a, func() int { return 0 }) },
	"derived": func(b *atom.Batch, a *atom.Atom[int]) { atom.Derive(a.Get).Get(b) },
}

func TestABatchThatIsKeptPanics(t *testing.T) {
	for name, use := range uses {
		s, a := atom.NewStore(), atom.New(0)
		var kept *atom.Batch
		s.Batch(func(b *atom.Batch) { kept = b })
		for when, reason := range map[string]any{
			"outside":          panicOf(func() { use(kept, a) }),
			"in another batch": panicOf(func() { s.Batch(func(*atom.Batch) { use(kept, a) }) }),
			"in another store": panicOf(func() { atom.NewStore().Batch(func(*atom.Batch) { use(kept, a) }) }),
			"a zero Batch":     panicOf(func() { use(new(atom.Batch), a) }),
		} {
			if !isError(reason, atom.ErrOver) {
				t.Errorf("%s, %s: %v, want ErrOver", name, when, reason)
			}
		}
		free(t, s)
		if a.Get(s) != 0 {
			t.Errorf("%s has written", name)
		}
	}
}

func TestABatchInAnotherGoroutinePanics(t *testing.T) {
	for name, use := range uses {
		s, a := atom.NewStore(), atom.New(0)
		s.Batch(func(b *atom.Batch) {
			reason := make(chan any)
			go func() { reason <- panicOf(func() { use(b, a) }) }()
			if got := <-reason; !isError(got, atom.ErrOver) {
				t.Errorf("%s: %v, want ErrOver", name, got)
			}
			if a.Set(b, 1); a.Get(b) != 1 {
				t.Errorf("%s: the batch itself does not work any more", name)
			}
		})
	}
}

// An update sees its draft, and a derived atom's function its Reader: the Batch that
// is around them would have the log changed in the middle of a change.
func TestABatchInsideAnUpdateOrDeriveFunctionPanics(t *testing.T) {
	for name, use := range uses {
		s, a, other := atom.NewStore(), atom.New(0), atom.New(0)
		s.Batch(func(b *atom.Batch) {
			for place, reason := range map[string]any{
				"update":   other.Update(b, func(n *int) { *n = 1; use(b, a) }),
				"SyncFunc": panicOf(func() { other.SyncFunc(b, func(int) (int, error) { use(b, a); return 1, nil }) }),
				"derived":  panicOf(func() { atom.Derive(func(atom.Reader) int { use(b, a); return 1 }).Get(b) }),
				"Attach":   panicOf(func() { atom.StoreValue(b, "key", func() int { use(b, a); return 1 }) }),
			} {
				if !isError(reason, atom.ErrReentered) {
					t.Errorf("%s in %s: %v, want ErrReentered", name, place, reason)
				}
			}
			if a.Get(b) != 0 || other.Get(b) != 0 {
				t.Errorf("%s has written: %d, %d", name, a.Get(b), other.Get(b))
			}
			if a.Set(b, 1); a.Get(b) != 1 {
				t.Errorf("%s: the batch itself does not work any more", name)
			}
		})
	}
}

func TestABatchOfOnLoadedIsOverAfterIt(t *testing.T) {
	s, a, kept := atom.NewStore(), atom.New(0), (*atom.Batch)(nil)
	loaded := atom.Async(func(_ context.Context, r atom.Reader) (int, error) {
		atom.OnLoad(r, func(b *atom.Batch, enter func(...*atom.Entry)) { kept = b; a.Set(b, 1); enter(); a.Set(b, 2) })
		return 1, nil
	})
	if _, err := loaded.Load(t.Context(), s); err != nil || a.Get(s) != 2 {
		t.Errorf("%v, %d", err, a.Get(s))
	}
	if reason := panicOf(func() { a.Set(kept, 5) }); !isError(reason, atom.ErrOver) {
		t.Errorf("%v, want ErrOver", reason)
	}
}

func TestAReaderThatIsKeptPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var kept atom.Reader
	d := atom.Derive(func(r atom.Reader) int { kept = r; return a.Get(r) })
	d.Get(s)
	use := func() { a.Get(kept) }
	if reason := panicOf(use); !isError(reason, atom.ErrOver) {
		t.Errorf("%v, want ErrOver", reason)
	}
	if reason := panicOf(func() { s.Batch(func(*atom.Batch) { use() }) }); !isError(reason, atom.ErrOver) {
		t.Errorf("in a batch: %v, want ErrOver", reason)
	}
}

func TestAReaderInAnotherGoroutineOrFunctionPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	reason := make(chan any)
	atom.Derive(func(r atom.Reader) int {
		go func() { reason <- panicOf(func() { a.Get(r) }) }()
		if got := <-reason; !isError(got, atom.ErrOver) {
			t.Errorf("in another goroutine: %v, want ErrOver", got)
		}
		inner := atom.Derive(func(atom.Reader) int { return a.Get(r) }) // would not depend on a
		if got := panicOf(func() { inner.Get(r) }); !isError(got, atom.ErrReentered) {
			t.Errorf("in another function: %v, want ErrReentered", got)
		}
		return a.Get(r)
	}).Get(s)
}

func TestAnEntryOfAnotherStorePanics(t *testing.T) {
	s, other, a := atom.NewStore(), atom.NewStore(), atom.New(0)
	e, err := atom.Dispatch(s, a.Edit(func(n *int) { *n = 1 }))
	if err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]func(w atom.Writer){
		"Succeed":  func(w atom.Writer) { e.Succeed(w) },
		"Await":    func(w atom.Writer) { e.Await(w) },
		"Drop":     func(w atom.Writer) { e.Drop(w) },
		"AsSent":   func(w atom.Writer) { e.PinPatch(w) },
		"Live":     func(w atom.Writer) { e.Live(w) },
		"LiveOn":   func(w atom.Writer) { e.InLogOf(w, a) },
		"Patch":    func(w atom.Writer) { e.Patch(w, 0) },
		"States":   func(w atom.Writer) { e.Around(w, 0) },
		"Concerns": func(w atom.Writer) { e.Concerns(w, a) },
		"Overlaps": func(w atom.Writer) { e.Overlaps(w, e) },
		"SyncFunc": func(w atom.Writer) { a.SyncFunc(w, func(int) (int, error) { return 9, nil }, e) },
	} {
		if reason := panicOf(func() { use(other) }); !isError(reason, atom.ErrOtherStore) {
			t.Errorf("%s: %v, want ErrOtherStore", name, reason)
		}
		other.Batch(func(b *atom.Batch) {
			if reason := panicOf(func() { use(b) }); !isError(reason, atom.ErrOtherStore) {
				t.Errorf("%s with a batch: %v, want ErrOtherStore", name, reason)
			}
			a.Get(b)
		})
		free(t, s)
		free(t, other)
		if !e.Live(s) || a.Get(s) != 1 || a.Get(other) != 0 {
			t.Errorf("%s: %d and %d", name, a.Get(s), a.Get(other))
		}
	}
}

// What leads into a draft leads nowhere after the update, in lists too.
func TestADraftThatIsKeptChangesNothing(t *testing.T) {
	s, a := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1, Text: "a"}}, Next: &page{Title: "a"}})
	var kept *page
	if err := a.Update(s, func(p *page) { kept = p; p.Title = "b"; p.Rows[0].Text = "b"; p.Next.Title = "b" }); err != nil {
		t.Fatal(err)
	}
	kept.Title, kept.Rows[0].Text, kept.Next.Title = "c", "c", "c"
	if p := a.Get(s); p.Title != "b" || p.Rows[0].Text != "b" || p.Next.Title != "b" {
		t.Errorf("%+v", p)
	}
	list := atom.New(draft.ListOf(line{ID: 1, Text: "a"}))
	var rows *draft.List[line]
	var row *line
	list.Update(s, func(l *draft.List[line]) { rows = l; row = l.Edit(0); row.Text = "b" })
	row.Text = "c"
	func() {
		defer func() { recover() }() // a list that is no draft any more may refuse
		rows.Append(line{ID: 2})
	}()
	if l := list.Get(s); l.Len() != 1 || l.At(0).Text != "b" {
		t.Errorf("%d rows, %q", l.Len(), l.At(0).Text)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, err := range []error{atom.ErrReentered, atom.ErrOver, atom.ErrOtherStore, atom.ErrDeadlock} {
		if !errors.Is(err, err) || len(err.Error()) < 60 {
			t.Error(err)
		}
	}
}
