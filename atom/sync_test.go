package atom_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

func increment(n *int) { *n++ }

// patched is a base as a server's patch makes it.
func patched[T any](patch string) func(T) (T, error) {
	return func(base T) (T, error) {
		next, _, err := draft.ApplyPatch(base, []byte(patch), draft.Limits{})
		return next, err
	}
}

func dispatched[T any](t testing.TB, s *atom.Store, a *atom.Atom[T], edit func(*T)) *atom.Entry {
	t.Helper()
	e, err := atom.Dispatch(s, a.Edit(edit))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Between the answer to a change and the base that contains it, and when that
// comes, there is nothing to be seen.
func TestAnAwaitingEntryStaysUntilItsBaseComes(t *testing.T) {
	s, count := atom.NewStore(), atom.New(0)
	told := counter(t, s, count)
	first, second := dispatched(t, s, count, increment), dispatched(t, s, count, increment)
	*told = 0

	must(t, first.Await(s))
	if n := count.Pending(s); n != 1 {
		t.Errorf("%d entries are pending, want the second alone", n)
	}
	must(t, count.SyncFunc(s, patched[int](`[{"op":"replace","path":"","value":1}]`), first))
	if got := count.Get(s); got != 2 || *told != 0 {
		t.Errorf("the page shows %d, and was told %d times", got, *told)
	}
	must(t, second.Drop(s))
	if got := count.Get(s); got != 1 {
		t.Errorf("the page shows %d, want the base", got)
	}
}

func TestABaseMayContainWhatIsPending(t *testing.T) {
	s, count := atom.NewStore(), atom.New(0)
	e := dispatched(t, s, count, increment)
	must(t, count.SyncFunc(s, func(int) (int, error) { return 1, nil }, e))
	if got := count.Get(s); got != 1 || count.Pending(s) != 0 {
		t.Errorf("the page shows %d, with %d pending", got, count.Pending(s))
	}
	for _, err := range []error{e.Drop(s), e.Succeed(s), e.Await(s)} {
		if !errors.Is(err, atom.ErrDropped) {
			t.Errorf("got %v of an entry that has left", err)
		}
	}
	must(t, count.SyncFunc(s, func(int) (int, error) { return 5, nil }, e)) // named again
	if got := count.Get(s); got != 5 {
		t.Errorf("the page shows %d", got)
	}
}

// What a base contains must not be tried on it: here both would be conflicts.
func TestAContainedEntryIsNoConflict(t *testing.T) {
	type item struct {
		ID   string `atom:"key"`
		Name string
	}
	s, list := atom.NewStore(), atom.New(draft.ListOf(item{"a", "1"}))
	s.OnConflict(func(c atom.Conflict) { t.Errorf("conflict: %+v", c) })
	a, b := atom.ListAt(list, "a"), atom.ListAt(list, "b")
	rename := dispatched(t, s, a, func(it *item) { it.Name = "2" })
	insert := dispatched(t, s, list, func(l *draft.List[item]) { l.Append(item{ID: "b"}) })
	edit := dispatched(t, s, b, func(it *item) { it.Name = "3" })

	// The server has renamed, removed and inserted, and has not got to edit yet.
	must(t, list.SyncFunc(s, func(draft.List[item]) (draft.List[item], error) {
		return draft.ListOf(item{ID: "b"}), nil
	}, rename, insert))
	if got := b.Get(s); got.Name != "3" {
		t.Errorf("the page shows %+v", got)
	}
	must(t, edit.Drop(s))
	if got := b.Get(s); got.Name != "" {
		t.Errorf("the page shows %+v", got)
	}
}

func TestAnAwaitingEntryHoldsBackWhatIsAboveIt(t *testing.T) {
	s, text := atom.NewStore(), atom.New("")
	e := dispatched(t, s, text, func(v *string) { *v += "e" })
	must(t, text.Update(s, func(v *string) { *v += "w" }))
	must(t, e.Await(s))
	must(t, text.SyncFunc(s, func(base string) (string, error) { return base + "s", nil }))
	if got := text.Get(s); got != "sew" {
		t.Errorf("the page shows %q: something was folded", got)
	}
	must(t, e.Succeed(s)) // nothing comes any more
	must(t, text.SyncFunc(s, func(base string) (string, error) { return base + "!", nil }))
	if got := text.Get(s); got != "sew!" {
		t.Errorf("the page shows %q", got)
	}
}

// An entry on two roots is in two bases, which come one after the other.
func TestAnEntryOnTwoRootsLeavesEachWithItsBase(t *testing.T) {
	s, left, right := atom.NewStore(), atom.New(0), atom.New(0)
	both, err := atom.Dispatch(s, left.Edit(increment), right.Edit(increment))
	must(t, err)
	must(t, right.Update(s, increment))
	show := func() string { return fmt.Sprint(left.Get(s), right.Get(s)) }

	must(t, left.SyncFunc(s, func(int) (int, error) { return 1, nil }, both))
	if got := show(); got != "1 2" || right.Pending(s) != 0 || both.Concerns(s, left) {
		t.Errorf("the page shows %s, with %d pending", got, right.Pending(s))
	}
	must(t, right.SyncFunc(s, func(int) (int, error) { return 1, nil }, both))
	if got := show(); got != "1 2" {
		t.Errorf("the page shows %s", got)
	}
	if err := both.Drop(s); !errors.Is(err, atom.ErrDropped) {
		t.Errorf("got %v", err)
	}
}

func TestTheRestOfAnEntryMayBeFolded(t *testing.T) {
	s, server, page := atom.NewStore(), atom.New(0), atom.New(0)
	e, err := atom.Dispatch(s, server.Edit(increment), page.Edit(increment))
	must(t, err)
	must(t, server.SyncFunc(s, func(int) (int, error) { return 1, nil }, e))
	must(t, e.Succeed(s))
	must(t, page.SyncFunc(s, func(base int) (int, error) { return base + 10, nil }))
	if server.Get(s) != 1 || page.Get(s) != 11 {
		t.Errorf("the page shows %d and %d", server.Get(s), page.Get(s))
	}
}

// What the base of one root contains has been all that kept the entry from being
// folded in another one.
func TestTheRestOfAnEntryFoldsWhenItsBaseComes(t *testing.T) {
	s, server, page := atom.NewStore(), atom.New(0), atom.New(0)
	dispatched(t, s, server, increment)
	e, err := atom.Dispatch(s, server.Edit(increment), page.Edit(increment))
	must(t, err)
	must(t, e.Succeed(s))
	must(t, server.SyncFunc(s, func(int) (int, error) { return 1, nil }, e))
	if e.Live(s) {
		t.Error("the entry has succeeded, and is the oldest where it is left")
	}
	must(t, page.Sync(s, 5))
	if server.Get(s) != 2 || page.Get(s) != 5 {
		t.Errorf("the page shows %d and %d", server.Get(s), page.Get(s))
	}
}

func TestABaseThatCannotBeMadeChangesNothing(t *testing.T) {
	s, count := atom.NewStore(), atom.New(0)
	e := dispatched(t, s, count, increment)
	no := errors.New("no")
	if err := count.SyncFunc(s, func(int) (int, error) { return 9, no }, e); err != no {
		t.Errorf("got %v", err)
	}
	if count.Get(s) != 1 || e.Drop(s) != nil || count.Get(s) != 0 {
		t.Errorf("the page shows %d", count.Get(s))
	}
}
