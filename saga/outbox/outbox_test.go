package outbox_test

import (
	"context"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/saga"
)

// Every outbox keeps these promises. pages returns two of one outbox, which is
// empty, and no other test's.
func testOutbox(t *testing.T, pages func(t *testing.T) (a, b saga.Outbox)) {
	record := func(id string) saga.Record {
		return saga.Record{ID: id, Name: "kind.rename", Version: 2, Input: `{"Name":"„x“ \u0000"}`}
	}
	ids := func(t *testing.T, o saga.Outbox) (ids []string) {
		t.Helper()
		all, err := o.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		return ids
	}
	put := func(t *testing.T, o saga.Outbox, records ...saga.Record) []saga.Record {
		t.Helper()
		kept, err := o.Put(t.Context(), records)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}

	t.Run("records are there for every page, in the order in which they were put", func(t *testing.T) {
		a, b := pages(t)
		first := put(t, a, record("1"), record("2"))
		second := put(t, b, record("3"))
		if first[0].Order >= first[1].Order || first[1].Order >= second[0].Order {
			t.Errorf("the orders are %v and %v", first, second)
		}
		all, err := b.All(t.Context())
		if want := slices.Concat(first, second); err != nil || !slices.Equal(all, want) {
			t.Errorf("there are %v (%v), want %v", all, err, want)
		}
	})

	t.Run("a record with an order is replaced in its place", func(t *testing.T) {
		a, b := pages(t)
		kept := put(t, a, record("1"), record("2"))
		kept[0].Reason = "no"
		put(t, b, kept[0])
		for n, o := range []saga.Outbox{a, b} {
			if r, there, err := o.Get(t.Context(), kept[n].Order); r != kept[n] || !there || err != nil {
				t.Errorf("Get: %v, %v (%v), want %v", r, there, err, kept[n])
			}
		}
		if r, there, err := a.Get(t.Context(), kept[1].Order+1); there || err != nil {
			t.Errorf("Get of what is not there: %v (%v)", r, err)
		}
		if all, err := a.All(t.Context()); err != nil || !slices.Equal(all, kept) {
			t.Errorf("there are %v (%v), want %v", all, err, kept)
		}
	})

	t.Run("an order is not given again", func(t *testing.T) {
		a, _ := pages(t)
		kept := put(t, a, record("1"), record("2"))
		if err := a.Remove(t.Context(), kept[0].Order, kept[1].Order); err != nil {
			t.Fatal(err)
		}
		if left := ids(t, a); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
		if again := put(t, a, record("3")); again[0].Order <= kept[1].Order {
			t.Errorf("the order after %d is %d", kept[1].Order, again[0].Order)
		}
		if err := a.Remove(t.Context(), 999_999); err != nil {
			t.Errorf("removing what is not there: %v", err)
		}
	})

	t.Run("one page owns it, and the next one after that", func(t *testing.T) {
		a, b := pages(t)
		ctx, leave := context.WithCancel(t.Context())
		owned, err := a.Own(ctx)
		if err != nil || owned.Err() != nil {
			t.Fatal(err, owned.Err())
		}
		waiting, giveUp := context.WithCancel(t.Context())
		answer := make(chan error)
		go func() { _, err := b.Own(waiting); answer <- err }()
		for range 5 {
			put(t, b, record("4")) // meanwhile an outbox that two may own answers
		}
		giveUp()
		if err := <-answer; err != context.Canceled {
			t.Fatalf("two pages own it (%v)", err)
		}
		owns := make(chan error)
		go func() { _, err := b.Own(t.Context()); owns <- err }()
		leave()
		<-owned.Done()
		if err := <-owns; err != nil {
			t.Error(err)
		}
	})

	t.Run("the other pages hear what one tells, in order", func(t *testing.T) {
		a, b := pages(t)
		heard := make(chan string, 10)
		a.Listen(t.Context(), func(m []byte) { heard <- "a " + string(m) }, func() {})
		b.Listen(t.Context(), func(m []byte) { heard <- "b " + string(m) }, func() {})
		a.Tell([]byte("1"))
		a.Tell([]byte("2"))
		for _, want := range []string{"b 1", "b 2"} {
			if got := <-heard; got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
		b.Tell([]byte("3"))
		if got := <-heard; got != "a 3" {
			t.Errorf("heard %q", got)
		}
	})
}
