package live

import (
	"context"
	"syscall/js"
)

// follow follows the stream together with the other tabs of the browser. One of
// them has the lock, and the connection, and hands on what comes; another one takes over
// when it is closed, hidden or gone. A tab that joins says where it is, and the
// stream begins again there if that is further back: an event that comes twice does no harm. Where a
// browser has no locks (they need https, or localhost) each tab has its own.
func follow(ctx context.Context, url string, at func() position, got func(message)) error {
	open := func(from position) *source {
		return openSource(address(url, from))
	}
	t := &tabs{name: "atomsaga/live " + url, heard: make(chan message, kept), lead: make(chan struct{})}
	var s *source
	defer func() { s.close() }()
	if !t.join(at()) {
		s = open(at())
	}
	defer t.leave()
	for {
		var messages chan message
		var broken chan error
		if s != nil {
			messages, broken = s.messages, s.broken
		}
		select {
		case m := <-t.heard:
			switch {
			case m.event != "from" && s == nil:
				got(m)
			case m.event == "from" && s != nil:
				from, err := parsePosition(m.id)
				switch {
				case err != nil:
				case from.database != at().database:
					// One of the two is not where the server is: the stream says to the other
					// that there is a gap, and this page asks for itself.
					got(message{id: m.id, event: "gap"})
					s.close()
					s = open(from)
				case from.version < at().version:
					s.close()
					s = open(from)
				default:
					t.tell(message{event: "beat"})
				}
			}
		case <-t.lead:
			t.lead = nil
			s = open(at())
		case m := <-messages:
			got(m)
			t.tell(m)
		case err := <-broken:
			t.tell(message{event: "down"})
			if err == errOther {
				return reason(ctx, address(url, at()))
			}
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tabs is a tab's place among the others that follow the same stream.
type tabs struct {
	name    string
	heard   chan message  // from other tabs
	lead    chan struct{} // closed when this tab has the lock
	channel js.Value
	abort   js.Value
	unlock  js.Value // resolves the promise that the lock is held with, once it is held
	release []js.Func
	left    bool
}

// join joins the others; false when the browser cannot.
func (t *tabs) join(at position) bool {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() || !js.Global().Get("BroadcastChannel").Truthy() {
		return false
	}
	t.channel = js.Global().Get("BroadcastChannel").New(t.name)
	t.channel.Set("onmessage", t.function(func(args []js.Value) any {
		m := args[0].Get("data")
		select {
		case t.heard <- message{m.Get("id").String(), m.Get("event").String(), m.Get("data").String()}:
		default: // what is missed is asked for
		}
		return nil
	}))
	t.tell(message{id: at.String(), event: "from"})

	t.abort = js.Global().Get("AbortController").New()
	hold := t.function(func(args []js.Value) any {
		t.unlock = args[0]
		return nil
	})
	granted := t.function(func([]js.Value) any {
		if t.left {
			return nil
		}
		close(t.lead)
		return js.Global().Get("Promise").New(hold)
	})
	over := t.function(func([]js.Value) any { // the lock is given back
		t.forget()
		return nil
	})
	lead := t.lead
	denied := t.function(func([]js.Value) any { // or was never had
		t.forget()
		if !t.left {
			close(lead) // each tab has its own
		}
		return nil
	})
	request, asked := t.ask(locks, granted)
	if asked {
		request.Call("then", over, denied)
	}
	return asked
}

// ask asks for the lock. Where locks are denied that may throw.
func (t *tabs) ask(locks js.Value, granted js.Func) (request js.Value, asked bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, isJS := thrown.(js.Error); !isJS {
				panic(thrown)
			}
		}
	}()
	return locks.Call("request", t.name, map[string]any{"signal": t.abort.Get("signal")}, granted), true
}

func (t *tabs) forget() {
	for _, h := range t.release {
		h.Release()
	}
}

func (t *tabs) function(f func(args []js.Value) any) js.Func {
	h := js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) })
	t.release = append(t.release, h)
	return h
}

// tell tells the other tabs.
func (t *tabs) tell(m message) {
	if t.channel.Truthy() {
		t.channel.Call("postMessage", map[string]any{"id": m.id, "event": m.event, "data": m.data})
	}
}

// leave lets another tab have the lock.
func (t *tabs) leave() {
	if !t.channel.Truthy() {
		return
	}
	t.left = true
	t.channel.Call("close")
	t.abort.Call("abort")
	if t.unlock.Truthy() {
		t.unlock.Invoke()
	}
}
