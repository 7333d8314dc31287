//go:build !js

package live_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/live"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// A page renames a kind. Its change stays in the log after its effect has succeeded, until the
// commit arrives that contains it, and so does not disappear in between.
func ExampleConfig() {
	committed := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: beat\ndata: {}\n\n")
		http.NewResponseController(w).Flush()
		for {
			select {
			case mutation := <-committed:
				fmt.Fprintf(w, "id: 8.db\ndata: %s\n\n", `{"version":8,"entity":"P100","mutation":"`+mutation+`",
data: "patch":[{"op":"replace","path":"/name","value":"was the death of"},{"op":"replace","path":"/by","value":"me"}]}`)
				http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	defer server.Close()

	type kind struct {
		Name string `json:"name"`
		By   string `json:"by"`
	}
	feed := live.NewFeed()
	kinds := atom.Async(live.Load(feed, func(context.Context) (map[string]kind, string, error) {
		return map[string]kind{"P100": {Name: "was death of"}}, `"7.db"`, nil
	}))
	s := atom.NewStore()
	defer feed.Open(s, live.Config{
		URL:  server.URL,
		Atom: kinds.Value(),
		Apply: func(b *atom.Batch, e live.Event, contained ...*atom.Entry) error {
			return atom.Key(kinds.Value(), e.Entity).SyncFunc(b, func(base kind) (kind, error) { return live.Patched(base, e) }, contained...)
		},
		Refetch: func() { kinds.Refresh(s) },
		Committed: func(context.Context, []string) (map[string]int64, string, error) {
			return nil, "7.db", nil // nothing of this page yet
		},
	})()
	defer s.Subscribe(kinds, func() {})()
	kinds.Load(context.Background(), s)
	p100 := atom.Key(kinds.Value(), "P100")
	fmt.Printf("before:    %+v\n", p100.Get(s))

	rename := sagatest.Run(s, p100, func(k *kind) { k.Name = "was the death of" })
	fmt.Printf("during:    %+v, %d pending\n", p100.Get(s), p100.Pending(s))

	rename.Succeed()
	fmt.Printf("succeeded: %+v\n", p100.Get(s))

	shown := make(chan kind)
	defer s.Subscribe(p100, func() { shown <- p100.Get(s) })()
	committed <- rename.Task.ID()
	fmt.Printf("confirmed: %+v\n", <-shown)

	// Output:
	// before:    {Name:was death of By:}
	// during:    {Name:was the death of By:}, 1 pending
	// succeeded: {Name:was the death of By:}
	// confirmed: {Name:was the death of By:me}
}

// An event changes a value as a whole, or not at all.
func ExamplePatched() {
	base := kind{Name: "was death of"}
	next, err := live.Patched(base, live.Event{Patch: []byte(`[{"op":"replace","path":"/name","value":"was the death of"}]`)})
	fmt.Println(next.Name, err)
	next, err = live.Patched(base, live.Event{Patch: []byte(`[{"op":"replace","path":"/colour","value":"red"}]`)})
	fmt.Println(next.Name, err != nil)
	// Output:
	// was the death of <nil>
	// was death of true
}
