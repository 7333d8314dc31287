package live

import (
	"context"
	"syscall/js"
)

// follow follows the stream together with the other tabs of the browser. The tab that has the lock
// has the connection, and broadcasts the messages. When it is closed or hidden, another tab gets
// the lock. A tab that joins broadcasts its position. If that is before the leading tab's, the
// stream begins again there: tabs ignore events that they have. Where the browser has no locks,
// for which it needs https or localhost, each tab has its own connection.
func follow(ctx context.Context, url string, at func() position, receive func(message)) error {
	open := func(from position) *source {
		return openSource(streamURL(url, from))
	}
	t := &tabs{name: "atomsaga/live " + url, received: make(chan message, messageBuffer), leads: make(chan struct{})}
	var s *source
	defer func() { s.close() }()
	if !t.join(at()) {
		s = open(at())
	}
	defer t.leave()
	for {
		var messages chan message
		var failed chan error
		if s != nil {
			messages, failed = s.messages, s.failed
		}
		select {
		case m := <-t.received:
			switch {
			case m.event != "from" && s == nil:
				receive(m)
			case m.event == "from" && s != nil:
				from, err := parsePosition(m.id)
				switch {
				case err != nil:
				case from.database != at().database:
					// One of the two tabs has another database than the server. To the other
					// the stream sends a gap, and this one behaves as if there were one.
					receive(message{id: m.id, event: "gap"})
					s.close()
					s = open(from)
				case from.version < at().version:
					s.close()
					s = open(from)
				default:
					t.broadcast(message{event: "beat"})
				}
			}
		case <-t.leads:
			t.leads = nil
			s = open(at())
		case m := <-messages:
			receive(m)
			t.broadcast(m)
		case err := <-failed:
			t.broadcast(message{event: "down"})
			if err == errOther {
				return refusalReason(ctx, streamURL(url, at()))
			}
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tabs connects a tab with the others that follow the same stream.
type tabs struct {
	name     string
	received chan message  // from other tabs
	leads    chan struct{} // closed when this tab has the lock
	channel  js.Value
	abort    js.Value
	unlock   js.Value // resolves the promise that the lock is held with, once it is held
	funcs    []js.Func
	left     bool
}

// join joins the others. It reports whether the browser can do that.
func (t *tabs) join(at position) bool {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() || !js.Global().Get("BroadcastChannel").Truthy() {
		return false
	}
	t.channel = js.Global().Get("BroadcastChannel").New(t.name)
	t.channel.Set("onmessage", t.newFunc(func(args []js.Value) any {
		m := args[0].Get("data")
		select {
		case t.received <- message{m.Get("id").String(), m.Get("event").String(), m.Get("data").String()}:
		default: // a gap is noticed
		}
		return nil
	}))
	t.broadcast(message{id: at.String(), event: "from"})

	t.abort = js.Global().Get("AbortController").New()
	hold := t.newFunc(func(args []js.Value) any {
		t.unlock = args[0]
		return nil
	})
	granted := t.newFunc(func([]js.Value) any {
		if t.left {
			return nil
		}
		close(t.leads)
		return js.Global().Get("Promise").New(hold)
	})
	released := t.newFunc(func([]js.Value) any { // the lock was held, and is given back
		t.releaseFuncs()
		return nil
	})
	leads := t.leads
	denied := t.newFunc(func([]js.Value) any {
		t.releaseFuncs()
		if !t.left {
			close(leads) // each tab has its own connection
		}
		return nil
	})
	request, ok := t.requestLock(locks, granted)
	if ok {
		request.Call("then", released, denied)
	}
	return ok
}

// requestLock requests the lock. The browser may throw where locks are denied.
func (t *tabs) requestLock(locks js.Value, granted js.Func) (request js.Value, ok bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, isJS := thrown.(js.Error); !isJS {
				panic(thrown)
			}
		}
	}()
	return locks.Call("request", t.name, map[string]any{"signal": t.abort.Get("signal")}, granted), true
}

func (t *tabs) releaseFuncs() {
	for _, h := range t.funcs {
		h.Release()
	}
}

func (t *tabs) newFunc(f func(args []js.Value) any) js.Func {
	h := js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) })
	t.funcs = append(t.funcs, h)
	return h
}

// broadcast sends a message to the other tabs.
func (t *tabs) broadcast(m message) {
	if t.channel.Truthy() {
		t.channel.Call("postMessage", map[string]any{"id": m.id, "event": m.event, "data": m.data})
	}
}

// leave leaves the others, and gives the lock back.
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
