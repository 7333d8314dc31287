package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

const page = "<!DOCTYPE html><p>Log in to this network</p>"

// What something else answers is no answer of the server, whatever its status says.
func TestAnAnswerThatIsNotTheServers(t *testing.T) {
	for _, row := range []struct {
		reason      string
		method      string
		accept      string // "": through Do, without one
		answer      fetch.Response
		intercepted bool
	}{
		{"JSON", "PATCH", "application/json", answered(200, "application/json", "{}"), false},
		{"with parameters, in capitals", "PATCH", "application/json", answered(200, "Application/JSON; charset=utf-8", "{}"), false},
		{"JSON of another kind", "GET", "application/json", answered(200, "application/ld+json", "{}"), false},
		{"a captive portal", "PATCH", "application/json", answered(200, "text/html", page), true},
		{"a captive portal, for a value", "GET", "application/json", answered(200, "text/html; charset=utf-8", page), true},
		{"a captive portal, in XHTML", "PATCH", "application/json", answered(200, "application/xhtml+xml", page), true},
		{"a page that is empty", "PATCH", "application/json", answered(200, "text/html", ""), true},
		{"text", "PATCH", "application/json", answered(200, "text/plain", "success"), true},
		{"a body that does not say what it is", "PATCH", "application/json", answered(200, "", "{}"), true},
		{"no body", "PATCH", "application/json", answered(200, "", ""), false},
		{"no body, and a type", "PATCH", "application/json", answered(204, "text/html", ""), false},
		{"one of several types", "GET", "text/csv;q=0.5, text/*", answered(200, "text/plain", "a"), false},
		{"none of several types", "GET", "text/csv, image/*", answered(200, "application/json", "{}"), true},

		{"a change by Do", "POST", "", answered(201, "text/plain", "done"), false},
		{"a change by Do, and a page", "POST", "", answered(200, "text/html", page), true},
		{"a change that takes anything, and a page", "POST", "*/*", answered(200, "text/html", page), true},
		{"a change that takes a page", "POST", "text/html", answered(200, "text/html", page), false},
		{"a page by Do", "GET", "", answered(200, "text/html", page), false},
		{"a page that HEAD asks about", "HEAD", "", answered(200, "text/html", ""), false},

		{"a change that is redirected", "PATCH", "application/json", redirected(answered(200, "application/json", "{}")), true},
		{"a change that is redirected, and refused there", "DELETE", "", redirected(answered(405, "text/plain", "no")), true},
		{"a value that is redirected", "GET", "application/json", redirected(answered(200, "application/json", "{}")), false},
		{"a value that is redirected to a page", "GET", "application/json", redirected(answered(200, "text/html", page)), true},

		{"a proxy without its server", "PATCH", "application/json", answered(502, "text/html", page), true},
		{"a proxy that has waited", "PATCH", "", answered(504, "text/html", page), true},
		{"a proxy that maintains", "GET", "application/json", answered(503, "text/html", page), true},
		{"a server that is busy", "PATCH", "application/json", answered(503, "application/problem+json", "{}"), false},
		{"a server that has failed, with a page", "PATCH", "application/json", answered(500, "text/html", page), false},
		{"a server that refuses, with a page", "PATCH", "application/json", answered(404, "text/html", page), false},
		{"the network wants a log-in", "GET", "", answered(511, "text/html", page), true},
		{"the proxy wants a log-in", "PATCH", "application/json", answered(407, "", ""), true},
		{"nothing followed a redirect", "PATCH", "", answered(302, "", ""), true},
		{"nothing has changed", "GET", "application/json", answered(304, "", ""), false},
		{"a change that has not changed", "PUT", "application/json", answered(304, "", ""), true},
	} {
		ctx := fetch.WithTransport(t.Context(), func(context.Context, fetch.Request) (*fetch.Response, error) { return &row.answer, nil })
		r := fetch.Request{Method: row.method, URL: "/api/kinds/1"}
		if row.accept != "" {
			r.Header = map[string]string{"accept": row.accept}
		}
		_, err := fetch.Do(ctx, r)
		if got := errors.Is(err, fetch.ErrIntercepted); got != row.intercepted {
			t.Errorf("%s: %v", row.reason, err)
		}
		unreachable, is := errors.AsType[interface {
			error
			Unreachable() bool
		}](err)
		if waits := is && unreachable.Unreachable(); waits != row.intercepted || waits != errors.Is(err, fetch.ErrNetwork) {
			t.Errorf("%s: a durable saga waits: %v", row.reason, waits)
		}
		if problem := new(fetch.Problem); row.intercepted && errors.As(err, &problem) {
			t.Errorf("%s is a problem of the server: %v", row.reason, problem)
		}
	}
}

func answered(status int, mediaType, body string) fetch.Response {
	a := fetch.Response{Status: status, Header: map[string]string{}, Body: []byte(body)}
	if mediaType != "" {
		a.Header["content-type"] = mediaType
	}
	return a
}

func redirected(a fetch.Response) fetch.Response {
	a.Redirected = "https://login.example/?next=%2F"
	return a
}

// renaming runs a saga whose post-effect takes over what the server says, and whose
// server answers so.
func renaming(t *testing.T, send func(ctx context.Context) (kind, error), answer fetch.Response) (shown kind, task *saga.Task) {
	s, a := atom.NewStore(), atom.New(kind{Name: "died"})
	task = saga.Run(s, a, saga.New(
		func(k *kind) struct{} { k.Name = "died in"; return struct{}{} },
		func(ctx context.Context, _ kind, _ struct{}) (kind, error) {
			return send(fetch.WithTransport(ctx, func(context.Context, fetch.Request) (*fetch.Response, error) { return &answer, nil }))
		},
		func(k *kind, saved kind) { *k = saved },
	))
	task.Wait(t.Context())
	return a.Get(s), task
}

func patch(ctx context.Context) (kind, error) { return fetch.Patch[kind](ctx, "/api/kinds/1") }
func put(ctx context.Context) (kind, error) {
	return fetch.JSON[kind](ctx, fetch.Request{Method: "PUT", URL: "/api/kinds/1"}, kind{Name: "died in"})
}
func get(ctx context.Context) (kind, error) { return fetch.Get[kind](ctx, "/api/kinds/1") }

// A server that has nothing to add blanks nothing.
func TestAnAnswerWithoutABodyIsNoZeroValue(t *testing.T) {
	for _, answer := range []fetch.Response{
		answered(204, "", ""), answered(205, "", ""), answered(200, "", ""), answered(200, "application/json", ""),
		answered(200, "application/json", "null"), answered(201, "application/json", " null\n"),
	} {
		for name, send := range map[string]func(context.Context) (kind, error){"Patch": patch, "JSON": put} {
			shown, task := renaming(t, send, answer)
			if shown.Name != "died in" || task.State() != saga.Succeeded || task.PostErr() != nil {
				t.Errorf("%s, %d %q: the page shows %+v, and the task has %s: %v, %v", name, answer.Status, answer.Body, shown, task.State(), task.Err(), task.PostErr())
			}
		}
		shown, task := renaming(t, get, answer)
		if shown.Name != "died" || task.State() != saga.Failed || !errors.Is(task.Err(), fetch.ErrNoContent) || errors.Is(task.Err(), saga.ErrNoResult) {
			t.Errorf("Get, %d %q: the page shows %+v, and the task has %s: %v", answer.Status, answer.Body, shown, task.State(), task.Err())
		}
	}
}

// What null says is a value where it is one, and an answer that nobody looks at
// need not be there.
func TestNullIsAValueOfNilableTypes(t *testing.T) {
	ctx, _ := through(t, 200, "application/json", "null")
	if list, err := fetch.Get[[]kind](ctx, "/"); list != nil || err != nil {
		t.Errorf("a list: %v, %v", list, err)
	}
	if k, err := fetch.Get[*kind](ctx, "/"); k != nil || err != nil {
		t.Errorf("a pointer: %v, %v", k, err)
	}
	ctx, _ = through(t, 204, "", "")
	if _, err := fetch.JSON[struct{}](ctx, fetch.Request{Method: "DELETE", URL: "/"}, nil); err != nil {
		t.Errorf("nothing: %v", err)
	}
	if list, err := fetch.Get[[]kind](ctx, "/"); list != nil || !errors.Is(err, fetch.ErrNoContent) {
		t.Errorf("a list that is not there: %v, %v", list, err)
	}
}

// A 401 is about who asks, not about what: it is neither refused nor lost.
func TestUnauthorized(t *testing.T) {
	for _, mediaType := range []string{"application/problem+json", "text/html", ""} {
		_, task := renaming(t, patch, answered(401, mediaType, "{}"))
		who, is := errors.AsType[interface {
			error
			Unauthorized() bool
		}](task.Err())
		if !is || !who.Unauthorized() || errors.Is(task.Err(), fetch.ErrNetwork) || task.State() != saga.Failed {
			t.Errorf("with a body of type %q: the task has %s: %v", mediaType, task.State(), task.Err())
		}
	}
	if _, task := renaming(t, patch, answered(403, "", "")); errors.As(task.Err(), new(interface{ Unauthorized() bool })) {
		var p *fetch.Problem
		if errors.As(task.Err(), &p); p.Unauthorized() {
			t.Error("403 is a refusal")
		}
	}
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock begins at 2000-01-01
		for text, want := range map[string]time.Duration{
			"":                                 0,
			"60":                               time.Minute,
			" 60 ":                             time.Minute,
			"864000":                           10 * 24 * time.Hour,
			"99999999999999999999":             1<<63 - 1,
			"-1":                               0,
			"1.5":                              0,
			"soon":                             0,
			"Sat, 01 Jan 2000 00:10:00 GMT":    10 * time.Minute,
			"Saturday, 01-Jan-00 00:10:00 GMT": 10 * time.Minute,
			"Sat Jan  1 00:10:00 2000":         10 * time.Minute,
			"Fri, 31 Dec 1999 23:59:59 GMT":    0,
			"Sat, 01 Jan 3000 00:10:00 GMT":    1<<63 - 1,
		} {
			p := fetch.Problem{Header: map[string]string{"retry-after": text}}
			if got := p.RetryAfter(); got != want {
				t.Errorf("%q is %v, want %v", text, got, want)
			}
		}
	})
}

func TestRetryAfterOfAProxy(t *testing.T) {
	a := answered(503, "text/html", page)
	a.Header["retry-after"] = "60"
	_, task := renaming(t, patch, a)
	busy, is := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](task.Err())
	if !is || busy.RetryAfter() != time.Minute {
		t.Error(fmt.Sprint(task.Err()))
	}
}

func TestNilTransportPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a nil transport was taken")
		}
	}()
	ctx := fetch.WithTransport(t.Context(), func(context.Context, fetch.Request) (*fetch.Response, error) { return nil, nil })
	if _, err := fetch.Do(ctx, fetch.Request{}); err == nil {
		t.Error("no answer and no error is an answer")
	}
	fetch.WithTransport(t.Context(), nil)
}
