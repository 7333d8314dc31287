package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

const p100 = kind.ID("crm:P100_was_death_of")

var wasDeathOf = kind.Kind{
	ID: p100, Name: "was death of", Description: "Links a death to a person.", HasDirection: true,
	Inverse: "P100i_died_in", Domain: []string{"E69_Death"}, Range: []string{"E21_Person"}, Vocabulary: "crm", Version: 1,
}

var diedIn = kind.Kind{
	ID: "crm:P100i_died_in", Name: "died in", HasDirection: true, Inverse: "P100_was_death_of",
	Domain: []string{"E21_Person"}, Range: []string{"E69_Death"}, Vocabulary: "crm", Version: 1,
}

var knows = kind.Kind{ID: "foaf:knows", Name: "knows", Domain: []string{"Person"}, Range: []string{"Person"}, Vocabulary: "foaf", Version: 1}

// A fakeServer replaces the network. The test chooses its answers.
type fakeServer struct {
	mu       sync.Mutex
	requests []fetch.Request
	answer   func(fetch.Request) (*fetch.Response, error) // takes as long as the answer
}

// loadFrom returns a store that has loaded three kinds, and the server that answers its
// other requests.
func loadFrom(t *testing.T, answer func(fetch.Request) (*fetch.Response, error)) (*atom.Store, *fakeServer) {
	t.Helper()
	v := &fakeServer{answer: answer}
	previous := baseTransport
	baseTransport = func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if r.URL == "/api/kinds" {
			return answerOf([]kind.Kind{wasDeathOf, diedIn, knows})
		}
		v.mu.Lock()
		v.requests = append(v.requests, r)
		v.mu.Unlock()
		return v.answer(r)
	}
	t.Cleanup(func() { baseTransport = previous })
	s := atom.NewStore()
	if _, err := kinds.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s, v
}

func answerOf(v any) (*fetch.Response, error) {
	return &fetch.Response{Status: 200, Header: map[string]string{"content-type": "application/json"}, Body: marshal(v)}, nil
}

func refusal(why string) (*fetch.Response, error) {
	return &fetch.Response{Status: 422, Header: map[string]string{"content-type": "application/problem+json"},
		Body: []byte(`{"detail":"` + why + `","path":"/name"}`)}, nil
}

// sent returns the number of requests.
func (v *fakeServer) sent() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.requests)
}

func (v *fakeServer) patches() (all string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range v.requests {
		all += fmt.Sprintf("%s %s %s\n", r.Method, r.URL, r.Body)
	}
	return all
}

func changeField[V comparable](s *atom.Store, f field[V], value V) *saga.Task {
	return f.set(s, p100, value)
}

func TestAnEditIsSentAsItsPatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, server := loadFrom(t, func(fetch.Request) (*fetch.Response, error) {
			time.Sleep(time.Second)
			saved := wasDeathOf
			saved.Name, saved.Version = "was the death of", 2
			return answerOf(saved)
		})
		task := changeField(s, name, "was the death of")
		if got := name.atomOf(p100).Get(s); got != "was the death of" {
			t.Errorf("at once the name is %q", got)
		}
		if pending := [2]int{name.atomOf(p100).Pending(s), inverse.atomOf(p100).Pending(s)}; pending != [2]int{1, 0} {
			t.Errorf("pending of name and inverse: %v", pending)
		}
		if err := task.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		const want = `PATCH /api/kinds/crm:P100_was_death_of [{"op":"replace","path":"/name","value":"was the death of"}]` + "\n"
		if got := server.patches(); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if got := kindByID.Of(p100).Get(s); got.Version != 2 || got.Name != "was the death of" {
			t.Errorf("afterwards %v", got)
		}
	})
}

func TestAFailureTakesBackItsOwnChangeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := loadFrom(t, func(r fetch.Request) (*fetch.Response, error) {
			if strings.Contains(string(r.Body), "/name") {
				time.Sleep(3 * time.Second)
				return refusal("is taken")
			}
			time.Sleep(time.Second)
			saved := wasDeathOf
			saved.HasDirection, saved.Version = false, 2
			return answerOf(saved)
		})
		rename, toggle := changeField(s, name, "knows"), changeField(s, hasDirection, false)
		toggle.Wait(t.Context())
		err := rename.Wait(t.Context())
		var problem *fetch.Problem
		if !errors.As(err, &problem) || problem.Status != 422 || err.Error() != "/name is taken" {
			t.Errorf("the error is %v", err)
		}
		if got := kindByID.Of(p100).Get(s); got.Name != "was death of" || got.HasDirection || got.Version != 2 {
			t.Errorf("afterwards %v: the name must be back, the direction and the version stay", got)
		}
	})
}

func TestEditsOfAKindAreSentInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, server := loadFrom(t, func(r fetch.Request) (*fetch.Response, error) {
			saved := wasDeathOf
			if strings.Contains(string(r.Body), "first") {
				time.Sleep(2 * time.Second)
				saved.Name, saved.Version = "first", 2
			} else {
				saved.Name, saved.Version = "second", 3
			}
			return answerOf(saved)
		})
		first, second := changeField(s, name, "first"), changeField(s, name, "second")
		time.Sleep(time.Second)
		synctest.Wait()
		if server.sent() != 1 {
			t.Errorf("while the first is on its way, sent are\n%s", server.patches())
		}
		first.Wait(t.Context())
		second.Wait(t.Context())
		if got := kindByID.Of(p100).Get(s); got.Name != "second" || got.Version != 3 {
			t.Errorf("afterwards %v", got)
		}
	})
}

func TestAnEditWaitsForTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reachable atomic.Bool
		s, server := loadFrom(t, func(fetch.Request) (*fetch.Response, error) {
			if !reachable.Load() {
				return nil, fetch.ErrOffline
			}
			saved := wasDeathOf
			saved.Name, saved.Version = "was the death of", 2
			return answerOf(saved)
		})
		task := changeField(s, name, "was the death of")
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := name.atomOf(p100).Get(s); task.State() != saga.Running || got != "was the death of" {
			t.Errorf("after an hour the task is %s and the name %q", task.State(), got)
		}
		if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 1 || !state.Paused {
			t.Errorf("the outbox is %+v", state)
		}
		if n := server.sent(); n < 60 || n > 600 {
			t.Errorf("tried %d times in an hour", n)
		}
		reachable.Store(true)
		if err := task.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The server changes the name that it was sent. Meanwhile the user has set another one,
// which is refused: then the page shows the server's.
func TestTheServersValueIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := loadFrom(t, func(r fetch.Request) (*fetch.Response, error) {
			if strings.Contains(string(r.Body), "later") {
				time.Sleep(2 * time.Second)
				return refusal("is taken")
			}
			time.Sleep(time.Second)
			saved := wasDeathOf
			saved.Name, saved.Version = "DIED", 2
			return answerOf(saved)
		})
		earlier, later := changeField(s, name, "died"), changeField(s, name, "later")
		earlier.Wait(t.Context())
		if got := name.atomOf(p100).Get(s); got != "later" {
			t.Errorf("while the later one is pending the name is %q", got)
		}
		later.Wait(t.Context())
		if got := name.atomOf(p100).Get(s); got != "DIED" {
			t.Errorf("afterwards the name is %q", got)
		}
	})
}

func TestSimulatedTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, server := loadFrom(t, func(fetch.Request) (*fetch.Response, error) { return answerOf(wasDeathOf) })
		began := time.Now()
		took := func() time.Duration { defer func() { began = time.Now() }(); return time.Since(began) }

		latency.Set(s, 700)
		if err := changeField(s, name, "a").Wait(t.Context()); err != nil || took() != 700*time.Millisecond || server.sent() != 1 {
			t.Errorf("slow: %v, %d sent", err, server.sent())
		}
		failures.Set(s, 100)
		if err := changeField(s, name, "b").Wait(t.Context()); !errors.Is(err, errSimulated) || took() != 700*time.Millisecond || server.sent() != 1 {
			t.Errorf("slow and shaky: %v, %d sent", err, server.sent())
		}
		failures.Set(s, 0)
		latency.Set(s, maxLatency)
		task := changeField(s, name, "c")
		time.Sleep(time.Second)
		task.Cancel()
		synctest.Wait() // it would fail if the delay went on
		if took() != time.Second || server.sent() != 1 {
			t.Errorf("cancelled: %d sent", server.sent())
		}
	})
}

func TestTheLogHasEveryTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := loadFrom(t, func(r fetch.Request) (*fetch.Response, error) {
			time.Sleep(1500 * time.Millisecond)
			if strings.Contains(string(r.Body), "/has_direction") {
				return refusal("not today")
			}
			return answerOf(wasDeathOf)
		})
		rename := changeField(s, name, "")
		synctest.Wait()
		toggle := changeField(s, hasDirection, false)
		synctest.Wait()
		show := func() (text string) {
			for _, l := range logLines.Get(s) {
				text += fmt.Sprintln(l.Number, l.Kind, l.Field, l.Value, l.outcome())
			}
			return text
		}
		if got, want := show(), "2 crm:P100_was_death_of Has direction off on its way\n1 crm:P100_was_death_of Name empty on its way\n"; got != want {
			t.Errorf("at first:\n%swant\n%s", got, want)
		}
		rename.Wait(t.Context())
		toggle.Wait(t.Context())
		synctest.Wait()
		retried := toggle.Retry()
		synctest.Wait()
		if got, want := show(), "3 crm:P100_was_death_of Has direction off on its way\n2 crm:P100_was_death_of Has direction off taken back after 3.0 s\n"+
			"1 crm:P100_was_death_of Name empty saved after 1.5 s\n"; got != want {
			t.Errorf("then:\n%swant\n%s", got, want)
		}
		retried.Cancel()
		for range maxLogLines {
			changeField(s, hasDirection, true).Wait(t.Context())
		}
		synctest.Wait()
		if all := logLines.Get(s); len(all) != maxLogLines || all[0].Number != 3+maxLogLines {
			t.Errorf("%d lines, the newest is number %d", len(all), all[0].Number)
		}
	})
}
