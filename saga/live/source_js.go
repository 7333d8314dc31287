package live

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/internal/await"
)

// kept is how many messages may wait for a page that is busy. When there are
// more the stream is begun again where the page is.
const kept = 1024

var (
	errEnded = errors.New("the stream has ended")
	errOther = errors.New("what has come is no stream")
	errBusy  = errors.New("the page takes longer than the stream")
)

// A source is the browser's EventSource.
type source struct {
	js.Value
	messages chan message
	broken   chan error
	release  []js.Func
}

// openSource opens the stream at an address. What comes is kept in order, and
// taken out by the caller: nothing may wait inside a call of the browser.
func openSource(address string) *source {
	s := &source{js.Global().Get("EventSource").New(address), make(chan message, kept), make(chan error, 1), nil}
	got := s.handler(func(e js.Value) {
		m := message{e.Get("lastEventId").String(), e.Get("type").String(), e.Get("data").String()}
		if m.event == "message" {
			m.event = ""
		}
		select {
		case s.messages <- m:
		default:
			s.fail(errBusy)
		}
	})
	for _, event := range []string{"message", "gap", "beat"} {
		s.Call("addEventListener", event, got)
	}
	s.Call("addEventListener", "error", s.handler(func(js.Value) {
		const closed = 2 // for good, as the browser has got an answer
		if s.Get("readyState").Int() == closed {
			s.fail(errOther)
		} else {
			s.fail(errEnded)
		}
	}))
	return s
}

func (s *source) handler(f func(event js.Value)) js.Func {
	h := js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	})
	s.release = append(s.release, h)
	return h
}

// fail closes the stream: the browser would open it again by itself, from where
// it was and not from where the page is.
func (s *source) fail(err error) {
	s.Call("close")
	select {
	case s.broken <- err:
	default:
	}
}

// close closes the stream. A nil s has none.
func (s *source) close() {
	if s == nil {
		return
	}
	s.Call("close")
	for _, h := range s.release {
		h.Release()
	}
}

// asking is how long the server has to say why there is no stream.
const asking = 10 * time.Second

// reason asks once more for a stream in whose place something else has come: the
// browser does not say what. The stream is left at its header, should it come now.
func reason(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	abort := js.Global().Get("AbortController").New()
	defer abort.Call("abort")
	answer, err := await.Promise(ctx, js.Global().Call("fetch", address, map[string]any{
		"headers": map[string]any{"Accept": "text/event-stream"}, "cache": "no-store", "redirect": "manual", "signal": abort.Get("signal"),
	}), "live: the feed")
	if err != nil {
		return errEnded
	}
	redirected := ""
	if answer.Get("type").String() == "opaqueredirect" {
		redirected = "another address"
	}
	mediaType := ""
	if value := answer.Get("headers").Call("get", "Content-Type"); value.Type() == js.TypeString {
		mediaType = value.String()
	}
	if err := refusalOf(answer.Get("status").Int(), mediaType, redirected); err != nil {
		return err
	}
	return errEnded
}
