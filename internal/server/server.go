//go:build !wasm

// Package server is the demo's server: the API, its storage, the
// prerendered pages, and the files that the browser loads.
package server

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components/early"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/push"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

// Limits of a connection.
const (
	headerTimeout   = 5 * time.Second
	readTimeout     = 15 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
	maxHeader       = 32 << 10 // bytes
)

//go:embed data/relationship-kinds.json
var seed []byte

// A Config says what a Server serves.
type Config struct {
	Database string       // path of the SQLite file; created and filled when it is missing
	Web      fs.FS        // files below /web/: worker.js, icons, styles, app.wasm with .br and .gz
	WasmExec []byte       // /wasm_exec.js of the Go version that built app.wasm
	Push     push.Config  // the zero Config turns push off
	Token    string       // access token; with "" everyone on this machine may use the server
	Hosts    []string     // host names of the server; used with a Token only
	Log      *slog.Logger // nil is slog.Default()
}

// A Server serves the API, the pages and the files from an open database. Its methods
// are safe for concurrent use.
type Server struct {
	store          *store.Store
	feed           *feed
	push           *push.Sender // nil when push is off
	kindList       listCache
	pages          *app.Handler
	log            *slog.Logger
	clients        clients
	access         *access // nil when no token is needed
	hosts          []string
	http           http.Server
	stopping       chan struct{} // closed when the server shuts down, to end the streams
	stopBackground func()        // stops the background goroutines and waits for them
}

// Open opens the database and reads the files. The caller must close the Server.
// Its errors are those of store.Open and push.Open, ErrWeakToken, and errors that name
// a file that is missing in Web.
func Open(ctx context.Context, c Config) (*Server, error) {
	files, err := readStaticFiles(c.Web, c.WasmExec, early.Script)
	if err != nil {
		return nil, err
	}
	s := &Server{log: c.Log, stopping: make(chan struct{}), clients: clients{maxStreams: maxStreams, byName: map[string]*client{}}}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.access, err = newAccess(c.Token); err != nil {
		return nil, err
	}
	s.hosts = c.Hosts
	if s.pages, err = newPages(files); err != nil {
		return nil, err
	}
	kinds, err := seedKinds()
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, c.Database, kinds); err != nil {
		return nil, err
	}
	if s.feed, err = newFeed(ctx, s.store, s.log); err != nil {
		s.store.Close()
		return nil, err
	}
	background := []func(context.Context){s.feed.run}
	if c.Push.On() {
		if s.push, err = push.Open(ctx, c.Push, s.store, s.log); err != nil {
			s.store.Close()
			return nil, err
		}
		s.givePushConfig(s.push.BrowserConfig())
		background = append(background, s.push.Run, s.wakePushOnCommit)
	}
	s.stopBackground = startBackground(background...)

	mux := http.NewServeMux()
	s.routeAPI(mux)
	mux.Handle("/web/", s.readOnly(files))
	mux.Handle("/wasm_exec.js", s.readOnly(scriptHandler(c.WasmExec)))
	mux.Handle(early.Path, s.readOnly(scriptHandler(early.Script)))
	mux.Handle("/", s.readOnly(s.handler(s.servePage)))
	s.http = http.Server{
		Handler:           s.secure(mux),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.http.RegisterOnShutdown(func() { close(s.stopping) }) // Shutdown waits for the streams, too
	return s, nil
}

// seedKinds returns the kinds that a new database is filled with.
func seedKinds() ([]kind.Kind, error) {
	var kinds []kind.Kind
	if err := json.Unmarshal(seed, &kinds); err != nil {
		return nil, fmt.Errorf("relationship-kinds.json: %w", err)
	}
	for i := range kinds {
		kinds[i].Name = strings.Join(strings.Fields(kinds[i].Name), " ") // five names have line breaks in their ontology
		kinds[i].Version = 1
	}
	return kinds, nil
}

// Handler returns the handler of all requests, with all checks.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Kinds returns every kind, ordered by id. The pages are prerendered from it.
func (s *Server) Kinds(ctx context.Context) ([]kind.Kind, error) { return s.store.Kinds(ctx) }

// Close stops the background goroutines and closes the database.
func (s *Server) Close() error {
	s.stopBackground()
	return s.store.Close()
}

// startBackground runs each function on a goroutine of its own. stop cancels their
// context and waits until all have returned.
func startBackground(run ...func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, f := range run {
		running.Go(func() { f(ctx) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// Listen opens a listener for Serve at "host:port"; port 0 takes any free one. Without
// an access token the host must be one that only this machine can reach.
func Listen(address, token string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: want host:port, as in 127.0.0.1:8080", address)
	}
	if token == "" && !isLoopback(host) {
		return nil, fmt.Errorf("listen on %q: %w", address, errBeyondLoopback)
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: address already in use: is atomsaga already running? use --listen for another port", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// Serve answers requests until ctx is done. Then it accepts no more, waits at most
// shutdownTimeout for those that are running, and returns nil when all have finished.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := s.http.Shutdown(limited); err != nil {
		s.http.Close()
		return fmt.Errorf("requests were still running after %v: %w", shutdownTimeout, err)
	}
	return nil
}
