package outbox_test

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

func TestMemory(t *testing.T) {
	testOutbox(t, func(t *testing.T) (a, b saga.Outbox) {
		m := outbox.NewMemory()
		return m.Open(), m.Open()
	})
}

func TestMemoryWithoutRoom(t *testing.T) {
	m := outbox.NewMemory()
	page, full := m.Open(), errors.New("no room")
	m.Fail(full)
	if _, err := page.Put(t.Context(), []saga.Record{{ID: "1"}}); err != full {
		t.Errorf("the error is %v", err)
	}
	m.Fail(nil)
	if all, err := page.All(t.Context()); len(all) > 0 || err != nil {
		t.Errorf("there are %v (%v)", all, err)
	}
}

func TestMemoryOfAClosedPage(t *testing.T) {
	m := outbox.NewMemory()
	a, b := m.Open(), m.Open()
	if _, err := a.Own(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if _, err := a.Put(t.Context(), []saga.Record{{ID: "1"}}); err != outbox.ErrClosed {
		t.Errorf("the error is %v", err)
	}
	if _, err := b.Own(t.Context()); err != nil {
		t.Error(err)
	}
}
