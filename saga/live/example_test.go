//go:build !js

package live_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/live"
)

type kind struct {
	Name string `json:"name"`
}

// A page shows a kind that somebody else renames.
func ExampleFeed() {
	renamed := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: beat\ndata: {}\n\n")
		http.NewResponseController(w).Flush()
		<-renamed
		fmt.Fprintf(w, "id: 8.db\ndata: %s\n\n",
			`{"version":8,"entity":"P100","patch":[{"op":"replace","path":"/name","value":"was the death of"}]}`)
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()

	feed := live.NewFeed()
	kinds := atom.Async(live.Load(feed, func(context.Context) (map[string]kind, string, error) {
		return map[string]kind{"P100": {"was death of"}}, `"7.db"`, nil // the value, and its entity tag
	}))
	s := atom.NewStore()
	stop := feed.Open(s, live.Config{
		URL:  server.URL,
		Atom: kinds.Value(),
		Apply: func(b *atom.Batch, e live.Event, contained ...*atom.Entry) error {
			return atom.Key(kinds.Value(), e.Entity).SyncFunc(b, func(base kind) (kind, error) { return live.Patched(base, e) }, contained...)
		},
		Refetch: func() { kinds.Refresh(s) },
		Committed: func(context.Context, []string) (map[string]int64, string, error) {
			return nil, "8.db", nil // the page has changed nothing
		},
	})
	defer stop()

	shown := make(chan string)
	p100 := atom.Key(kinds.Value(), "P100")
	defer s.Subscribe(kinds, func() {})()
	kinds.Load(context.Background(), s)
	fmt.Println(p100.Get(s).Name)
	defer s.Subscribe(p100, func() { shown <- p100.Get(s).Name })()
	close(renamed)
	fmt.Println(<-shown)

	// Output:
	// was death of
	// was the death of
}
