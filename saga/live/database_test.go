package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// replace puts another database in the place of the server's, with one commit in it.
func (s *server) replace(name string, a thing) {
	s.database, s.log, s.kept = name, nil, 0
	s.state = things{"a": a, "b": {Text: "b"}}
	s.states = []things{s.state}
}

// A push message may be on its way for hours, and the database be another one by then.
func TestAnEventOfAnotherDatabaseChangesNothing(t *testing.T) {
	in(t, func(p *page) {
		for range 3 {
			p.server.commit("a", "", increment)
		}
		late := p.server.log
		p.server.sendAll()
		p.server.cut()
		p.server.replace("other", thing{40, "other"})
		p.server.commit("a", "", increment)
		p.sleep(10 * time.Second)
		p.shows(thing{41, "other"}, "of the new database")
		for _, e := range late {
			p.deliver(e) // the second would be the next
		}
		p.shows(thing{41, "other"}, "after the late messages")
		p.isAt(1)
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.shows(thing{42, "other"}, "with the real event of that version")
		p.sleep(streamTimeout / 2)
		p.server.sendAll()
		p.shows(thing{42, "other"}, "later")
		p.wants(Following, true, "later")
		if len(p.errs) != 1 || !errors.Is(p.errs[0], ErrStream) {
			t.Errorf("told %v", p.errs)
		}
	})
}

// What a server without a name for its database pushes has always been of that one.
func TestAServerThatNamesNoDatabase(t *testing.T) {
	in(t, func(p *page) {
		p.server.cut()
		p.server.replace("", thing{0, "unnamed"})
		p.sleep(maxBackoff)
		p.shows(thing{0, "unnamed"}, "once it is loaded")
		p.server.commit("a", "", increment)
		p.deliver(p.server.log[0])
		p.shows(thing{1, "unnamed"}, "with what was pushed")
	})
}

// An event that does not say of which database it is has the server asked, and no more.
func TestAnEventThatDoesNotSayOfWhichDatabase(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		e := p.server.log[0]
		e.Database = ""
		p.deliver(e)
		p.shows(thing{0, "a"}, "after it")
		first := p.server.open
		p.sleep(2 * gapGrace)
		if p.server.open == first {
			t.Error("the stream was not asked")
		}
		p.server.sendAll()
		p.shows(thing{1, "a"}, "from the stream")
	})
}

// A message of the new database may be there before the stream has noticed.
func TestAPushMessageOfANewDatabaseHasTheServerAsked(t *testing.T) {
	in(t, func(p *page) {
		p.server.replace("other", thing{40, "other"})
		p.server.commit("a", "", increment)
		p.deliver(p.server.log[0])
		p.shows(thing{0, "a"}, "before the stream was asked")
		p.sleep(time.Minute)
		p.shows(thing{41, "other"}, "after")
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.shows(thing{42, "other"}, "with what follows")
	})
}

// The stream goes on in a new database while the value of it is loaded: none of the
// events is sent again.
func TestEventsOfANewDatabaseWaitForItsValue(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.server.loading = 5 * time.Second
		p.server.cut()
		p.server.replace("other", thing{40, "other"})
		p.sleep(2 * time.Second) // the stream is back, and the load has been answered
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.wants(Behind, true, "while the value is loaded")
		p.sleep(5 * time.Second)
		p.shows(thing{41, "other"}, "with the event that came meanwhile")
		p.isAt(1)
		p.wants(Following, true, "at the end")
	})
}

// The same without a gap before: another tab had the stream first.
func TestAnEventOfANewDatabaseOnTheStream(t *testing.T) {
	in(t, func(p *page) {
		p.server.replace("other", thing{40, "other"})
		p.server.open.next = 0
		p.server.loading = time.Second
		p.server.commit("a", "", increment)
		p.server.commit("a", "", increment)
		p.server.send()
		p.wants(Behind, true, "while the value is loaded")
		p.server.send()
		p.sleep(10 * time.Second)
		p.shows(thing{42, "other"}, "once it is there")
		p.isAt(2)
	})
}

// A load that was answered before a gap does not fill it.
func TestALoadOfBeforeAGap(t *testing.T) {
	in(t, func(p *page) {
		p.server.loading = 5 * time.Second
		p.all.Refresh(p.store) // answered at once, and on its way for long
		p.wait()
		p.server.commit("a", "", increment)
		p.server.commit("a", "", increment)
		p.server.kept = 2
		p.server.cut()
		p.sleep(20 * time.Second)
		p.shows(thing{2, "a"}, "at the end")
		p.isAt(2)
		p.wants(Following, true, "at the end")
	})
}

// The answer to a load comes from the database that is gone.
func TestALoadOfTheDatabaseBefore(t *testing.T) {
	in(t, func(p *page) {
		p.server.loading = 20 * time.Second
		p.all.Refresh(p.store)
		p.wait()
		p.server.loading = time.Second
		p.server.replace("other", thing{40, "other"})
		p.server.cut()
		p.sleep(time.Minute)
		p.shows(thing{40, "other"}, "at the end")
		p.wants(Following, true, "at the end")
	})
}

// A cache answers a load from the database before, and the stream is of the new one.
func TestACacheOfTheDatabaseBefore(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.server.cached = func() (things, string) {
			p.server.cached = nil
			return things{"a": {7, "before"}}, "9.before"
		}
		p.all.Refresh(p.store)
		p.sleep(streamTimeout / 2)
		p.shows(thing{1, "a"}, "once the server has been asked")
		p.isAt(1)
	})
}

// In which versions mutations are is said of the new database, and the value is from the one before.
func TestCommittedOfAnotherDatabase(t *testing.T) {
	in(t, func(p *page) {
		mine := p.run("a", increment)
		p.server.loading, p.server.telling = 2*time.Second, time.Second
		p.all.Refresh(p.store) // the value of the old database, without mine
		p.sleep(time.Second)
		p.server.replace("other", thing{40, "other"})
		mine.arrives() // as version 1 of the new one
		p.server.log[0].Version = 0
		p.sleep(1500 * time.Millisecond)
		p.shows(thing{1, "a"}, "with the old value")
		p.server.log[0].Version = 1
		p.server.cut()
		p.sleep(time.Minute)
		p.shows(thing{41, "other"}, "at the end")
		mine.answered(nil)
		p.shows(thing{41, "other"}, "when it has been answered")
		if n := len(saga.Unconfirmed(p.store, p.all.Value())); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
}

// What an outbox asks is about the base that there is.
func TestTheBaseContainsNothingOfAnotherDatabase(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "here", increment)
		p.server.sendAll()
		p.server.replace("other", thing{})
		p.server.commit("a", "here", increment)
		var ids []string
		p.server.rest(func() {
			contains, release := p.session().freezeBase(context.Background())
			ids = contains(context.Background(), []string{"here"}, time.Time{})
			release()
		})
		if len(ids) > 0 {
			t.Errorf("got %v", ids)
		}
	})
}
