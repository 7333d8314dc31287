package live

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func (p *page) status() Status { return p.feed.Status().Get(p.store) }

func (p *page) wants(status Status, open bool, when string) {
	p.t.Helper()
	p.wait()
	if got := p.status(); got != status || (p.server.open != nil) != open {
		p.t.Errorf("%s: %s, and the stream is open: %v; want %s, %v", when, got, p.server.open != nil, status, open)
	}
}

func TestAHiddenPageClosesTheStream(t *testing.T) {
	in(t, func(p *page) {
		p.wants(Following, true, "at first")
		p.look(false, true)
		p.sleep(hiddenGrace / 2)
		p.look(true, true)
		p.sleep(hiddenGrace)
		p.wants(Following, true, "hidden for a moment")
		p.look(false, true)
		p.sleep(hiddenGrace + time.Second)
		p.wants(Paused, false, "hidden")
		p.server.commit("a", "", increment)
		p.look(true, true)
		p.wants(Following, true, "seen again")
		p.server.sendAll()
		p.shows(thing{1, "a"}, "seen again")
		if len(p.errs) > 0 {
			t.Errorf("told %v", p.errs)
		}
	})
}

func TestWithoutANetworkNothingIsTried(t *testing.T) {
	in(t, func(p *page) {
		p.look(true, false)
		p.wants(Offline, false, "offline")
		p.server.down = true
		p.sleep(time.Hour)
		if len(p.errs) > 0 {
			t.Errorf("told %v", p.errs)
		}
		p.server.down = false
		p.look(true, true)
		p.wants(Following, true, "online again")
	})
}

// The server is not asked again and again while it is down, and soon when it is
// back.
func TestBackOff(t *testing.T) {
	in(t, func(p *page) {
		p.server.down = true
		p.server.cut()
		p.wants(Offline, false, "down")
		p.sleep(time.Hour)
		if n := len(p.errs); n < 60 || n > 360 || !errors.Is(p.errs[n-1], ErrStream) {
			t.Errorf("tried %d times in an hour, last %v", n, p.errs[n-1])
		}
		p.server.down = false
		p.sleep(maxBackoff + time.Second + minBackoff/10)
		p.wants(Following, true, "up again")
	})
}

func TestASilentStreamIsOpenedAgain(t *testing.T) {
	in(t, func(p *page) {
		first := p.server.open
		for range 3 {
			p.sleep(streamTimeout / 2)
			p.server.tell(message{event: "beat"})
		}
		if p.server.open != first {
			t.Error("a stream that beats was given up")
		}
		p.sleep(streamTimeout + maxBackoff)
		if p.server.open == first || len(p.errs) != 1 || !errors.Is(p.errs[0], ErrStream) {
			t.Errorf("a silent stream is kept; told %v", p.errs)
		}
	})
}

func TestTheFeedEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t)
		r := p.run("a", increment)
		r.arrives()
		r.answered(nil)
		p.stop()
		p.shows(thing{1, "a"}, "after the end")
		p.deliver(p.server.log[0])
		p.shows(thing{1, "a"}, "after an event that nobody takes")
		if p.server.open != nil {
			t.Error("the stream is open")
		}
	})
}
