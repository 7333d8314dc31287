//go:build !js

package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/atomsaga/atomsaga/saga/fetch"
)

func serve(t *testing.T, handler http.HandlerFunc) (url string) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestSend(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("ETag", `"7"`)
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, r.Method+" "+r.URL.Path+" "+r.Header.Get("If-Match")+" "+string(body))
	})
	got, err := fetch.Send(t.Context(), fetch.Request{
		Method: "PUT", URL: url + "/a", Header: map[string]string{"If-Match": "*"}, Body: []byte("hello"),
	})
	if err != nil || got.Status != 418 || string(got.Body) != "PUT /a * hello" || got.Header["etag"] != `"7"` {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAbortWhileTheServerThinks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
		close(left)
	})
	if _, err := fetch.Send(ctx, fetch.Request{URL: url}); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	<-left // the server has been told
}

func TestAbortWhileTheBodyIsRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"name":`)
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, err := fetch.Get[kind](ctx, url); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestNetworkError(t *testing.T) {
	broken := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "less")
	})
	gone := httptest.NewServer(nil)
	gone.Close()
	for reason, url := range map[string]string{"nobody listens": gone.URL, "the body breaks off": broken} {
		if _, err := fetch.Send(t.Context(), fetch.Request{URL: url}); !errors.Is(err, fetch.ErrNetwork) || errors.Is(err, fetch.ErrOffline) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if _, err := fetch.Send(t.Context(), fetch.Request{URL: "/relative"}); err == nil || errors.Is(err, fetch.ErrNetwork) {
		t.Errorf("a URL that names no server: %v", err)
	}
}

// A redirect within the same path, as to https, is none that matters.
func TestRedirected(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/login":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"name":"log in"}`)
		case "/same":
			if r.URL.RawQuery == "" {
				http.Redirect(w, r, "/same?again", http.StatusTemporaryRedirect)
			}
		default:
			http.Redirect(w, r, "/login?next="+r.URL.Path, http.StatusFound)
		}
	})
	for path, want := range map[string]string{"/api/kinds": url + "/login?next=/api/kinds", "/same": "", "/login": ""} {
		if got, err := fetch.Send(t.Context(), fetch.Request{URL: url + path}); err != nil || got.Redirected != want {
			t.Errorf("%s: %+v, %v; want %q", path, got, err, want)
		}
	}
	if _, err := fetch.JSON[kind](t.Context(), fetch.Request{Method: "PUT", URL: url + "/api/kinds"}, kind{}); !errors.Is(err, fetch.ErrIntercepted) {
		t.Errorf("a change: %v", err)
	}
	if k, err := fetch.Get[kind](t.Context(), url+"/api/kinds"); err != nil || k.Name != "log in" {
		t.Errorf("a value: %v, %v", k, err)
	}
}
