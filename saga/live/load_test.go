package live

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"
)

// What is loaded says what it contains, also of what runs.
func TestALoadedValueContainsWhatTheServerSays(t *testing.T) {
	in(t, func(p *page) {
		p.server.loading = time.Second
		lost, answered, ahead, behind := p.run("a", increment), p.run("a", increment), p.run("a", increment), p.run("a", increment)
		lost.arrives()
		answered.arrives()
		answered.answered(nil)
		p.all.Refresh(p.store)
		ahead.arrives() // after the server has answered
		p.server.sendAll()
		p.shows(thing{4, "a"}, "while it is loaded")
		p.sleep(2 * time.Second)
		p.shows(thing{4, "a"}, "when it is there")
		p.isAt(3)
		lost.answered(errDown)
		ahead.answered(nil)
		behind.answered(errDown)
		p.shows(thing{3, "a"}, "at the end")
	})
}

// A user who was offline for long comes back with more changes than a server wants
// to be asked about at once.
func TestALoadUnderVeryManyChanges(t *testing.T) {
	in(t, func(p *page) {
		const n = 2*mutationsPerRequest + 1
		for range n {
			p.run("a", increment)
		}
		p.requests[n/2].arrives()
		p.server.cut()
		p.server.kept = p.server.version() // what was sent is not sent any more
		p.sleep(time.Minute)
		p.shows(thing{n, "a"}, "after the load")
		p.isAt(1)
		if len(p.errs) > 0 && !errors.Is(p.errs[0], ErrStream) {
			t.Errorf("told %v", p.errs)
		}
	})
}

// A page that takes up durable changes asks which of them its base has. It has no others
// until they are taken up.
func TestWhatTheBaseContains(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "here", increment)
		p.server.sendAll()
		p.server.commit("a", "on its way", increment)
		since := time.Time{}
		contains := func() (ids []string, release func()) {
			p.server.rest(func() {
				var contains func(context.Context, []string, time.Time) []string
				contains, release = p.session().freezeBase(context.Background())
				ids = contains(context.Background(), []string{"unknown", "on its way", "here"}, since)
			})
			return ids, release
		}
		got, release := contains()
		if !slices.Equal(got, []string{"here"}) {
			t.Errorf("got %v", got)
		}
		p.server.sendAll()
		p.all.Refresh(p.store)
		p.shows(thing{1, "a"}, "before they are taken up")
		release()
		p.shows(thing{2, "a"}, "when they are")
		got, release = contains()
		if !slices.Equal(got, []string{"on its way", "here"}) {
			t.Errorf("when the event has come: %v", got)
		}
		release()
		p.server.down = true
		got, release = contains()
		if len(got) > 0 {
			t.Errorf("when the server is down: %v", got)
		}
		release()
		p.server.down = false

		// What was made after the last load comes as an event, or not at all.
		p.sleep(time.Second)
		since = time.Now()
		p.server.commit("a", "unknown", increment)
		p.server.sendAll()
		p.server.down = true
		got, release = contains()
		if !slices.Equal(got, []string{"unknown"}) {
			t.Errorf("of what was made since: %v", got)
		}
		release()
	})
}

func TestALoadThatFailsIsTriedAgain(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.down = true
		p.deliver(Event{Version: 1, Database: "db", Entity: "unknown", Patch: json.RawMessage(`[]`)})
		p.sleep(time.Minute)
		p.shows(thing{0, "a"}, "while the server is down")
		p.server.down = false
		p.sleep(time.Minute)
		p.shows(thing{1, "a"}, "when it is up again")
	})
}

func TestALoadedValueIsNeverOlder(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.server.log, p.server.state = nil, p.server.states[0] // as a cache has it
		if p.all.Refresh(p.store); true {
			p.shows(thing{1, "a"}, "after an old answer")
		}
		if err := p.all.Get(p.store).Err; !errors.Is(err, ErrOlder) {
			t.Errorf("got %v", err)
		}
	})
}
