package fetch

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// An interception is an answer that something else than the server has given.
type interception struct {
	why    string
	header map[string]string
}

func (i *interception) Error() string { return ErrIntercepted.Error() + ": " + i.why }

func (i *interception) Unwrap() error { return ErrIntercepted }

// Intercepted tells those who do not know this package, such as saga/live.
func (i *interception) Intercepted() bool { return true }

// RetryAfter is that of the answer: a proxy may know when the server is back.
func (i *interception) RetryAfter() time.Duration { return retryAfter(i.header) }

// intercepted returns why an answer is not the server's; nil when it is.
func intercepted(r Request, answer *Response) error {
	of, why := mediaTypeOf(answer), ""
	switch status := answer.Status; {
	case r.isChange() && answer.Redirected != "":
		why = "the change was redirected to " + answer.Redirected
	case status == 407, status == 511:
		why = fmt.Sprintf("status %d, the network wants a log-in", status)
	case status < 200, status == 304 && r.isChange(), status >= 300 && status < 400 && status != 304:
		why = fmt.Sprintf("status %d answers nothing", status)
	case status >= 502 && status <= 504 && isPage(of):
		why = fmt.Sprintf("status %d with a page, as a proxy sends it", status)
	case status < 300 && hasBody(answer) && !r.accepts(of):
		why = fmt.Sprintf("status %d with a body of type %q, which was not asked for", status, of)
	}
	if why == "" {
		return nil
	}
	return &interception{why, answer.Header}
}

// isChange reports whether a request asks for more than to be answered.
func (r Request) isChange() bool { return r.method() != "GET" && r.method() != "HEAD" }

// accepts reports whether an answer of a media type is one to the request.
func (r Request) accepts(of string) bool {
	accept := ""
	for name, value := range r.Header {
		if strings.EqualFold(name, "Accept") {
			accept = value
		}
	}
	if accept == "" {
		accept = "*/*"
	}
	for wanted := range strings.SplitSeq(accept, ",") {
		switch wanted = essence(wanted); {
		case wanted == "*/*":
			if !r.isChange() || !isPage(of) {
				return true
			}
		case wanted == of, wanted == "application/json" && isJSON(of):
			return true
		case strings.HasSuffix(wanted, "/*") && strings.HasPrefix(of, wanted[:len(wanted)-1]):
			return true
		}
	}
	return false
}

// mediaTypeOf returns what a body is, in lower case and without parameters; "" when
// the answer does not say.
func mediaTypeOf(answer *Response) string { return essence(answer.Header["content-type"]) }

func essence(mediaType string) string {
	of, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(of))
}

func isJSON(of string) bool {
	return of == "application/json" || of == "text/json" || strings.HasSuffix(of, "+json")
}

// isPage reports whether a media type is that of a page for people.
func isPage(of string) bool { return of == "text/html" || of == "application/xhtml+xml" }

// hasBody reports whether there is something to look at: an answer may have a type for
// a body that it does not have, as one to HEAD does.
func hasBody(answer *Response) bool {
	switch answer.Status {
	case 204, 205, 304:
		return false
	}
	return len(answer.Body) > 0 || isPage(mediaTypeOf(answer))
}

// noContentIn is the error for an answer that leaves nothing to put where into points;
// nil when there is something.
func noContentIn(r Request, answer *Response, into any) error {
	if hasBody(answer) && !(string(bytes.TrimSpace(answer.Body)) == "null" && !isNilable(into)) {
		return nil
	}
	if r.isChange() {
		return fmt.Errorf("fetch: %s %s: %w (%w)", r.method(), r.URL, ErrNoContent, saga.ErrNoResult)
	}
	return fmt.Errorf("fetch: %s %s: %w", r.method(), r.URL, ErrNoContent)
}

// isNilable reports whether null is a value of what a pointer points to.
func isNilable(pointer any) bool {
	switch reflect.TypeOf(pointer).Elem().Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}
