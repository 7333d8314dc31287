//go:build !wasm

package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const secret = "0123456789abcdef"

// startWithToken starts a server with an access token.
func startWithToken(t testing.TB, hosts ...string) testServer {
	t.Helper()
	s := start(t)
	var err error
	if s.access, err = newAccess(secret); err != nil {
		t.Fatal(err)
	}
	s.hosts = hosts
	mux := http.NewServeMux()
	s.routeAPI(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {})
	s.http.Handler = s.secure(mux)
	return s
}

// logIn logs in with the token and returns the cookie as a header.
func (s testServer) logIn() string {
	s.t.Helper()
	r := s.send("POST", "/login", "token="+secret, "Content-Type: application/x-www-form-urlencoded")
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" || len(r.Cookies()) != 1 {
		s.t.Fatalf("%d, %v", r.StatusCode, r.Header)
	}
	return "Cookie: " + r.Cookies()[0].Name + "=" + r.Cookies()[0].Value
}

func TestNobodyGetsInWithoutTheToken(t *testing.T) {
	s := startWithToken(t)
	cookie := s.logIn()
	for _, test := range []struct {
		reason  string
		headers []string
		in      bool
	}{
		{"with nothing", nil, false},
		{"with the cookie", []string{cookie}, true},
		{"with the token", []string{"Authorization: Bearer " + secret}, true},
		{"with another token", []string{"Authorization: Bearer " + strings.Repeat("x", 16)}, false},
		{"with a part of it", []string{"Authorization: Bearer " + secret[:15]}, false},
		{"with none", []string{"Authorization: Bearer "}, false},
		{"with the token as a password", []string{"Authorization: Basic " + secret}, false},
		{"with the token as the cookie", []string{"Cookie: access=" + secret}, false},
		{"with a cookie that was changed", []string{cookie[:len(cookie)-1] + "x"}, false},
		{"with an empty cookie", []string{"Cookie: access="}, false},
	} {
		for _, request := range []struct{ method, target string }{
			{"GET", "/"}, {"GET", "/kinds/" + string(somebody)}, {"GET", "/api/kinds"}, {"GET", "/api/kinds/" + string(somebody)},
			{"GET", "/api/commits?mutation=x"}, {"GET", "/api/nothing"}, {"PATCH", "/api/kinds/" + string(somebody)}, {"POST", "/api/kinds"},
			{"GET", "/web/../api/kinds"}, {"GET", "//api/kinds"}, {"GET", "/login/../api/kinds"},
		} {
			r := s.send(request.method, request.target, `[]`, append(test.headers, asPatch)...)
			if in := r.StatusCode != http.StatusUnauthorized; in != test.in {
				t.Errorf("%s: %s %s: %d", test.reason, request.method, request.target, r.StatusCode)
			}
		}
	}
}

func TestTheProgramIsServedWithoutAToken(t *testing.T) {
	s := startWithToken(t)
	for _, target := range []string{"/web/app.wasm", "/wasm_exec.js", "/app.js", "/app-worker.js", "/manifest.webmanifest", "/web/page.css"} {
		if r := s.send("GET", target, ""); r.StatusCode == http.StatusUnauthorized {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
}

func TestLogIn(t *testing.T) {
	s := startWithToken(t)
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, test := range []struct {
		reason               string
		method, target, body string
		headers              []string
		status               int
	}{
		{"the form", "POST", "/login", "token=" + secret, []string{form}, 303},
		{"an address", "GET", "/login?token=" + secret, "", nil, 303},
		{"asks for it", "GET", "/login", "", nil, 401},
		{"a wrong one", "POST", "/login", "token=" + strings.Repeat("x", 16), []string{form}, 401},
		{"an empty one", "POST", "/login", "token=", []string{form}, 401},
		{"markup", "POST", "/login", "token=" + url.QueryEscape("<script>alert(1)</script>"), []string{form}, 401},
		{"much", "POST", "/login", "token=" + strings.Repeat("x", maxLoginBody), []string{form}, 401},
		{"another site's form", "POST", "/login", "token=" + secret, []string{form, "Sec-Fetch-Site: cross-site"}, 403},
	} {
		r := s.send(test.method, test.target, test.body, test.headers...)
		body := readAnswer(t, r)
		if r.StatusCode != test.status || strings.Contains(body, "<script") || strings.Contains(body, secret) {
			t.Errorf("%s: %d %s", test.reason, r.StatusCode, body)
		}
		if set := len(r.Cookies()) == 1; set != (test.status == 303) {
			t.Errorf("%s: cookies %v", test.reason, r.Cookies())
		}
		if strings.Contains(s.log.String(), secret) {
			t.Fatalf("%s: the log has the token: %s", test.reason, s.log)
		}
	}
}

func TestTheAccessCookieIsHiddenFromScripts(t *testing.T) {
	s := startWithToken(t)
	for _, test := range []struct {
		reason string
		header string
		secure bool
	}{
		{"over http", "X-Forwarded-Proto: http", false},
		{"behind a proxy that speaks https", "X-Forwarded-Proto: https", true},
	} {
		c := s.send("GET", "/login?token="+secret, "", test.header).Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != test.secure || strings.Contains(c.Value, secret) {
			t.Errorf("%s: %v", test.reason, c)
		}
	}
}

func TestTokensCannotBeTriedOut(t *testing.T) {
	s := startWithToken(t)
	for range maxTokenTryBurst {
		s.send("GET", "/login?token=x", "")
	}
	checkProblem(t, s.send("GET", "/login?token="+secret, ""), 429, "", -1, "too many")
	if _, err := newAccess("short"); !errors.Is(err, ErrWeakToken) {
		t.Errorf("a short token: %v", err)
	}
}

// Other hosts are refused before anything else is checked.
func TestRequestsForOtherHostsAreRefused(t *testing.T) {
	open, withToken := start(t), startWithToken(t, "kinds.example.org")
	for _, test := range []struct {
		reason, host string
		open, token  bool
	}{
		{"this machine", "localhost:8080", true, true},
		{"its address", "127.0.0.1", true, true},
		{"an address of the network", "192.168.1.5:8080", false, true},
		{"a name that was given", "kinds.example.org", false, true},
		{"in capitals", "KINDS.example.org:443", false, true},
		{"a name that resolves to it", "rebound.example.com", false, false},
		{"a name below ours", "x.kinds.example.org", false, false},
		{"none", "", false, false},
	} {
		for _, server := range []struct {
			testServer
			want bool
		}{{open, test.open}, {withToken, test.token}} {
			r := server.send("GET", "/api/kinds", "", "Host: "+test.host, "Authorization: Bearer "+secret)
			if got := r.StatusCode == http.StatusOK; got != server.want || !got && r.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s: %d", test.reason, r.StatusCode)
			}
		}
	}
}

func TestTooManyWritesAreRefused(t *testing.T) {
	s := start(t)
	refused := false
	for range 2 * maxWriteBurst {
		r := s.send("PATCH", "/api/kinds/nobody", "", asPatch)
		if r.StatusCode == http.StatusTooManyRequests {
			refused = r.Header.Get("Retry-After") != ""
		}
	}
	if !refused {
		t.Errorf("%d writes at once went through", 2*maxWriteBurst)
	}
	if r := s.send("GET", "/api/kinds", ""); r.StatusCode != http.StatusOK {
		t.Errorf("reading: %d", r.StatusCode)
	}
}

func TestIdleClientsAreForgotten(t *testing.T) {
	c := clients{maxStreams: 1, byName: map[string]*client{}}
	c.openStream("reads")
	for range maxTokenTryBurst + 1 {
		c.allowTokenTry("tries")
	}
	for i := range 2 * pruneClientsAt {
		c.allowWrite(string(rune('a' + i)))
	}
	if n := len(c.byName); n > pruneClientsAt+1 {
		t.Errorf("%d clients are remembered", n)
	}
	if _, ok := c.openStream("reads"); ok {
		t.Error("who reads a stream was forgotten")
	}
	if c.allowTokenTry("tries") {
		t.Error("who tries tokens was forgotten")
	}
}
