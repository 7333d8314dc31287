package fetch

import (
	"fmt"
	"strings"
	"time"
)

// An interception is the error for an answer that something else than the server has given.
type interception struct {
	reason string
	header map[string]string
}

func (i *interception) Error() string { return ErrIntercepted.Error() + ": " + i.reason }

func (i *interception) Unwrap() error { return ErrIntercepted }

// Intercepted identifies the error for packages that do not import this one, as saga/live.
func (i *interception) Intercepted() bool { return true }

// RetryAfter returns the time of the answer's Retry-After header, from now: a proxy may know
// when the server is back.
func (i *interception) RetryAfter() time.Duration { return retryAfter(i.header) }

// checkInterception returns an error if an answer is not the server's.
func checkInterception(r Request, answer *Response) error {
	mediaType, reason := mediaTypeOf(answer), ""
	switch status := answer.Status; {
	case r.isChange() && answer.Redirected != "":
		reason = "the change was redirected to " + answer.Redirected
	case status == 407, status == 511:
		reason = fmt.Sprintf("status %d, the network wants a log-in", status)
	case status < 200, status == 304 && r.isChange(), status >= 300 && status < 400 && status != 304:
		reason = fmt.Sprintf("status %d answers nothing", status)
	case status >= 502 && status <= 504 && isHTML(mediaType):
		reason = fmt.Sprintf("status %d with a page, as a proxy sends it", status)
	case status < 300 && hasBody(answer) && !r.accepts(mediaType):
		reason = fmt.Sprintf("status %d with a body of type %q, which was not asked for", status, mediaType)
	}
	if reason == "" {
		return nil
	}
	return &interception{reason, answer.Header}
}

// isChange reports whether a request is to change something on the server.
func (r Request) isChange() bool { return r.method() != "GET" && r.method() != "HEAD" }

// accepts reports whether the request allows an answer of a media type.
func (r Request) accepts(mediaType string) bool {
	accept := ""
	for name, value := range r.Header {
		if strings.EqualFold(name, "Accept") {
			accept = value
		}
	}
	if accept == "" {
		accept = "*/*"
	}
	for more := true; more; {
		var accepted string
		accepted, accept, more = strings.Cut(accept, ",")
		switch accepted = essence(accepted); {
		case accepted == "*/*":
			if !r.isChange() || !isHTML(mediaType) {
				return true
			}
		case accepted == mediaType, accepted == "application/json" && isJSON(mediaType):
			return true
		case strings.HasSuffix(accepted, "/*") && strings.HasPrefix(mediaType, accepted[:len(accepted)-1]):
			return true
		}
	}
	return false
}

// mediaTypeOf returns the essence of an answer's media type, or "" if it has none.
func mediaTypeOf(answer *Response) string { return essence(answer.Header["content-type"]) }

// essence returns a media type without its parameters and in lower case.
func essence(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}

func isHTML(mediaType string) bool {
	return mediaType == "text/html" || mediaType == "application/xhtml+xml"
}

// hasBody reports whether an answer has a body. The media type alone does not say: an answer
// to HEAD has that of the body that it leaves out. An empty page counts as a body, since no
// server answers a program with one.
func hasBody(answer *Response) bool {
	switch answer.Status {
	case 204, 205, 304:
		return false
	}
	return len(answer.Body) > 0 || isHTML(mediaTypeOf(answer))
}
