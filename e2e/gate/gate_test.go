//go:build e2e

package gate

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// counter is a server that counts the writes it carried out.
func counter(t *testing.T) (address string, writes *atomic.Int64) {
	writes = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PATCH" {
			writes.Add(1)
		}
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, r.Host+" "+string(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, writes
}

type answer struct {
	status int
	body   string
	err    error
}

// patch sends a PATCH and returns where its answer will come.
func patch(g *Gate, path, body string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		request, err := http.NewRequest("PATCH", g.URL(path), strings.NewReader(body))
		if err != nil {
			answers <- answer{err: err}
			return
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			answers <- answer{err: err}
			return
		}
		defer response.Body.Close()
		got, err := io.ReadAll(response.Body)
		answers <- answer{response.StatusCode, string(got), err}
	}()
	return answers
}

func TestWhatNoRuleIsAboutPasses(t *testing.T) {
	address, writes := counter(t)
	g := New(t, address)
	g.Hold("PATCH", "/api/kinds/other")
	g.Hold("GET", "/api/kinds")
	got := <-patch(g, "/api/kinds/one", "body")
	if got.err != nil || got.status != 200 || !strings.HasSuffix(got.body, " body") || writes.Load() != 1 {
		t.Errorf("got %+v after %d writes", got, writes.Load())
	}
	if host, _, _ := strings.Cut(got.body, " "); "http://"+host != g.URL("") {
		t.Errorf("the server sees host %s, the browser asked %s", host, g.URL(""))
	}
}

func TestHeldRequests(t *testing.T) {
	for _, row := range []struct {
		reason string
		decide func(*Rule)
		status int
		writes int64
	}{
		{"passes: the server's answer", func(r *Rule) { r.Pass() }, 200, 1},
		{"refused: the server never sees it", func(r *Rule) { r.Refuse(503, "not today") }, 503, 0},
		{"lost: no answer, and not carried out", func(r *Rule) { r.Lose() }, 0, 0},
		{"its answer lost: no answer, and carried out once", func(r *Rule) { r.LoseAnswer() }, 0, 1},
	} {
		t.Run(row.reason, func(t *testing.T) {
			address, writes := counter(t)
			g := New(t, address)
			rule := g.Hold("PATCH", "/api/kinds/")
			answers := patch(g, "/api/kinds/one", "body")
			if body := rule.Arrived(); string(body) != "body" {
				t.Errorf("its body is %q", body)
			}
			if writes.Load() != 0 || len(answers) != 0 {
				t.Error("it was not held")
			}
			row.decide(rule)
			got := <-answers
			if got.status != row.status || (got.err != nil) != (row.status == 0) || writes.Load() != row.writes {
				t.Errorf("got %+v after %d writes, want status %d after %d", got, writes.Load(), row.status, row.writes)
			}
			// The rule was about one request.
			if got := <-patch(g, "/api/kinds/one", ""); got.status != 200 {
				t.Errorf("the next one gets %+v", got)
			}
		})
	}
}

func TestHeldRequestsAreAnsweredInAnyOrder(t *testing.T) {
	address, _ := counter(t)
	g := New(t, address)
	first := g.Hold("PATCH", "/api/kinds/one")
	one := patch(g, "/api/kinds/one", "1")
	first.Arrived()
	second := g.Hold("PATCH", "/api/kinds/one")
	two := patch(g, "/api/kinds/one", "2")
	second.Arrived()
	second.Pass()
	if got := <-two; !strings.HasSuffix(got.body, " 2") {
		t.Errorf("the second gets %+v", got)
	}
	if len(one) != 0 {
		t.Error("the first was not held")
	}
	first.Refuse(500, "no")
	if got := <-one; got.status != 500 || !strings.Contains(got.body, `"detail":"no"`) {
		t.Errorf("the first gets %+v", got)
	}
}

func TestDown(t *testing.T) {
	address, writes := counter(t)
	g := New(t, address)
	g.Down(true)
	if got := <-patch(g, "/", ""); got.err == nil || writes.Load() != 0 {
		t.Errorf("down, and got %+v after %d writes", got, writes.Load())
	}
	g.Down(false)
	if got := <-patch(g, "/", ""); got.status != 200 {
		t.Errorf("up again, and got %+v", got)
	}
}

func TestTheTestEndsWhileARequestIsHeld(t *testing.T) {
	address, writes := counter(t)
	var answers <-chan answer
	t.Run("inner", func(t *testing.T) {
		g := New(t, address)
		rule := g.Hold("PATCH", "/")
		answers = patch(g, "/", "")
		rule.Arrived()
	})
	if got := <-answers; got.err == nil || writes.Load() != 0 {
		t.Errorf("got %+v after %d writes", got, writes.Load())
	}
}
