//go:build !wasm

package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAStreamSendsEveryCommitAsItIsMade(t *testing.T) {
	s := start(t)
	address, _, _ := serve(t, s)
	r := openStream(t, address, "?after="+s.feed.eventID(0))
	r.wantEvent("beat")
	s.patch(somebody, `{"name":"new"}`, asMerge, "Idempotency-Key: mine")
	s.patch(somebody, `{"name":"new"}`, asMerge, "Idempotency-Key: the same again") // changes nothing
	e := r.wantCommit(1)
	if e.Entity != string(somebody) || e.Mutation != "mine" ||
		string(e.Patch) != `[{"op":"replace","path":"/name","value":"new"},{"op":"replace","path":"/version","value":2}]` {
		t.Errorf("got %+v", e)
	}
	if e := r.wantCommit(2); string(e.Patch) != "[]" || e.Mutation != "the same again" {
		t.Errorf("got %+v", e)
	}
}

func TestAStreamGoesOnWhereItWas(t *testing.T) {
	s := start(t)
	s.rename(3, "key")
	address, _, _ := serve(t, s)
	for _, test := range []struct {
		reason string
		after  string
		header string
		next   int64 // 0: a gap
	}{
		{"by the header of the browser", "", "Last-Event-ID: " + s.feed.eventID(1), 2},
		{"by the address", "?after=" + s.feed.eventID(2), "", 3},
		{"the header is the newer of both", "?after=" + s.feed.eventID(0), "Last-Event-ID: " + s.feed.eventID(2), 3},
		{"from nowhere", "", "", 0},
		{"another database", "?after=1.00000000", "", 0},
		{"ahead of this one", "?after=" + s.feed.eventID(4), "", 0},
		{"not an id", "?after=x", "", 0},
		{"below zero", "?after=-1." + s.feed.database, "", 0},
	} {
		r := openStream(t, address, test.after, test.header)
		if test.next != 0 {
			r.wantCommit(test.next)
			continue
		}
		r.wantEvent("beat")
		if m := r.wantEvent("gap"); m.id != s.feed.eventID(3) {
			t.Errorf("%s: goes on at %s", test.reason, m.id)
		}
	}
}

func TestAStreamThatIsTooFarBehindGetsAGap(t *testing.T) {
	s := start(t)
	s.stopBackground() // the feed looks when the test says so
	look := func() {
		if err := s.feed.readCommits(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.feed.keep = keptInTests
	s.rename(keptInTests+1, "key")
	look()
	address, _, _ := serve(t, s)
	r := openStream(t, address, "?after="+s.feed.eventID(0))
	r.wantEvent("beat")
	if m := r.wantEvent("gap"); m.id != s.feed.eventID(keptInTests+1) {
		t.Errorf("goes on at %s", m.id)
	}
	s.rename(1, "another")
	look()
	r.wantCommit(keptInTests + 2)
}

// A pipe is a listener with one connection, whose deadlines are those of the bubble's clock.
type pipe struct {
	server, client net.Conn
	accepted       chan net.Conn
	closed         func()
}

func newPipe() *pipe {
	p := &pipe{accepted: make(chan net.Conn, 1)}
	p.client, p.server = net.Pipe()
	p.accepted <- p.server
	p.closed = sync.OnceFunc(func() { close(p.accepted) })
	return p
}

func (p *pipe) Close() error   { p.closed(); return nil }
func (p *pipe) Addr() net.Addr { return p.server.LocalAddr() }

func (p *pipe) Accept() (net.Conn, error) {
	if conn, ok := <-p.accepted; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := start(t), newPipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Serve(ctx, p) }()
		if _, err := io.WriteString(p.client, "GET /api/events?after="+s.feed.eventID(0)+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(p.client), nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer, err)
		}
		r := &eventReader{t, bufio.NewReader(answer.Body), nil}
		go func() {
			time.Sleep(2 * (readTimeout + writeTimeout))
			s.rename(1, "key")
		}()
		r.wantCommit(1)
		stop()
		for err == nil {
			_, err = r.next()
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Each write to a stream has a deadline, and one that fails ends the stream.
func TestAClientThatDoesNotReadIsDropped(t *testing.T) {
	s := start(t)
	s.rename(1, "key")
	r := httptest.NewRequest("GET", "/api/events?after="+s.feed.eventID(0), nil)
	ended := make(chan struct{})
	go func() {
		s.streamEvents(&stuckWriter{t: t}, r)
		close(ended)
	}()
	<-ended
}

// A stuckWriter is a ResponseWriter whose client reads nothing.
type stuckWriter struct {
	t        *testing.T
	header   http.Header
	deadline time.Time
}

func (s *stuckWriter) Header() http.Header {
	if s.header == nil {
		s.header = http.Header{}
	}
	return s.header
}

func (s *stuckWriter) WriteHeader(int)                    {}
func (s *stuckWriter) SetReadDeadline(time.Time) error    { return nil }
func (s *stuckWriter) SetWriteDeadline(t time.Time) error { s.deadline = t; return nil }

func (s *stuckWriter) Write([]byte) (int, error) {
	if left := time.Until(s.deadline); left <= 0 || left > streamWriteTimeout {
		s.t.Errorf("%v to send something", left)
	}
	return 0, os.ErrDeadlineExceeded
}

func TestShutdownEndsStreams(t *testing.T) {
	s := start(t)
	address, stop, done := serve(t, s)
	r := openStream(t, address, "")
	r.wantEvent("beat")
	stop()
	if err := <-done; err != nil {
		t.Errorf("a stream holds the server up: %v", err)
	}
	for {
		if _, err := r.next(); err != nil {
			break
		}
	}
}

func TestOneClientGetsOnlySoManyStreams(t *testing.T) {
	s := start(t)
	s.clients.maxStreams = 2
	address, _, _ := serve(t, s)
	first := openStream(t, address, "")
	openStream(t, address, "")
	answer, err := http.Get("http://" + address + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	checkProblem(t, answer, 429, "", -1, "too many event streams")
	first.end()
	for { // the server notices it
		if answer, err = http.Get("http://" + address + "/api/events"); err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			break
		}
	}
}

func TestVersionsOfMutations(t *testing.T) {
	s := start(t)
	s.rename(2, "key")
	answer := s.send("GET", "/api/commits?mutation=key1&mutation=unknown", "")
	if got, at := readAnswer(t, answer), answer.Header.Get("ETag"); got != "{\"key1\":2}\n" || !strings.HasSuffix(at, "."+s.feed.database+`"`) {
		t.Errorf("got %s of %s", got, at)
	}
	if got := readAnswer(t, s.send("GET", "/api/commits", "")); got != "{}\n" {
		t.Errorf("of none: %s", got)
	}
	checkProblem(t, s.send("GET", "/api/commits?"+strings.Repeat("mutation=x&", maxMutations+1), ""), 400, "", -1, "at most")
}

// Budgets: 1,000 open streams cost less than 60 MB, and a commit reaches them
// all within a second.
func TestAThousandStreams(t *testing.T) {
	const n = 1000
	s := start(t)
	s.clients.maxStreams = n
	address, _, _ := serve(t, s)
	before := memoryInUse()
	conns := make([]net.Conn, n)
	for i := range conns {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		conns[i] = conn
		readUntil(t, conn, "event: beat")
	}
	used := memoryInUse() - before
	t.Logf("%d streams use %.1f MB", n, float64(used)/1e6)
	if used > 60e6 {
		t.Errorf("%d bytes for %d streams", used, n)
	}

	took := make([]time.Duration, n)
	var all sync.WaitGroup
	began := time.Now()
	for i, conn := range conns {
		all.Go(func() {
			readUntil(t, conn, "key0")
			took[i] = time.Since(began)
		})
	}
	s.rename(1, "key")
	all.Wait()
	slices.Sort(took)
	t.Logf("a commit reaches the first after %v, half of them after %v, all after %v", took[0], took[n/2], took[n-1])
	if took[n-1] > time.Second {
		t.Errorf("a commit took %v to reach all", took[n-1])
	}
}

// readUntil reads until it has read the text.
func readUntil(t *testing.T, conn net.Conn, text string) {
	got, chunk := "", make([]byte, 512)
	for !strings.Contains(got, text) {
		k, err := conn.Read(chunk)
		if err != nil {
			t.Errorf("%v, after %q", err, got)
			return
		}
		got += string(chunk[:k])
	}
}

// memoryInUse returns the bytes of heap and stacks in use.
func memoryInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
