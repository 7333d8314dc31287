package live

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/internal/await"
)

// messageBuffer is how many messages may wait while the page is busy. If there are more the stream
// is begun again at the base.
const messageBuffer = 1024

var (
	errEnded = errors.New("the stream has ended")
	errOther = errors.New("what has come is no stream") // see refusalReason
	errBusy  = errors.New("the page takes longer than the stream")
)

// A source is a stream that the browser reads, an EventSource.
type source struct {
	js.Value
	messages chan message
	failed   chan error // receives one error
	funcs    []js.Func
}

// openSource opens the stream at url. Its messages are buffered for the caller, since functions that
// the browser calls must not block.
func openSource(url string) *source {
	s := &source{js.Global().Get("EventSource").New(url), make(chan message, messageBuffer), make(chan error, 1), nil}
	onMessage := s.newHandler(func(e js.Value) {
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
		s.Call("addEventListener", event, onMessage)
	}
	s.Call("addEventListener", "error", s.newHandler(func(js.Value) {
		const closed = 2 // the browser has got another answer, and does not try again
		if s.Get("readyState").Int() == closed {
			s.fail(errOther)
		} else {
			s.fail(errEnded)
		}
	}))
	return s
}

func (s *source) newHandler(f func(event js.Value)) js.Func {
	h := js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	})
	s.funcs = append(s.funcs, h)
	return h
}

// fail closes the stream: the browser would open it again at its last message, and not at the base.
func (s *source) fail(err error) {
	s.Call("close")
	select {
	case s.failed <- err:
	default:
	}
}

// close closes the stream. s may be nil.
func (s *source) close() {
	if s == nil {
		return
	}
	s.Call("close")
	for _, h := range s.funcs {
		h.Release()
	}
}

const reasonTimeout = 10 * time.Second // for the request of refusalReason

// refusalReason requests the stream once more, since EventSource does not say what it has got
// instead. If it is the stream by now, the request is aborted after its header.
func refusalReason(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, reasonTimeout)
	defer cancel()
	abort := js.Global().Get("AbortController").New()
	defer abort.Call("abort")
	answer, err := await.Promise(ctx, js.Global().Call("fetch", url, map[string]any{
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
	if err := checkStream(answer.Get("status").Int(), mediaType, redirected); err != nil {
		return err
	}
	return errEnded
}
