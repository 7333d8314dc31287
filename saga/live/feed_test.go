package live

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
)

func TestWhatAnotherDeviceChangesShowsAtOnce(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", rename("theirs"))
		p.server.sendAll()
		p.shows(thing{0, "theirs"}, "after a commit")
		mine := p.run("a", increment)
		p.server.commit("a", "", rename("again"))
		p.server.sendAll()
		p.shows(thing{1, "again"}, "under a change of its own")
		mine.answered(errDown)
		p.shows(thing{0, "again"}, "after that has failed")
		p.isAt(2)
	})
}

func TestACommitOfThePageItselfConfirmsItsChange(t *testing.T) {
	for _, test := range []struct {
		reason string
		steps  func(*page, *request)
	}{
		{"the answer first", func(p *page, r *request) { r.arrives(); r.answered(nil); p.server.sendAll() }},
		{"the echo first", func(p *page, r *request) { r.arrives(); p.server.sendAll(); r.answered(nil) }},
		{"the answer is lost", func(p *page, r *request) { r.arrives(); p.server.sendAll(); r.answered(errDown) }},
		{"the echo twice", func(p *page, r *request) {
			r.arrives()
			p.server.sendAll()
			p.deliver(p.server.log[0])
			r.answered(nil)
			p.deliver(p.server.log[0])
		}},
		{"by push alone", func(p *page, r *request) { r.arrives(); p.deliver(p.server.log[0]); r.answered(nil) }},
	} {
		in(t, func(p *page) {
			r := p.run("a", increment)
			test.steps(p, r)
			p.shows(thing{1, "a"}, test.reason+":")
			if n := len(saga.Unconfirmed(p.store, p.all.Value())); n != 0 || r.task.State() != saga.Succeeded {
				t.Errorf("%s: %d wait, and the task is %s", test.reason, n, r.task.State())
			}
		})
	}
}

func TestEventsOutOfOrderWait(t *testing.T) {
	in(t, func(p *page) {
		for range 3 {
			p.server.commit("a", "", increment)
		}
		p.deliver(p.server.log[2])
		p.deliver(p.server.log[1])
		p.shows(thing{0, "a"}, "while the first is missing")
		p.deliver(p.server.log[0])
		p.shows(thing{3, "a"}, "when it has come")
	})
}

func TestTheStreamBeginsAgainWhereSomethingIsMissing(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.commit("a", "", increment)
		p.server.open.next = 1 // it has lost one
		p.server.sendAll()
		p.shows(thing{0, "a"}, "without the first")
		p.sleep(2 * gapGrace)
		p.server.sendAll()
		p.shows(thing{2, "a"}, "from the stream that has begun again")
		if len(p.errs) != 0 {
			t.Errorf("told %v", p.errs)
		}
	})
}

// A push message that had no room says only that there is something.
func TestAnEventWithoutAPatchHasTheStreamBringIt(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.deliver(Event{Version: 1, Database: "db", Entity: "a"})
		p.shows(thing{0, "a"}, "without the patch")
		p.server.sendAll()
		p.deliver(Event{Version: 1, Database: "db", Entity: "a"})
		p.shows(thing{1, "a"}, "with it")
	})
}

func TestWhatCannotBeAppliedIsLoadedAnew(t *testing.T) {
	for _, test := range []struct {
		reason string
		event  Event
		want   error
	}{
		{"something unknown", Event{Entity: "new", Patch: json.RawMessage(`[]`)}, atom.ErrMissing},
		{"a patch that does not fit", Event{Entity: "a", Patch: json.RawMessage(`[{"op":"replace","path":"/n","value":"many"}]`)}, nil},
		{"a field that is not there", Event{Entity: "a", Patch: json.RawMessage(`[{"op":"add","path":"/x","value":1}]`)}, draft.ErrPath},
		{"no patch", Event{Entity: "a", Patch: json.RawMessage(`{}`)}, draft.ErrPatch},
		{"an endless one", Event{Entity: "a", Patch: json.RawMessage(`[` + strings.Repeat(`{"op":"test","path":"/n","value":0},`, 1000) + `{"op":"replace","path":"/n","value":9}]`)}, draft.ErrLimit},
	} {
		in(t, func(p *page) {
			mine := p.run("a", rename("mine"))
			p.server.commit("a", "", increment)
			p.server.state["new"] = thing{}
			test.event.Version, test.event.Database = 1, "db"
			p.deliver(test.event)
			p.shows(thing{1, "mine"}, test.reason+":")
			p.isAt(1)
			if len(p.errs) != 1 || !errors.Is(p.errs[0], ErrEvent) || test.want != nil && !errors.Is(p.errs[0], test.want) {
				t.Errorf("%s: told %v", test.reason, p.errs)
			}
			mine.answered(errDown)
			p.shows(thing{1, "a"}, test.reason+", after a failure:")
		})
	}
}

func TestAGapIsLoadedAnew(t *testing.T) {
	in(t, func(p *page) {
		p.server.cut()
		p.server.commit("a", "", increment)
		p.server.commit("a", "", increment)
		p.server.kept = 2
		mine := p.run("a", increment)
		p.sleep(maxBackoff)
		p.shows(thing{3, "a"}, "after the gap")
		p.isAt(2)
		mine.arrives()
		p.server.sendAll()
		p.shows(thing{3, "a"}, "with what follows it")
	})
}

// A gap up to where the page is: it has joined a stream that another tab has.
func TestAGapThatIsNoneIsNoReasonToLoad(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.server.state = nil // what is loaded now would be seen
		p.server.tell(message{id: "1.db", event: "gap"})
		p.shows(thing{1, "a"}, "after it")
	})
}

func TestAnotherDatabaseIsLoadedAnew(t *testing.T) {
	in(t, func(p *page) {
		for range 3 {
			p.server.commit("a", "", increment)
		}
		p.server.sendAll()
		p.server.cut()
		p.server.database, p.server.log, p.server.state = "other", nil, things{"a": {40, "other"}}
		p.server.commit("a", "", increment)
		p.sleep(maxBackoff)
		p.shows(thing{41, "other"}, "after it was replaced")
		p.isAt(1)
		p.server.commit("a", "", increment)
		p.server.sendAll()
		p.shows(thing{42, "other"}, "with what follows")
	})
}

func TestAChangeThatIsNeverConfirmedIsTold(t *testing.T) {
	in(t, func(p *page) {
		p.run("a", increment).answered(nil) // the server says yes, and does nothing
		p.shows(thing{1, "a"}, "at first")
		p.server.down = true
		p.sleep(streamTimeout / 2)
		p.shows(thing{1, "a"}, "while the server cannot be asked")
		p.server.down = false
		p.sleep(confirmGrace)
		p.shows(thing{0, "a"}, "as the server has it")
		if len(p.errs) != 1 || !errors.Is(p.errs[0], ErrUnconfirmed) {
			t.Errorf("told %v", p.errs)
		}
	})
}

// A page that is gone had sent it, and the base contained it before this page
// knew of it; its answer was given again.
func TestACommitOfBeforeIsAskedFor(t *testing.T) {
	in(t, func(p *page) {
		p.server.commit("a", "", increment)
		p.server.sendAll()
		r := p.run("a", increment)
		p.server.log[0].Mutation = r.task.ID()
		r.answered(nil)
		p.shows(thing{2, "a"}, "at first")
		p.sleep(2 * confirmGrace)
		p.shows(thing{1, "a"}, "once the server was asked")
		if len(p.errs) != 0 {
			t.Errorf("told %v", p.errs)
		}
	})
}
