package atom_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

func TestADerivedAtomThatIsWhatItWasTellsNobody(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	computed := 0
	parity := atom.Derive(func(r atom.Reader) string { return fmt.Sprint(a.Get(r) % 2) })
	list := atom.Derive(func(r atom.Reader) []string { return []string{parity.Get(r)} })
	onTop := atom.Derive(func(r atom.Reader) string { computed++; return list.Get(r)[0] })
	failing := atom.Derive(func(r atom.Reader) int {
		if a.Get(r) >= 0 {
			panic("no")
		}
		return 0
	})
	told := []*int{counter(t, s, parity), counter(t, s, list), counter(t, s, onTop), counter(t, s, failing)}
	check := func(reason string, want ...int) {
		t.Helper()
		for i := range told {
			if *told[i] != want[i] {
				t.Errorf("%s: number %d was told %d times, want %d", reason, i, *told[i], want[i])
			}
			*told[i] = 0
		}
	}
	s.Batch(func(b *atom.Batch) {
		for _, n := range []int{1, 2, 3, 4} {
			a.Set(b, n)
			parity.Get(b)
			list.Get(b)
			onTop.Get(b)
		}
	})
	check("there and back", 0, 0, 0, 0)
	s.Batch(func(b *atom.Batch) { a.Set(b, 1); parity.Get(b); list.Get(b); a.Set(b, 3) })
	check("another one", 1, 1, 1, 0)
	was := computed
	s.Batch(func(b *atom.Batch) { a.Set(b, 4); list.Get(b); a.Set(b, 5) })
	check("there and back, not all of the way", 0, 0, 0, 0)
	if computed != was {
		t.Errorf("computed %d times for nothing", computed-was)
	}
	a.Set(s, 6)
	check("a write", 1, 1, 1, 0)
	a.Set(s, -1)
	check("no failure any more", 1, 1, 1, 1)
}

func TestSubscribersAreToldInTheOrderInWhichTheySubscribed(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1}, {ID: 2}}})
	rows := atom.Focus(root, func(p *page) *[]line { return &p.Rows })
	title := atom.Focus(root, func(p *page) *string { return &p.Title })
	other := atom.New(0)
	derived := atom.Derive(func(r atom.Reader) int { return len(rows.Get(r)) + other.Get(r) })
	var order, want []int
	n := 0
	subscribe := func(subscribe func(f func())) {
		number := n
		subscribe(func() { order = append(order, number) })
		want = append(want, number)
		n++
	}
	for range 20 {
		subscribe(func(f func()) { s.Subscribe(derived, f) })
		subscribe(func(f func()) { s.Subscribe(atom.At(rows, 2), f) })
		subscribe(func(f func()) { s.Watch(title, f) })
		subscribe(func(f func()) { s.Subscribe(other, f) })
		subscribe(func(f func()) {
			s.Subscribe(atom.Focus(atom.At(rows, 2), func(l *line) *string { return &l.Text }), f)
		})
		subscribe(func(f func()) { s.Subscribe(root, f) })
	}
	s.Batch(func(b *atom.Batch) {
		other.Set(b, 5)
		root.Set(b, page{Title: "b", Rows: []line{{ID: 2, Text: "b"}}})
	})
	if !slices.Equal(order, want) {
		t.Errorf("told %v", order)
	}
	order = nil
	title.Set(s, "c")
	if !slices.IsSorted(order) || len(order) != 40 {
		t.Errorf("told %v of the title", order)
	}
}

func TestSubscribersOfARemovedElementAreToldInTheOrderInWhichTheySubscribed(t *testing.T) {
	for range 5 {
		s, root := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1, Text: "a"}}})
		rows := atom.Focus(root, func(p *page) *[]line { return &p.Rows })
		one := atom.At(rows, 1)
		var order []int
		for i := range 10 {
			f := func() { order = append(order, i) }
			switch i % 3 {
			case 0:
				s.Subscribe(atom.Focus(one, func(l *line) *string { return &l.Text }), f)
			case 1:
				s.Subscribe(atom.Focus(one, func(l *line) *int { return &l.ID }), f)
			default:
				s.Subscribe(one, f)
			}
		}
		rows.Set(s, nil)
		if len(order) != 10 || !slices.IsSorted(order) {
			t.Fatalf("told %v", order)
		}
	}
}

func TestWhoSubscribesOrStopsWhileOthersAreTold(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var told []string
	var stopLast func()
	s.Subscribe(a, func() {
		told = append(told, "first")
		if a.Get(s) == 1 {
			stopLast()
			s.Subscribe(a, func() { told = append(told, "new") })
			a.Set(s, 2)
		}
	})
	s.Subscribe(a, func() { told = append(told, fmt.Sprint("second of ", a.Get(s))) })
	stopLast = s.Subscribe(a, func() { told = append(told, "stopped") })
	a.Set(s, 1)
	// The second is told once of both batches; the new one does not hear of the first.
	if want := []string{"first", "second of 2", "first", "new"}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

func TestAConflictHandlerThatIsRemovedIsNotCalledAnyMore(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var told []string
	var remove func()
	s.OnConflict(func(atom.Conflict) { told = append(told, "first"); remove() })
	remove = s.OnConflict(func(atom.Conflict) { told = append(told, "removed") })
	s.OnConflict(func(atom.Conflict) { told = append(told, "last") })
	below, _ := atom.Dispatch(s, a.Edit(func(n *int) { *n = 1 }))
	atom.Dispatch(s, a.Edit(func(n *int) {
		if *n == 0 {
			panic(errors.New("no"))
		}
	}))
	below.Drop(s)
	if want := []string{"first", "last"}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

// A lens that panics when the subscribers are looked for: the writer gets it, the
// others are told.
func TestALensThatPanicsAtTheEndOfABatchSilencesNobody(t *testing.T) {
	s, a := atom.NewStore(), atom.New(page{})
	first := counter(t, s, a)
	title := atom.Focus(a, func(p *page) *string {
		if p.Meta.N == 1 {
			panic("no")
		}
		return &p.Title
	})
	ofTitle := counter(t, s, title)
	last := counter(t, s, a)
	if reason := panicOf(func() { a.Set(s, page{Title: "b", Meta: struct{ N int }{1}}) }); reason != "no" {
		t.Errorf("panic %v", reason)
	}
	free(t, s)
	a.Set(s, page{Title: "c"})
	if *first != 2 || *last != 2 || *ofTitle != 1 {
		t.Errorf("told %d, %d and %d times", *first, *last, *ofTitle)
	}
}

// What Load waits for would be told behind the subscriber that called it.
func TestLoadReturnsInASubscriber(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	loaded := atom.Async(func(_ context.Context, r atom.Reader) (int, error) { return 10 + a.Get(r), nil })
	var got int
	var err error
	s.Subscribe(a, func() { got, err = loaded.Load(t.Context(), s) })
	a.Set(s, 1)
	if got != 11 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}

// The load's own end is told by its goroutine, here to somebody who loads another.
func TestLoadReturnsInASubscriberOfALoad(t *testing.T) {
	s, done := atom.NewStore(), make(chan int)
	first := atom.Async(func(context.Context, atom.Reader) (int, error) { return 1, nil })
	second := atom.Async(func(context.Context, atom.Reader) (int, error) { return 2, nil })
	var once sync.Once
	defer s.Subscribe(first.Value(), func() {
		once.Do(func() {
			n, _ := second.Load(t.Context(), s)
			done <- n
		})
	})()
	go first.Load(t.Context(), s)
	if n := <-done; n != 2 {
		t.Errorf("%d, want 2", n)
	}
}
