package live

import (
	"context"
	"strings"
	"syscall/js"
	"testing"
)

// replace puts what a script returns in the place of something of the window.
func replace(t *testing.T, name, script string) {
	window := js.Global()
	real := window.Get(name)
	window.Set(name, window.Get("Function").New("return "+script).Invoke())
	t.Cleanup(func() { window.Set(name, real) })
}

// The browser says only that there is no stream; the status says why. The page of this test is
// HTML, as a captive portal's is.
func TestWhyThereIsNoStream(t *testing.T) {
	follow := func() error {
		return follow(t.Context(), "/?x=y", func() position { return position{1, "db"} }, func(m message) { t.Errorf("got %+v", m) })
	}
	if err := follow(); statusOf(err) != Intercepted || !strings.Contains(err.Error(), "text/html") {
		t.Errorf("a page: %v", err)
	}
	replace(t, "fetch", `async () => new Response("{}", {status: 401, headers: {"Content-Type": "application/problem+json"}})`)
	if err := follow(); statusOf(err) != LoggedOut {
		t.Errorf("a log-in: %v", err)
	}
	replace(t, "fetch", `async () => Object.defineProperty(Response.error(), "type", {value: "opaqueredirect"})`)
	if err := follow(); statusOf(err) != Intercepted {
		t.Errorf("a redirect: %v", err)
	}
	replace(t, "fetch", `async () => { throw new TypeError("Failed to fetch") }`)
	if err := follow(); err != errEnded {
		t.Errorf("the network is gone: %v", err)
	}
	replace(t, "fetch", `async () => new Response("data: x", {headers: {"Content-Type": "text/event-stream"}})`)
	if err := follow(); err != errEnded {
		t.Errorf("a stream after all: %v", err)
	}
}

// Of two tabs that are of different databases each is brought to where the server is: the one
// that has the stream asks for itself, and opens the stream where the other one is.
func TestATabOfAnotherDatabase(t *testing.T) {
	opened := make(chan js.Value, 8)
	note := js.FuncOf(func(_ js.Value, args []js.Value) any {
		opened <- args[0]
		return nil
	})
	defer note.Release()
	js.Global().Set("noteSource", note)
	replace(t, "EventSource", `class extends EventTarget {
		readyState = 1;
		constructor(url) { super(); this.url = url; setTimeout(() => noteSource(this)) } // once it is listened to
		close() { this.readyState = 2 }
	}`)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	tab := func(at position) chan message {
		got := make(chan message, 8)
		go func() {
			ended <- follow(ctx, "/two tabs", func() position { return at }, func(m message) { got <- m })
		}()
		return got
	}
	wants := func(who string, got chan message, want message) {
		t.Helper()
		if m := <-got; m != want {
			t.Errorf("%s got %+v, want %+v", who, m, want)
		}
	}
	leader := tab(position{5, "new"})
	if url := (<-opened).Get("url").String(); url != "/two tabs?after=5.new" {
		t.Errorf("opened %s", url)
	}
	joined := tab(position{3, "old"})
	wants("the leader", leader, message{id: "3.old", event: "gap"})
	stream := <-opened
	if url := stream.Get("url").String(); url != "/two tabs?after=3.old" {
		t.Errorf("opened %s", url)
	}
	gap := js.Global().Get("MessageEvent").New("gap", map[string]any{"data": "{}", "lastEventId": "7.new"})
	stream.Call("dispatchEvent", gap)
	wants("the leader", leader, message{"7.new", "gap", "{}"})
	wants("the one that has joined", joined, message{"7.new", "gap", "{}"})
	cancel()
	<-ended
	<-ended
}
