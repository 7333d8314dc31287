package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

type kind struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
}

// A recorder is a transport that answers from memory and keeps what it was asked.
type recorder struct {
	asked  []fetch.Request
	answer fetch.Response
}

func (r *recorder) send(_ context.Context, request fetch.Request) (*fetch.Response, error) {
	r.asked = append(r.asked, request)
	return &r.answer, nil
}

func through(t *testing.T, status int, mediaType, body string) (context.Context, *recorder) {
	r := &recorder{answer: fetch.Response{Status: status, Header: map[string]string{"content-type": mediaType}, Body: []byte(body)}}
	return fetch.WithTransport(t.Context(), r.send), r
}

// A patch that was sent is what is re-applied, and what every attempt sends.
func TestPatch(t *testing.T) {
	_, server := through(t, 200, "application/json", `{"name":"died in","version":2}`)
	s, a := atom.NewStore(), atom.New(kind{Name: "died"})
	sent, attempts := make(chan bool), 0
	task := saga.Run(s, a, saga.New(
		func(k *kind) struct{} { k.Name += " in"; return struct{}{} },
		func(ctx context.Context, _ kind, _ struct{}) (kind, error) {
			answer, err := fetch.Patch[kind](fetch.WithTransport(ctx, server.send), "/api/kinds/1")
			if err == nil && attempts == 0 {
				attempts++
				sent <- true
				<-sent
				err = fetch.ErrNetwork // the answer is lost
			}
			return answer, err
		},
		func(k *kind, saved kind) { k.Version = saved.Version },
	).Retry(saga.Backoff{Retries: 1, Base: 1}))
	<-sent
	a.SyncUpdate(s, func(k *kind) { k.Name = "of another device" })
	if got := a.Get(s).Name; got != "died in" {
		t.Errorf("the page shows %q, and the server was told %q", got, "died in")
	}
	sent <- true
	if err := task.Wait(t.Context()); err != nil || a.Get(s) != (kind{"died in", 2}) {
		t.Errorf("got %v, %v", a.Get(s), err)
	}
	if len(server.asked) != 2 {
		t.Fatalf("%d requests", len(server.asked))
	}
	for _, r := range server.asked {
		if r.Method != "PATCH" || r.URL != "/api/kinds/1" || r.Header["Content-Type"] != "application/json-patch+json" ||
			r.Header["Idempotency-Key"] != task.ID() || string(r.Body) != `[{"op":"replace","path":"/name","value":"died in"}]` {
			t.Errorf("sent %v %s", r, r.Body)
		}
	}
	if _, err := fetch.Patch[kind](t.Context(), "/"); err == nil {
		t.Error("there is nothing to send outside of an effect")
	}
}

// The server is told nothing, and nothing is what is re-applied.
func TestPatchOfAWriteThatChangesNothing(t *testing.T) {
	_, server := through(t, 204, "", "")
	s, a := atom.NewStore(), atom.New(kind{Name: "same"})
	sent, end := make(chan bool), make(chan error)
	task := saga.Run(s, a, saga.Update(func(k *kind) { k.Name = "same" }).
		Effect(func(ctx context.Context, _ kind) error {
			fetch.Patch[kind](fetch.WithTransport(ctx, server.send), "/")
			sent <- true
			return <-end
		}))
	<-sent
	a.Sync(s, kind{Name: "theirs"})
	if got := a.Get(s).Name; got != "theirs" || string(server.asked[0].Body) != "[]" {
		t.Errorf("the page shows %q, and the server was told %s", got, server.asked[0].Body)
	}
	end <- nil
	task.Wait(t.Context())
}

func TestJSON(t *testing.T) {
	ctx, server := through(t, 200, "application/json", `{"name":"b"}`)
	got, err := fetch.JSON[kind](ctx, fetch.Request{
		Method: "PUT", URL: "/x", Header: map[string]string{"If-Match": `"1"`, "accept": "*/*"},
	}, kind{"a", 1})
	if got != (kind{Name: "b"}) || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	sent := server.asked[0]
	if fmt.Sprint(sent.Header) != `map[Content-Type:application/json If-Match:"1" accept:*/*]` || string(sent.Body) != `{"name":"a","version":1}` {
		t.Errorf("sent %v %s", sent.Header, sent.Body)
	}
	if _, err := fetch.JSON[kind](ctx, fetch.Request{URL: "/x"}, func() {}); err == nil || len(server.asked) != 1 {
		t.Errorf("a body that is no JSON: %v", err)
	}

	ctx, _ = through(t, 200, "application/json", `{"name"`)
	if _, err := fetch.Get[kind](ctx, "/api/kinds/1"); err == nil || errors.Is(err, fetch.ErrNetwork) || !strings.Contains(err.Error(), "GET /api/kinds/1") {
		t.Errorf("an answer that is no JSON: %v", err)
	}
}

func TestProblem(t *testing.T) {
	for _, test := range []struct {
		reason          string
		mediaType, body string
		want            string
	}{
		{"the server's words, with the path", "application/problem+json",
			`{"title":"Unprocessable Entity","status":422,"detail":"must not be empty","path":"/name"}`, "/name must not be empty"},
		{"parameters of the media type do not matter", "Application/Problem+JSON; charset=utf-8", `{"detail":"no"}`, "no"},
		{"the title stands in for the detail", "application/problem+json", `{"title":"Conflict"}`, "Conflict"},
		{"RFC 9457: a member of the wrong type is ignored", "application/problem+json", `{"detail":5,"title":"Conflict"}`, "Conflict"},
		{"a broken body leaves the status", "application/problem+json", `{"detail"`, "the server answered with status 422"},
		{"plain text is for people", "text/plain; charset=utf-8", "no such page\n", "no such page"},
		{"but not pages of it", "text/plain", strings.Repeat("é", 400), strings.Repeat("é", 250) + "…"},
		{"HTML is not", "text/html", "<h1>Bad gateway</h1>", "the server answered with status 422"},
	} {
		ctx, _ := through(t, 422, test.mediaType, test.body)
		_, err := fetch.Get[kind](ctx, "/")
		var p *fetch.Problem
		if !errors.As(err, &p) || p.Error() != test.want || p.Status != 422 || p.Header["content-type"] != test.mediaType {
			t.Errorf("%s: %v, want %q", test.reason, err, test.want)
		}
	}
}

func TestNothingIsSentAfterTheContextIsDone(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	if _, err := fetch.Do(ctx, fetch.Request{URL: "/"}); err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}
