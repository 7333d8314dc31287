//go:build !wasm

package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/saga/live"
)

// An eventReader is a client of the event stream.
type eventReader struct {
	t    testing.TB
	body *bufio.Reader
	end  func()
}

// A serverSentEvent is an event of the stream.
type serverSentEvent struct{ id, event, data string }

// openStream requests the event stream. after is the query.
func openStream(t testing.TB, address, after string, headers ...string) *eventReader {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+address+"/api/events"+after, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		if name, value, ok := strings.Cut(header, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	end := func() { cancel(); answer.Body.Close() }
	t.Cleanup(end)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	return &eventReader{t, bufio.NewReaderSize(answer.Body, 1<<10), end}
}

// next returns the next event.
func (r *eventReader) next() (m serverSentEvent, err error) {
	for {
		line, err := r.body.ReadString('\n')
		if err != nil {
			return m, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "":
			if m != (serverSentEvent{}) {
				return m, nil
			}
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			m.data = value
		}
	}
}

// wantCommit returns the next commit, which must be of that version.
func (r *eventReader) wantCommit(version int64) live.Event {
	r.t.Helper()
	for {
		m, err := r.next()
		if err != nil {
			r.t.Fatal(err)
		}
		if m.event != "" {
			continue
		}
		var e live.Event
		if err := json.Unmarshal([]byte(m.data), &e); err != nil {
			r.t.Fatal(err)
		}
		if number, _, _ := strings.Cut(m.id, "."); e.Version != version || number != fmt.Sprint(version) {
			r.t.Fatalf("got %s with %s, want version %d", m.id, m.data, version)
		}
		return e
	}
}

// wantEvent returns the next event, which must have that name.
func (r *eventReader) wantEvent(name string) serverSentEvent {
	r.t.Helper()
	m, err := r.next()
	if err != nil || m.event != name {
		r.t.Fatalf("got %+v, %v; want %q", m, err, name)
	}
	return m
}
