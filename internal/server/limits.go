//go:build !wasm

package server

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// What one client may take. Limits of a request are where it is read, those of
// a connection in server.go.
const (
	maxTokenTryBurst = 10 // of access tokens, and then one every two seconds
	writesPerSecond  = 100
	maxWriteBurst    = 2000 // after a quiet time
	maxStreams       = 50   // of events, at the same time
	pruneClientsAt   = 1000
)

// clients counts what each client takes.
type clients struct {
	maxStreams int

	mu     sync.Mutex
	byName map[string]*client
}

type client struct {
	writes  *rate.Limiter
	tries   *rate.Limiter
	streams int
}

// get returns what is known of a client, and forgets those that have been quiet.
func (c *clients) get(name string) *client {
	if found := c.byName[name]; found != nil {
		return found
	}
	if len(c.byName) >= pruneClientsAt {
		for other, x := range c.byName {
			if x.streams == 0 && x.writes.Tokens() >= maxWriteBurst && x.tries.Tokens() >= maxTokenTryBurst {
				delete(c.byName, other)
			}
		}
	}
	added := &client{writes: rate.NewLimiter(writesPerSecond, maxWriteBurst), tries: rate.NewLimiter(0.5, maxTokenTryBurst)}
	c.byName[name] = added
	return added
}

// allowWrite counts a write of a client, and reports whether it may be made now.
func (c *clients) allowWrite(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(name).writes.Allow()
}

// allowTokenTry is mayWrite of an access token that a client tries.
func (c *clients) allowTokenTry(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(name).tries.Allow()
}

// openStream counts a stream of a client until leave is called; false when it has
// enough of them.
func (c *clients) openStream(name string) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.get(name)
	if x.streams >= c.maxStreams {
		return nil, false
	}
	x.streams++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		x.streams--
	}, true
}

// clientName names who sends a request: its address, or of IPv6 the network that
// one household has.
func clientName(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	network, _ := address.Prefix(64)
	return network.String()
}

// limitWrites refuses a client that changes too much too fast.
func (s *Server) limitWrites(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !s.clients.allowWrite(clientName(r)) {
			w.Header().Set("Retry-After", "1")
			problemf(http.StatusTooManyRequests, "more than %d changes a second are too many", writesPerSecond).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}
