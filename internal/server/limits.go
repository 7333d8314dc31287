//go:build !wasm

package server

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// Limits for one client. The limits of a request are beside the code that reads it,
// those of a connection in server.go.
const (
	maxTokenTryBurst = 10 // access tokens tried at once; then one every two seconds
	writesPerSecond  = 100
	maxWriteBurst    = 2000 // after a time without writes
	maxStreams       = 50   // event streams at the same time
	pruneClientsAt   = 1000 // clients that are known before the idle ones are forgotten
)

// clients enforces the limits of every client.
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

// get returns the client of that name, added when it is new. When there are many it
// forgets those that are within all limits. c.mu must be held.
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

// allowWrite reports whether the client may write now, and counts the write.
func (c *clients) allowWrite(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(name).writes.Allow()
}

// allowTokenTry reports whether the client may try an access token now, and counts the
// try.
func (c *clients) allowTokenTry(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(name).tries.Allow()
}

// openStream counts a stream of the client until release is called. It reports false
// when the client has too many already.
func (c *clients) openStream(name string) (release func(), ok bool) {
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

// clientName returns a name for the sender of a request: its IPv4 address, or the /64
// network of its IPv6 address, which one household has.
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

// limitWrites refuses requests of a client that writes too often.
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
