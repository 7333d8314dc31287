package live

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// unreachable is an error as package saga/fetch has it.
type unreachable struct{ error }

func (unreachable) Unreachable() bool { return true }

func TestStatusOfAnAnswer(t *testing.T) {
	for _, row := range []struct {
		reason     string
		status     int
		mediaType  string
		redirected string
		want       Status // "" for a stream
	}{
		{"a stream", 200, "text/event-stream", "", ""},
		{"with parameters", 200, "Text/Event-Stream;charset=utf-8", "", ""},
		{"a captive portal", 200, "text/html", "", Intercepted},
		{"a body that does not say what it is", 200, "", "", Intercepted},
		{"no content", 204, "", "", Intercepted},
		{"a log-in by a redirect", 200, "text/html", "/login", Intercepted},
		{"a redirect to a stream", 200, "text/event-stream", "/other", Intercepted},
		{"a redirect that was not followed", 302, "", "", Intercepted},
		{"a proxy's page", 502, "text/html", "", Intercepted},
		{"the network wants a log-in", 511, "text/html", "", Intercepted},
		{"the server wants a log-in", 401, "application/problem+json", "", LoggedOut},
		{"with a page", 401, "text/html", "", LoggedOut},
		{"the server is busy", 503, "application/problem+json", "", Offline},
		{"too many streams", 429, "application/problem+json", "", Offline},
		{"there is none", 404, "text/plain", "", Offline},
	} {
		in(t, func(p *page) {
			err := checkStream(row.status, row.mediaType, row.redirected)
			if (err == nil) != (row.want == "") {
				t.Errorf("%s: %v", row.reason, err)
			}
			if err == nil {
				return
			}
			p.server.refuses = err
			p.server.cut()
			p.sleep(time.Minute)
			p.wants(row.want, false, row.reason)
			if last := p.errs[len(p.errs)-1]; !errors.Is(last, ErrStream) || !errors.Is(last, err) {
				t.Errorf("%s: told %v", row.reason, last)
			}
			p.server.refuses = nil
			p.server.commit("a", "", increment)
			p.sleep(maxBackoff + time.Second)
			p.server.sendAll()
			p.wants(Following, true, "after "+row.reason)
			p.shows(thing{1, "a"}, "after "+row.reason)
		})
	}
}

// A first load that fails says why, and is tried again.
func TestStatusOfALoad(t *testing.T) {
	for want, err := range map[Status]error{
		Intercepted: fmt.Errorf("GET /: %w", checkStream(200, "text/html", "")),
		LoggedOut:   checkStream(401, "", ""),
		Offline:     unreachable{errDown},
		Connecting:  errDown,
	} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer(t)
			server.loads = err
			p := openPage(t, server)
			defer p.stop()
			p.wants(want, false, "at first")
			p.sleep(time.Minute)
			p.wants(want, false, "for as long as it is so")
			p.server.loads = nil
			p.sleep(maxBackoff + time.Second)
			p.wants(Following, true, "at the end")
			p.shows(thing{0, "a"}, "at the end")
		})
	}
}

// A page that has missed something says that it is behind, and what keeps it from that.
func TestStatusAfterAGap(t *testing.T) {
	in(t, func(p *page) {
		p.server.loads = errDown
		p.server.tell(message{id: "7.db", event: "gap"})
		p.wants(Behind, true, "after a gap")
		p.server.loads = checkStream(401, "", "")
		p.sleep(maxBackoff)
		p.wants(LoggedOut, true, "when the load is refused")
		p.server.tell(message{event: "beat"})
		p.wants(LoggedOut, true, "whatever the stream says")
		p.look(true, false)
		p.wants(Offline, false, "without a network")
		p.server.loads = nil
		for range 7 {
			p.server.commit("a", "", increment)
		}
		p.look(true, true)
		p.sleep(maxBackoff)
		p.wants(Following, true, "at the end")
		p.shows(thing{7, "a"}, "at the end")
	})
}

// A load is not tried while the device knows that it has no network.
func TestALoadWaitsForTheNetwork(t *testing.T) {
	in(t, func(p *page) {
		p.server.loads = errDown
		p.server.tell(message{id: "7.db", event: "gap"})
		p.look(true, false)
		p.sleep(maxBackoff)
		before := p.server.asked
		p.sleep(time.Hour)
		if p.server.asked != before {
			t.Errorf("it was tried %d times", p.server.asked-before)
		}
		p.server.loads = nil
		p.look(true, true)
		if p.server.asked != before+1 {
			t.Errorf("online again, it was tried %d times", p.server.asked-before)
		}
	})
}

func TestEveryStatusHasItsMessage(t *testing.T) {
	said := map[string]Status{}
	for _, s := range []Status{Connecting, Following, Behind, Offline, Intercepted, LoggedOut, Paused} {
		if other, twice := said[s.Message()]; twice {
			t.Errorf("%s says what %s says", s, other)
		}
		said[s.Message()] = s
	}
}

// A feed that lacks something says so at once, not when it needs it.
func TestOpenPanicsForAnIncompleteConfig(t *testing.T) {
	whole := Config{
		URL:       "/",
		Atom:      atom.New(things{}),
		Apply:     func(*atom.Batch, Event, ...*atom.Entry) error { return nil },
		Refetch:   func() {},
		Committed: func(context.Context, []string) (map[string]int64, string, error) { return nil, "", nil },
	}
	for name, without := range map[string]func(*Config){
		"URL":       func(c *Config) { c.URL = "" },
		"Atom":      func(c *Config) { c.Atom = nil },
		"Apply":     func(c *Config) { c.Apply = nil },
		"Refetch":   func(c *Config) { c.Refetch = nil },
		"Committed": func(c *Config) { c.Committed = nil },
	} {
		c := whole
		without(&c)
		panics(t, "without "+name, func() { NewFeed().Open(atom.NewStore(), c) })
	}
	panics(t, "a load of no feed", func() { Load[int](nil, func(context.Context) (int, string, error) { return 0, "", nil }) })
	panics(t, "a load of nothing", func() { Load[int](NewFeed(), nil) })
	in(t, func(p *page) {
		whole.Atom = p.all.Value()
		panics(t, "twice in one store", func() { p.feed.Open(p.store, whole) })
	})
}

func panics(t *testing.T, when string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: nobody is told", when)
		}
	}()
	f()
}

func TestStreamURL(t *testing.T) {
	at := position{17, "ab"}
	for url, want := range map[string]string{
		"/api/events":             "/api/events?after=17.ab",
		"/api/events?":            "/api/events?after=17.ab",
		"/api/events?x=y":         "/api/events?after=17.ab&x=y",
		"/api/events?x=y&z=%3F":   "/api/events?after=17.ab&x=y&z=%3F",
		"/api/events?x=y?#part":   "/api/events?after=17.ab&x=y?",
		"https://a.example/e?x=y": "https://a.example/e?after=17.ab&x=y",
	} {
		if got := streamURL(url, at); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
	if got := streamURL("/", position{1, "a&b=c"}); got != "/?after=1.a%26b%3Dc" {
		t.Errorf("a name that would be a parameter: %s", got)
	}
}
