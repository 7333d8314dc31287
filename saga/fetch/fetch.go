package fetch

import (
	"context"
	"errors"
	"fmt"
)

var (
	// ErrNetwork is wrapped by the error of [Send] when no answer, or not all of it, was
	// received. It is not known then whether the server has handled the request.
	ErrNetwork error = unreachable("the server could not be reached")

	// ErrOffline is ErrNetwork on a device that knows that it is offline.
	ErrOffline = fmt.Errorf("%w: this device is offline", ErrNetwork)

	// ErrIntercepted is ErrNetwork when something else than the server has answered.
	ErrIntercepted = fmt.Errorf("%w: something else has answered", ErrNetwork)

	// ErrNoContent is wrapped by the error of [JSON], [Get] and [Patch] for an answer
	// without a body, or for null where T has no value for it. If the request was to change
	// something the server has done so, and the error wraps [saga.ErrNoResult] as well: an
	// effect that returns it has succeeded.
	ErrNoContent = errors.New("the answer has no content")
)

// unreachable is an error for a request of which it is unknown whether the server handled it.
type unreachable string

func (u unreachable) Error() string { return string(u) }

// Unreachable makes durable sagas wait for the network.
func (unreachable) Unreachable() bool { return true }

// A Request is what is sent.
type Request struct {
	Method string // "" is GET
	URL    string // in the browser it may be relative to the page
	Header map[string]string
	Body   []byte // nil for none
}

func (r Request) method() string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

// A Response is an answer that was received completely.
type Response struct {
	Status int               // 200, 404, ...
	Header map[string]string // by lower-case name
	Body   []byte

	// Redirected is the address that answered after redirects, if its host or path differs
	// from that of the request; "" otherwise.
	Redirected string
}

// A Transport sends one request and returns the answer, of any status. Its error has to wrap
// [ErrNetwork] or the error of ctx.
type Transport func(ctx context.Context, r Request) (*Response, error)

// Send is the transport that is used without [WithTransport]: the browser's fetch, or
// net/http. The browser sends its cookies to the page's own origin, follows redirects and
// uses its cache, as for any fetch.
func Send(ctx context.Context, r Request) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return send(ctx, r)
}

type transportKey struct{}

// WithTransport returns a context whose requests are sent by t, which may call [Send]. It is
// for tests, and for what is to be done to every request of a page. It panics if t is nil.
func WithTransport(ctx context.Context, t Transport) context.Context {
	if t == nil {
		panic("fetch: WithTransport needs a transport, and this one is nil; Send is the one of the browser")
	}
	return context.WithValue(ctx, transportKey{}, t)
}

// Do sends a request and returns the answer.
//
// For a status of 400 or more the error wraps a [*Problem]; it is [saga.Permanent] if the
// same request will not be answered otherwise later.
//
// The error wraps [ErrIntercepted] when the answer is not the server's: its media type is
// not one that the Accept header of r allows; r asks for a change, has no Accept header, and
// the answer is HTML; or a request for a change was redirected to another path. Any request
// but GET and HEAD asks for a change.
//
// If no answer is received the error is that of the transport, see [Transport].
func Do(ctx context.Context, r Request) (*Response, error) {
	transport, ok := ctx.Value(transportKey{}).(Transport)
	if !ok {
		transport = Send
	}
	response, err := transport(ctx, r)
	switch {
	case err != nil:
		return nil, err
	case response == nil:
		return nil, fmt.Errorf("fetch: %s %s: the transport has returned neither an answer nor an error", r.method(), r.URL)
	}
	if err := checkInterception(r, response); err != nil {
		return nil, fmt.Errorf("fetch: %s %s: %w", r.method(), r.URL, err)
	}
	if response.Status >= 400 {
		return nil, newProblem(response).asError()
	}
	return response, nil
}
