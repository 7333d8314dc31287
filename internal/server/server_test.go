//go:build !wasm

package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

const somebody = kind.ID("crm:P100_was_death_of") // the kind that most tests change

// webFiles returns a small web/.
func webFiles() fstest.MapFS {
	worker, err := os.ReadFile("../../web/worker.js")
	if err != nil {
		panic(err)
	}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"worker.js":             {Data: worker},
		"icon.svg":              file("<svg/>"),
		"icon-192.png":          file("png"),
		"icon-512.png":          file("png"),
		"icon-maskable-512.png": file("png"),
		"b.css":                 file(strings.Repeat(".b { color: red }\n", 200)),
		"a.css":                 file(".a { color: red }"),
		"app.wasm":              file("\x00asm plain"),
		"app.wasm.br":           file("brotli of it"),
		"app.wasm.gz":           file("gzip of it"),
	}
}

// filled returns the file of a new database. It is made once.
var filled = sync.OnceValue(func() []byte {
	directory, err := os.MkdirTemp("", "atomsaga")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	path := filepath.Join(directory, "filled.db")
	s, err := Open(context.Background(), Config{Database: path, Web: webFiles()})
	if err != nil {
		panic(err)
	}
	s.Close()
	database, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return database
})

// A testServer is a server that is called without a network.
type testServer struct {
	*Server
	t    testing.TB
	path string // of the database
	log  *bytes.Buffer
}

func start(t testing.TB) testServer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, filled(), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, err := Open(t.Context(), Config{Database: path, Web: webFiles(), WasmExec: []byte("// exec"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return testServer{s, t, path, &log}
}

// send sends a request; headers are "Name: value".
func (s testServer) send(method, target, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Result()
}

const (
	asPatch = "Content-Type: application/json-patch+json"
	asMerge = "Content-Type: application/merge-patch+json"
)

func (s testServer) patch(id kind.ID, body string, headers ...string) *http.Response {
	return s.send("PATCH", "/api/kinds/"+string(id), body, headers...)
}

// databaseSum returns a hash of the database file and its write-ahead log, which every
// write changes.
func (s testServer) databaseSum() string {
	s.t.Helper()
	sum := sha256.New()
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(s.path + suffix)
		if err != nil && suffix == "" {
			s.t.Fatal(err)
		}
		fmt.Fprintln(sum, len(content))
		sum.Write(content)
	}
	return string(sum.Sum(nil))
}

func (s testServer) kind(id kind.ID) kind.Kind {
	s.t.Helper()
	k, err := s.store.Kind(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

func readAnswer(t testing.TB, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func decode[T any](t testing.TB, r *http.Response) T {
	t.Helper()
	var value T
	if err := json.NewDecoder(r.Body).Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	for _, name := range []string{"worker.js", "icon.svg", "icon-192.png", "icon-512.png", "icon-maskable-512.png"} {
		files := webFiles()
		delete(files, name)
		_, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "a.db"), Web: files})
		if err == nil || !strings.Contains(err.Error(), "web/"+name+" is missing") {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestFirstStartFillsTheDatabase(t *testing.T) {
	kinds, err := start(t).Kinds(t.Context())
	if err != nil || len(kinds) != 983 {
		t.Fatalf("%d kinds, %v", len(kinds), err)
	}
	for _, k := range kinds {
		if err := k.Validate(); err != nil || k.Version != 1 || k.Domain == nil || k.Range == nil || !strings.HasPrefix(string(k.ID), k.Vocabulary+":") {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

func TestListenTakesOnlyThisMachine(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", "localhost:0", "127.3.2.1:0"} {
		l, err := Listen(address, "")
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		l.Close()
	}
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.168.1.7:0", "example.org:0", "127.0.0.1.example.org:0"} {
		if l, err := Listen(address, ""); err == nil || !strings.Contains(err.Error(), "--token") {
			t.Errorf("%s: %v, %v", address, l, err)
		}
	}
	for _, address := range []string{"", "8080", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http:"} {
		if l, err := Listen(address, ""); err == nil {
			t.Errorf("%q: %v", address, l.Addr())
		}
	}
}

func TestSecondServerOnThePort(t *testing.T) {
	first, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = Listen(first.Addr().String(), "")
	if err == nil || !strings.Contains(err.Error(), "address already in use: is atomsaga already running? use --listen") {
		t.Errorf("error %v", err)
	}
}

// serve runs s on a port until the end of the test or until stop is called. done receives
// the error of Serve.
func serve(t *testing.T, s testServer) (address string, stop func(), done <-chan error) {
	t.Helper()
	listener, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(cancel)
	return listener.Addr().String(), cancel, ended
}

func TestShutdownLetsAWriteFinish(t *testing.T) {
	s := start(t)
	address, stop, done := serve(t, s)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"name":"written while shutting down"}`
	// After 100-continue the handler waits for the body.
	io.WriteString(conn, "PATCH /api/kinds/"+string(somebody)+" HTTP/1.1\r\nHost: localhost\r\n"+asMerge+
		"\r\nExpect: 100-continue\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n")
	buffer := make([]byte, 4096)
	if n, err := conn.Read(buffer); err != nil || !strings.HasPrefix(string(buffer[:n]), "HTTP/1.1 100 ") {
		t.Fatalf("%s, %v", buffer[:n], err)
	}
	stop()
	for { // until no new connection is taken: the shutdown has begun
		another, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		another.Close()
	}
	select {
	case err := <-done:
		t.Fatalf("Serve ended before the request: %v", err)
	default:
	}
	io.WriteString(conn, body)
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200 ") {
		t.Errorf("%s, %v", answer, err)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if k := s.kind(somebody); k.Name != "written while shutting down" || k.Version != 2 {
		t.Errorf("stored %+v", k)
	}
}

func TestStoreErrorsAreProblems(t *testing.T) {
	s := start(t)
	for _, test := range []struct {
		reason string
		err    error
		status int
		logged bool
	}{
		{"held by another program", store.ErrBusy, 503, false},
		{"not the client's fault", io.ErrUnexpectedEOF, 500, true},
	} {
		s.log.Reset()
		w := httptest.NewRecorder()
		s.writeError(w, httptest.NewRequest("GET", "/", nil), test.err)
		p := decode[problem](t, w.Result())
		if p.Status != test.status || (s.log.Len() > 0) != test.logged || test.logged && strings.Contains(p.Detail, test.err.Error()) {
			t.Errorf("%s: %+v, log %q", test.reason, p, s.log)
		}
	}
}
