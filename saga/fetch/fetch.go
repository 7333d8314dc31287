// Package fetch makes effects of sagas that speak HTTP: in the browser through
// its own fetch, elsewhere through net/http, which a program for the browser
// does not link because of this package.
//
// A request ends with its context, also while the answer is still being read;
// the context of an effect ends with its task. So a cancelled task, or one that
// took too long, is aborted on the network.
//
//	saga.New(
//		func(k *Kind) struct{} { k.Name = name; return struct{}{} },
//		func(ctx context.Context, k Kind, _ struct{}) (Kind, error) {
//			return fetch.Patch[Kind](ctx, "/api/kinds/"+k.ID)
//		},
//	).PostEffect(func(k *Kind, saved Kind) { k.Version = saved.Version })
//
// An answer with a status of 400 and above is an error that wraps a [*Problem].
// A server that cannot be reached is one that wraps [ErrNetwork], and so is an
// answer that is not the server's ([ErrIntercepted]): the page of a network that
// wants a log-in, that of a log-in to which the server, or who stands before it,
// redirects, the error page of a proxy. An answer without a body is [ErrNoContent], and
// no zero value. What becomes of a saga whose effect returns it:
//
//	the answer                          Saga.Retry           a durable saga
//	none (ErrNetwork, ErrOffline,       is tried again       waits for the network
//	ErrIntercepted)
//	401 (Unauthorized)                  fails                waits until the user has logged in
//	408, 425, 429, 502, 503, 504        is tried again       is tried again, however often
//	409, 412, 422 to [Patch]:           is made anew and     is made anew and
//	saga.Stale                          sent, then fails     sent, then fails
//	other 4xx: saga.Permanent           fails                fails
//	other 5xx                           is tried again       is tried again as its Backoff says
//	2xx, no body, to a change           has succeeded, without a result: saga.ErrNoResult
//	2xx, no body, to GET or HEAD        is tried again       is tried again as its Backoff says
//
// No attempt is made before the time that the answer's Retry-After names, up to
// the limit of [saga.Backoff].
package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/atomsaga/atomsaga/saga"
)

var (
	// ErrNetwork is wrapped by the error of [Send] when there is no answer, or
	// not the whole of it. Whether the server has acted is not known then.
	ErrNetwork error = unreachable("the server could not be reached")

	// ErrOffline is ErrNetwork on a device that knows itself to be offline.
	ErrOffline = fmt.Errorf("%w: this device is offline", ErrNetwork)

	// ErrIntercepted is ErrNetwork when something has answered in the place of the
	// server. Whether the server has acted is not known.
	ErrIntercepted = fmt.Errorf("%w: something else has answered", ErrNetwork)

	// ErrNoContent is wrapped by the error of [JSON], [Get] and [Patch] for an answer
	// that has no body to decode, or null where T has no value for it. When the
	// request was to change something the server has done that, and the error is
	// [saga.ErrNoResult]: an effect that returns it has worked.
	ErrNoContent = errors.New("the answer has no content")
)

// An unreachable is an error that says nothing about what was asked.
type unreachable string

func (u unreachable) Error() string { return string(u) }

// Unreachable has durable sagas wait for the network.
func (unreachable) Unreachable() bool { return true }

// A Request is what is sent.
type Request struct {
	Method string // GET when it is empty
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

// A Response is an answer that has been read to its end.
type Response struct {
	Status int               // 200, 404, ...
	Header map[string]string // by lower-case name
	Body   []byte

	// Redirected is the address that redirects have led to, if it is of another
	// host or has another path than the one that was asked; "" otherwise.
	Redirected string
}

// A Transport sends one request, and returns the answer whatever its status.
// Its error wraps [ErrNetwork] or ctx's.
type Transport func(ctx context.Context, r Request) (*Response, error)

// Send is the transport that is used unless [Through] says otherwise: the
// browser's fetch, or net/http. The browser sends its cookies to the page's own
// origin, follows redirects, and uses its cache as for any other fetch.
func Send(ctx context.Context, r Request) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return send(ctx, r)
}

type transportKey struct{}

// Through returns a context in which requests go through t, which may hand them
// on to [Send]: for tests, and for what is done to every request of a page. It
// panics if t is nil.
func Through(ctx context.Context, t Transport) context.Context {
	if t == nil {
		panic("fetch: Through needs a transport, and this one is nil; Send is the one of the browser")
	}
	return context.WithValue(ctx, transportKey{}, t)
}

// Do sends a request and returns the answer. One with a status of 400 and above
// is an error that wraps a [*Problem]: [saga.Permanent], if it is about what was
// asked. The error wraps [ErrIntercepted] when the answer is not the server's, which
// shows by its media type, where r has an Accept header; without one a change, which
// is any request but GET and HEAD, cannot be answered by HTML. Nor can it by way of a
// redirect to another path.
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
	if err := intercepted(r, response); err != nil {
		return nil, fmt.Errorf("fetch: %s %s: %w", r.method(), r.URL, err)
	}
	if response.Status >= 400 {
		return nil, errorOf(problemOf(response))
	}
	return response, nil
}

// JSON is Do with a body that is encoded as JSON, none when it is nil, and an
// answer that is decoded from it. The error for an answer without a body wraps
// [ErrNoContent], unless T is struct{}; an effect that goes on after a request
// that may be answered so tells it by errors.Is. Content-Type and Accept are those of JSON
// unless r has others.
func JSON[T any](ctx context.Context, r Request, body any) (answer T, err error) {
	if err := exchange(ctx, r, body, &answer); err != nil {
		return *new(T), err
	}
	return answer, nil
}

// exchange is JSON for every type: answer points to where the answer goes.
func exchange(ctx context.Context, r Request, body, answer any) (err error) {
	header := map[string]string{"Accept": "application/json, application/problem+json"}
	if body != nil {
		if r.Body, err = json.Marshal(body); err != nil {
			return fmt.Errorf("fetch: %s %s: encoding the body: %w", r.method(), r.URL, err)
		}
		header["Content-Type"] = "application/json"
	}
	for name, value := range r.Header {
		maps.DeleteFunc(header, func(other, _ string) bool { return strings.EqualFold(other, name) })
		header[name] = value
	}
	r.Header = header
	response, err := Do(ctx, r)
	if err != nil {
		return err
	}
	if _, nothing := answer.(*struct{}); nothing && !hasBody(response) {
		return nil
	}
	if err := noContentIn(r, response, answer); err != nil {
		return err
	}
	if err := json.Unmarshal(response.Body, answer); err != nil {
		return fmt.Errorf("fetch: %s %s: decoding the answer: %w", r.method(), r.URL, err)
	}
	return nil
}

// Get asks for a JSON value.
func Get[T any](ctx context.Context, url string) (T, error) {
	return JSON[T](ctx, Request{URL: url}, nil)
}

// Patch sends what the effect's task has changed as a JSON Patch (RFC 6902),
// relative to the atom that the saga runs on, and returns what the server answers.
// From then on the change is re-applied from that patch ([saga.Task.PatchSent]): the
// page shows what the server was told. ctx is the effect's; with any other there
// is nothing to send, which is an error, as is a transaction of several patches.
//
// The request carries the task's id as its Idempotency-Key, the same in every
// attempt, so that a server that knows the header acts once even when its first
// answer was lost. It must remember only what it has done: what it has refused may come
// again under the same key with another body.
//
// In the patch stand tests of which elements of lists it is about, so that a server
// whose list differs refuses it, by RFC 6902 alone, and never changes another element than
// the user meant. It answers that with 409 Conflict, 412 Precondition Failed or 422
// Unprocessable Content, which is [saga.Stale]: the patch is made anew and sent again. A
// 422 that names a place in the document ([Problem.Path]), and no operation of the patch,
// is about what is there after the patch, and final.
func Patch[T any](ctx context.Context, url string) (answer T, err error) {
	r, patch, err := patching(ctx, url)
	if err != nil {
		return answer, fmt.Errorf("fetch: PATCH %s: %w", url, err)
	}
	if err := exchange(ctx, r, patch, &answer); err != nil {
		return *new(T), refusal(err)
	}
	return answer, nil
}

// refusal is what the error of a patch means.
func refusal(err error) error {
	if p, is := errors.AsType[*Problem](err); is && p.refusesPatch() {
		return saga.Stale(err)
	}
	return err
}

// patching is the request of Patch, and its body.
func patching(ctx context.Context, url string) (r Request, patch json.RawMessage, err error) {
	task := saga.TaskFrom(ctx)
	if task == nil {
		return r, nil, errors.New("the context is not that of an effect")
	}
	if n := len(task.Patches()); n > 1 {
		return r, nil, fmt.Errorf("the transaction has %d patches", n)
	}
	patch, err = task.PatchSent()
	header := map[string]string{"Content-Type": "application/json-patch+json", "Idempotency-Key": task.ID()}
	return Request{Method: "PATCH", URL: url, Header: header}, patch, err
}
