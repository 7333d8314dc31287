//go:build !wasm

package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/components/early"
)

const (
	accessCookie   = "access"
	accessLifetime = 90 * 24 * time.Hour
	loginPath      = "/login"
	minAccessToken = 16 // characters: fewer could be guessed
	maxLoginBody   = 4 << 10
)

// ErrWeakToken is returned by Open for an access token that is too short.
var ErrWeakToken = fmt.Errorf("an access token has at least %d characters; `openssl rand -hex 16` makes one", minAccessToken)

// errBeyondLoopback is returned by Listen for an address that other machines can reach,
// when there is no token.
var errBeyondLoopback = errors.New("whoever reaches this server can change everything in it: beyond this machine it wants " +
	"an access token, --token or $ATOMSAGA_TOKEN; or use 127.0.0.1, [::1] or localhost")

// publicPaths are served without a token: the program is the same for everyone, and a
// browser requests the manifest without cookies. A path that ends in "/" stands for
// all below it.
var publicPaths = []string{"/web/", "/app.js", "/app.css", "/app-worker.js", "/manifest.webmanifest", "/wasm_exec.js", early.Path}

// An access checks that a request comes from someone who has the access token.
type access struct{ token, cookie string }

// newAccess returns nil, which checks nothing, for an empty token.
func newAccess(token string) (*access, error) {
	switch {
	case token == "":
		return nil, nil
	case len(token) < minAccessToken:
		return nil, ErrWeakToken
	}
	// The cookie is not the token itself, so that a browser cannot leak that.
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("atomsaga access cookie"))
	return &access{token, hex.EncodeToString(mac.Sum(nil))}, nil
}

// allows reports whether the request has the token, as "Authorization: Bearer" or by
// cookie.
func (a *access) allows(r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return equalInConstantTime(bearer, a.token)
	}
	cookie, err := r.Cookie(accessCookie)
	return err == nil && equalInConstantTime(cookie.Value, a.cookie)
}

// equalInConstantTime reports whether the strings are equal, in a time that does not
// depend on where they differ.
func equalInConstantTime(given, wanted string) bool {
	g, w := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(wanted))
	return hmac.Equal(g[:], w[:])
}

// requireToken passes on the requests that have the token or need none. The others are
// answered with the login page, or in the API with a problem.
func (s *Server) requireToken(next http.Handler) http.Handler {
	if s.access == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == loginPath:
			s.logIn(w, r)
		case isPublic(r.URL.Path) || s.access.allows(r):
			next.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			w.Header().Set("WWW-Authenticate", "Bearer")
			problemf(http.StatusUnauthorized, "this server wants its access token").write(w)
		default:
			writeLoginPage(w, "")
		}
	})
}

func isPublic(target string) bool {
	if path.Clean(target) != target { // as "/web/../api": it is not what its beginning says
		return false
	}
	return slices.ContainsFunc(publicPaths, func(p string) bool {
		return target == p || strings.HasSuffix(p, "/") && strings.HasPrefix(target, p)
	})
}

// logIn exchanges the token, from the form or from /login?token=..., for the cookie,
// and redirects to the page.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLoginBody)
	token := r.FormValue("token")
	switch {
	case token == "":
		writeLoginPage(w, "")
	case !s.clients.allowTokenTry(clientName(r)):
		w.Header().Set("Retry-After", "10")
		problemf(http.StatusTooManyRequests, "too many tokens were tried").write(w)
	case !equalInConstantTime(token, s.access.token):
		writeLoginPage(w, "This is not the token.")
	default:
		http.SetCookie(w, &http.Cookie{
			Name: accessCookie, Value: s.access.cookie, Path: "/", MaxAge: int(accessLifetime.Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode, // so that links from other sites work
			Secure: usesHTTPS(r),
		})
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// writeLoginPage answers with the form that asks for the token, and a message in it.
func writeLoginPage(w http.ResponseWriter, message string) {
	header := w.Header()
	header.Set("Content-Type", mediaTypes[".html"])
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'self'")
	w.WriteHeader(http.StatusUnauthorized)
	fmt.Fprintf(w, loginPage, message)
}

const loginPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Access: atomsaga</title>
<link rel="icon" href="/web/icon.svg">
</head>
<body>
<h1>Relationship kinds</h1>
<form method="post" action="/login">
<p><label>Access token <input type="password" name="token" autocomplete="current-password" required autofocus></label></p>
<p><button>Open</button></p>
<p role="alert">%s</p>
</form>
</body>
</html>
`
