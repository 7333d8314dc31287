//go:build !wasm

package server

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
	"github.com/atomsaga/atomsaga/saga/live"
)

// keptInTests is how many commits a feed keeps where a test makes more than that.
const keptInTests = 20

// rename commits n changes of a kind in the store, each with its own key.
func (s testServer) rename(n int, key string) {
	s.t.Helper()
	for i := range n {
		_, err := s.store.Change(s.t.Context(), store.Mutation{Kind: somebody, Key: fmt.Sprint(key, i)}, func(k kind.Kind) (kind.Kind, error) {
			k.Name = fmt.Sprint("name ", k.Version)
			return k, nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func versions(commits []commit) (all []int64) {
	for _, c := range commits {
		all = append(all, c.Version)
	}
	return all
}

func TestFeedHandsOutWhatIsCommitted(t *testing.T) {
	s := start(t)
	_, more, err := s.feed.since(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.rename(1, "key-")
	<-more
	commits, _, err := s.feed.since(t.Context(), 0)
	if err != nil || len(commits) != 1 {
		t.Fatalf("got %v, %v", commits, err)
	}
	e := commits[0].Event
	if e.Version != 1 || e.Entity != string(somebody) || e.Mutation != "key-0" ||
		string(e.Patch) != `[{"op":"replace","path":"/name","value":"name 1"},{"op":"replace","path":"/version","value":2}]` {
		t.Errorf("got %+v", e)
	}
}

func TestFeedFollowsFromAnyVersionItKeeps(t *testing.T) {
	s := start(t)
	s.stopBackground() // the feed looks when the test says so
	s.rename(keptInTests/2, "before-")
	old, err := newFeed(t.Context(), s.store, s.Server.log) // commits of before the start
	if err != nil || old.keep != maxKeptCommits {
		t.Fatal(err, old.keep)
	}
	old.keep = keptInTests
	s.rename(keptInTests/2+2, "after-")
	if err := old.readCommits(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := old.version()
	for _, test := range []struct {
		reason string
		from   int64
		want   error
	}{
		{"nothing is missing", last, nil},
		{"kept in memory", last - 3, nil},
		{"from before the start", last - keptInTests, nil},
		{"too far behind", last - keptInTests - 1, errGap},
		{"of another database, that was ahead", last + 1, errGap},
	} {
		commits, _, err := old.since(t.Context(), test.from)
		var want []int64
		for v := test.from + 1; v <= last && test.want == nil; v++ {
			want = append(want, v)
		}
		if !errors.Is(err, test.want) || !slices.Equal(versions(commits), want) {
			t.Errorf("%s: got %v, %v; want %v, %v", test.reason, versions(commits), err, want, test.want)
		}
	}
	if n := len(old.recent); n > keptInTests {
		t.Errorf("%d commits are kept, more than %d", n, keptInTests)
	}
}

// A follower learns at once that an import is too large to follow: it must not be sent a
// thousand commits first.
func TestALargeImportIsAGap(t *testing.T) {
	s := start(t)
	s.stopBackground() // the feed looks when the test says so
	f, err := newFeed(t.Context(), s.store, s.Server.log)
	if err != nil {
		t.Fatal(err)
	}
	f.keep = keptInTests
	s.rename(1, "before-")
	if err := f.readCommits(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, more, err := f.since(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.rename(2*keptInTests+1, "import-")
	if err := f.readCommits(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-more
	commits, _, err := f.since(t.Context(), 1)
	if !errors.Is(err, errGap) {
		t.Errorf("got %d commits, %v", len(commits), err)
	}
	last := f.version()
	if commits, _, err := f.since(t.Context(), last-keptInTests); len(commits) != keptInTests || err != nil || commits[0].Version != last-keptInTests+1 {
		t.Errorf("got %d commits, %v", len(commits), err)
	}
}

func TestFeedSeesAnotherProgramsCommits(t *testing.T) {
	s := start(t)
	otherStore, err := store.Open(t.Context(), s.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer otherStore.Close()
	other := testServer{Server: &Server{store: otherStore}, t: t}
	_, more, err := s.feed.since(context.Background(), s.feed.version())
	if err != nil {
		t.Fatal(err)
	}
	other.rename(1, "key-")
	<-more // at the latest when the feed looks by itself
}

// The atom of a live.Feed that follows the server has what the API commits.
func TestAFeedFollowsTheServer(t *testing.T) {
	s := start(t)
	s.rename(2, "before")
	address, _, _ := serve(t, s)
	feed := live.NewFeed()
	one := atom.Async(live.Load(feed, func(context.Context) (kind.Kind, string, error) {
		answer := s.send("GET", "/api/kinds", "") // the value and its position in one: between two answers could be a commit
		kinds := decode[[]kind.Kind](t, answer)
		at := slices.IndexFunc(kinds, func(k kind.Kind) bool { return k.ID == somebody })
		return kinds[at], answer.Header.Get("ETag"), nil
	}))
	page := atom.NewStore()
	stop := feed.Open(page, live.Config{
		URL: "http://" + address + "/api/events", Atom: one.Value(), Refetch: func() { one.Refresh(page) },
		Apply: func(b *atom.Batch, e live.Event, contained ...*atom.Entry) error {
			return one.Value().SyncFunc(b, func(base kind.Kind) (kind.Kind, error) { return live.Patched(base, e) }, contained...)
		},
		Committed: func(_ context.Context, mutations []string) (map[string]int64, string, error) {
			answer := s.send("GET", "/api/commits?"+url.Values{"mutation": mutations}.Encode(), "")
			return decode[map[string]int64](t, answer), answer.Header.Get("ETag"), nil
		},
		OnError: func(err error) { t.Error(err) },
	})
	defer stop()
	shown := make(chan kind.Kind, 10)
	defer page.Subscribe(one, func() { shown <- one.Get(page).Value })()

	const wanted = "changed by the API"
	for s.patch(somebody, `{"name":"`+wanted+`"}`, asMerge); ; {
		if now := <-shown; now.Name == wanted {
			if now.Version != 4 {
				t.Errorf("its version is %d", now.Version)
			}
			return
		}
	}
}
