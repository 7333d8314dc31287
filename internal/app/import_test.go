package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// listOf returns the content of a file with these kinds.
func listOf(kinds ...kind.Kind) []byte { return marshal(kinds) }

func likes() kind.Kind {
	return kind.Kind{ID: "my:likes", Name: "likes", Domain: []string{}, Range: []string{"Person"}, Vocabulary: "my"}
}

func mustPlan(t *testing.T, s *atom.Store, list []byte) *importPlan {
	t.Helper()
	p, err := readImportPlan(t.Context(), kinds.Get(s).Value, list, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanCountsNewAndChangedKinds(t *testing.T) {
	s, _ := loadFrom(t, nil)
	changed, same := wasDeathOf, knows
	changed.Name, changed.Version = "was the death of", 17
	same.Version = 0
	p := mustPlan(t, s, listOf(changed, same, likes()))
	if p.String() != "1 new, 1 changed, 1 as they are" || p.changes() != 2 {
		t.Error(p)
	}
	var sent []kind.Kind
	if err := json.Unmarshal(p.body, &sent); err != nil || len(sent) != 2 || sent[0].Version != 1 || sent[1].Version != 0 {
		t.Errorf("would send %s", p.body)
	}
	if empty := mustPlan(t, s, []byte("[]")); empty.changes() != 0 || string(empty.body) != "[]" {
		t.Error(empty)
	}
}

func TestReadingALongListReportsProgress(t *testing.T) {
	s, _ := loadFrom(t, nil)
	var all []kind.Kind
	for i := range 5000 {
		k := likes()
		k.ID = kind.ID(fmt.Sprintf("my:%d", i))
		all = append(all, k)
	}
	list, last, told := listOf(all...), 0, 0
	if _, err := readImportPlan(t.Context(), kinds.Get(s).Value, list, func(bytes int) {
		if bytes < last || bytes > len(list) {
			t.Errorf("%d bytes of %d after %d", bytes, len(list), last)
		}
		last = bytes
		told++
	}); err != nil || told == 0 {
		t.Errorf("told %d times; %v", told, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := readImportPlan(ctx, kinds.Get(s).Value, list, func(int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	for _, test := range []struct {
		reason string
		answer func() (*fetch.Response, error)
		stays  bool
	}{
		{"accepted", func() (*fetch.Response, error) { return answerOf(importCounts{}) }, true},
		{"refused", func() (*fetch.Response, error) {
			return &fetch.Response{Status: 409, Header: map[string]string{"content-type": "application/problem+json"}, Body: []byte(`{"detail":"no"}`)}, nil
		}, false},
		{"lost", func() (*fetch.Response, error) { return nil, fetch.ErrNetwork }, false},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answer := make(chan struct{})
				s, server := loadFrom(t, func(fetch.Request) (*fetch.Response, error) { <-answer; return test.answer() })
				changed := wasDeathOf
				changed.Name = "was the death of"
				p := mustPlan(t, s, listOf(changed, likes()))
				sending := 0
				shows := func() [2]string { return [2]string{name.atomOf(p100).Get(s), name.atomOf("my:likes").Get(s)} }

				task := saga.Run(s, kinds.Value(), p.newSaga(s, "kinds.json", func(context.Context) { sending++ }))

				if got := shows(); got != [2]string{"was the death of", "likes"} {
					t.Errorf("at once %q", got)
				}
				close(answer)
				task.Wait(t.Context())
				want := [2]string{"was death of", ""}
				if test.stays {
					want = [2]string{"was the death of", "likes"}
				}
				if got := shows(); got != want || kindByID.Of("my:likes").Get(s).Version != int64(len(want[1])/5) {
					t.Errorf("in the end %q, want %q", got, want)
				}
				if sent := server.patches(); !strings.HasPrefix(sent, "POST /api/kinds/import "+string(p.body)) || server.requests[0].Header["Idempotency-Key"] != task.ID() {
					t.Errorf("sent %s", sent)
				}
				if sending != 1 {
					t.Errorf("it was told %d times that it is being sent", sending)
				}
				synctest.Wait()
			})
		})
	}
}
