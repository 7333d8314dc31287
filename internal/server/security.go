//go:build !wasm

package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

// contentSecurityPolicy returns a policy that lets the page load what this server
// serves and nothing else: no inline script or style, no other origin. With push the
// page may also connect to Google, for its token.
func (s *Server) contentSecurityPolicy() string {
	connect := "'self'"
	if s.push != nil {
		connect += " https://firebaseinstallations.googleapis.com https://fcmregistrations.googleapis.com"
	}
	return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src " + connect + "; img-src 'self'; " +
		"style-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
}

// secure wraps the handler of all requests in the checks and headers that every
// request needs.
func (s *Server) secure(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problemf(http.StatusForbidden, "a page of another origin cannot change anything here").write(w)
	}))
	return s.recoverPanics(s.setSecurityHeaders(s.checkHost(origins.Handler(s.limitWrites(s.requireToken(next))))))
}

// setSecurityHeaders adds the headers that restrict what a page can do.
func (s *Server) setSecurityHeaders(next http.Handler) http.Handler {
	policy := s.contentSecurityPolicy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses requests for a host name that is not this server's. It protects
// against DNS rebinding: any site can make its name resolve to this machine and so be
// of the same origin as this server, but the Host header still has that name.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.servesHost(hostname(r.Host)) {
			problemf(http.StatusMisdirectedRequest, "this server does not answer to %q", r.Host).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// servesHost reports whether the host is this server: a name of the machine itself or,
// with an access token, any IP address and the configured names.
func (s *Server) servesHost(host string) bool {
	if isLoopback(host) {
		return true
	}
	if s.access == nil {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err == nil || slices.ContainsFunc(s.hosts, func(name string) bool { return strings.EqualFold(name, host) })
}

// hostname returns the host of "host:port" or "host", without the brackets of IPv6.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isLoopback reports whether only this machine can reach the host.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// recoverPanics answers with 500 when a handler panics, and logs the stack.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			failure := recover()
			if failure == nil {
				return
			}
			if failure == http.ErrAbortHandler {
				panic(failure)
			}
			s.writeError(w, r, fmt.Errorf("panic: %v\n%s", failure, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// usesHTTPS reports whether the browser uses https, to this server or to a proxy before
// it.
func usesHTTPS(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
