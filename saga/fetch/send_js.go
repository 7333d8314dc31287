package fetch

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"

	"github.com/atomsaga/atomsaga/internal/await"
)

// send calls the browser's fetch. Unlike net/http in the browser it has an AbortController,
// which also aborts reading the body.
func send(ctx context.Context, r Request) (*Response, error) {
	abort := js.Global().Get("AbortController").New()
	response, err := awaitPromise(ctx, abort, js.Global().Call("fetch", r.URL, options(r, abort)))
	if err != nil {
		return nil, err
	}
	buffer, err := awaitPromise(ctx, abort, response.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	return &Response{Status: response.Get("status").Int(), Header: header(response), Body: toBytes(buffer), Redirected: redirected(r, response)}, nil
}

// redirected returns [Response.Redirected].
func redirected(r Request, response js.Value) string {
	if !response.Get("redirected").Truthy() {
		return ""
	}
	address := js.Global().Get("URL")
	asked := address.New(r.URL, js.Global().Get("document").Get("baseURI"))
	answered := address.New(response.Get("url"))
	if asked.Get("hostname").Equal(answered.Get("hostname")) && asked.Get("pathname").Equal(answered.Get("pathname")) {
		return ""
	}
	return answered.Get("href").String()
}

// blobSize is from how many bytes on the body is sent as a Blob, which the browser copies
// without blocking the page. For less a Blob is slower.
const blobSize = 1 << 16

// options returns the RequestInit of a request.
func options(r Request, abort js.Value) map[string]any {
	headers := make(map[string]any, len(r.Header))
	for name, value := range r.Header {
		headers[name] = value
	}
	init := map[string]any{"method": r.method(), "headers": headers, "signal": abort.Get("signal")}
	if r.Body != nil {
		body := js.Global().Get("Uint8Array").New(len(r.Body))
		js.CopyBytesToJS(body, r.Body)
		init["body"] = body
		if len(r.Body) > blobSize {
			init["body"] = js.Global().Get("Blob").New([]any{body})
		}
	}
	return init
}

func header(response js.Value) map[string]string {
	entries := js.Global().Get("Array").Call("from", response.Get("headers"))
	h := make(map[string]string, entries.Length())
	for i := range entries.Length() {
		h[entries.Index(i).Index(0).String()] = entries.Index(i).Index(1).String()
	}
	return h
}

func toBytes(buffer js.Value) []byte {
	array := js.Global().Get("Uint8Array").New(buffer)
	body := make([]byte, array.Length())
	js.CopyBytesToGo(body, array)
	return body
}

// awaitPromise waits until a promise is settled. If ctx is done before, it aborts the request.
func awaitPromise(ctx context.Context, abort, promise js.Value) (js.Value, error) {
	v, err := await.Promise(ctx, promise, "fetch: an effect")
	if err != nil && ctx.Err() != nil {
		abort.Call("abort")
		return v, ctx.Err()
	}
	if rejected, ok := errors.AsType[*await.Rejected](err); ok {
		return v, networkError(rejected)
	}
	return v, err
}

// networkError returns the error for a rejected promise. A TypeError stands for any failure of
// the network, and has no more to say.
func networkError(r *await.Rejected) error {
	if online := js.Global().Get("navigator").Get("onLine"); online.Type() == js.TypeBoolean && !online.Bool() {
		return ErrOffline
	}
	if r.IsA("TypeError") {
		return ErrNetwork
	}
	return fmt.Errorf("%w: %w", ErrNetwork, r)
}
