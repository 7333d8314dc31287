//go:build !wasm

package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/internal/server/push"
	"github.com/atomsaga/atomsaga/internal/standin"
)

// startPush starts a server that sends to the handler instead of Google. It also returns
// the key file of the server's account.
func startPush(t *testing.T, google http.Handler, log io.Writer) (testServer, []byte) {
	t.Helper()
	fcm := httptest.NewServer(google)
	t.Cleanup(fcm.Close)
	directory := t.TempDir()
	config, err := standin.Files(directory, fcm.URL)
	if err != nil {
		t.Fatal(err)
	}
	account, err := os.ReadFile(config.AccountFile)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(directory, "test.db")
	if err := os.WriteFile(path, filled(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{Database: path, Web: webFiles(), WasmExec: []byte("// exec"), Push: push.Config{AccountFile: config.AccountFile, BrowserFile: config.BrowserFile, Endpoint: config.Endpoint}, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		os.Unsetenv("ATOMSAGA_PUSH") // go-app sets it
	})
	return testServer{s, t, path, nil}, account
}

const asJSON = "Content-Type: application/json"

// deviceCookieOf registers a device with the token, and returns its cookie as a header.
func (s testServer) deviceCookieOf(token string) string {
	s.t.Helper()
	r := s.send("PUT", "/api/push/device", `{"token": "`+token+`"}`, asJSON)
	cookies := r.Cookies()
	if r.StatusCode != 204 || len(cookies) != 1 {
		s.t.Fatalf("%d, cookies %v", r.StatusCode, cookies)
	}
	return "Cookie: device=" + cookies[0].Value
}

func TestAChangeIsPushedToEveryOtherDevice(t *testing.T) {
	fcm := standin.New()
	s, _ := startPush(t, fcm, t.Output())
	a := s.deviceCookieOf("token-a")
	s.deviceCookieOf("token-b")
	if r := s.patch(somebody, `[{"op":"replace","path":"/name","value":"x"}]`, asPatch, a); r.StatusCode != 200 {
		t.Fatal(r.Status)
	}
	messages, more := fcm.Messages()
	for len(messages) == 0 {
		<-more
		messages, more = fcm.Messages()
	}
	if m := messages[0]; m.Token != "token-b" || m.Data["kind"] != string(somebody) || m.Data["title"] != "x" || !strings.Contains(m.Data["events"], `"version":1`) {
		t.Errorf("%+v", m)
	}
	var counts push.Counts
	if err := json.NewDecoder(s.send("GET", "/api/push", "").Body).Decode(&counts); err != nil || counts.Devices != 2 {
		t.Errorf("%+v, %v", counts, err)
	}
}

func TestAChangeDoesNotWaitForPush(t *testing.T) {
	asked, release := make(chan struct{}, 100), make(chan struct{})
	s, _ := startPush(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-release
		w.WriteHeader(500)
	}), t.Output())
	s.deviceCookieOf("token")
	if r := s.patch(somebody, `[{"op":"replace","path":"/name","value":"x"}]`, asPatch); r.StatusCode != 200 {
		t.Fatal(r.Status)
	}
	<-asked // and now it hangs
	begin := time.Now()
	if r := s.patch(somebody, `[{"op":"replace","path":"/name","value":"y"}]`, asPatch); r.StatusCode != 200 {
		t.Error(r.Status)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	close(release)
}

func TestADeviceIsRegisteredRefreshedAndForgotten(t *testing.T) {
	s, _ := startPush(t, standin.New(), t.Output())
	count := func(reason string, want int) {
		t.Helper()
		if n, err := s.store.CountDevices(t.Context()); n != want || err != nil {
			t.Errorf("%s: %d devices, want %d, %v", reason, n, want, err)
		}
	}
	r := s.send("PUT", "/api/push/device", `{"token":"one"}`, asJSON)
	cookie := r.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/api/" || cookie.MaxAge < 1 || len(cookie.Value) < 26 {
		t.Errorf("%+v", cookie)
	}
	known := "Cookie: device=" + cookie.Value
	count("registered", 1)
	if again := s.send("PUT", "/api/push/device", `{"token":"two"}`, asJSON, known).Cookies(); again[0].Value != cookie.Value {
		t.Error("another cookie with another token")
	}
	count("refreshed", 1)
	s.send("PUT", "/api/push/device", `{"token":"three"}`, asJSON, "Cookie: device=<script>")
	count("a cookie of somebody's own making is none", 2)
	s.send("DELETE", "/api/push/device", "")
	count("who is not registered forgets nobody", 2)
	if r := s.send("DELETE", "/api/push/device", "", known); r.StatusCode != 204 || r.Cookies()[0].MaxAge >= 0 {
		t.Error(r.Status, r.Cookies())
	}
	count("forgotten", 1)
}

func TestBadRegistrations(t *testing.T) {
	s, _ := startPush(t, standin.New(), t.Output())
	for _, test := range []struct {
		reason, body string
		status       int
		headers      []string
	}{
		{"a form", `token=x`, 415, []string{"Content-Type: application/x-www-form-urlencoded"}},
		{"no type", `{"token":"x"}`, 415, nil},
		{"no JSON", `token`, 400, []string{asJSON}},
		{"a name twice", `{"token":"x","token":"y"}`, 400, []string{asJSON}},
		{"a list", `["x"]`, 422, []string{asJSON}},
		{"a number", `{"token":1}`, 422, []string{asJSON}},
		{"no token", `{}`, 422, []string{asJSON}},
		{"a line", `{"token":"x\ny"}`, 422, []string{asJSON}},
		{"not ASCII", `{"token":"é"}`, 422, []string{asJSON}},
		{"too long", `{"token":"` + strings.Repeat("x", maxDeviceToken+1) + `"}`, 422, []string{asJSON}},
		{"far too long", `{"token":"` + strings.Repeat("x", 3*maxDeviceToken) + `"}`, 413, []string{asJSON}},
		{"another site", `{"token":"x"}`, 403, []string{asJSON, "Sec-Fetch-Site: cross-site"}},
	} {
		if r := s.send("PUT", "/api/push/device", test.body, test.headers...); r.StatusCode != test.status {
			t.Errorf("%s: %d", test.reason, r.StatusCode)
		}
	}
	if n, _ := s.store.CountDevices(t.Context()); n != 0 {
		t.Errorf("%d devices", n)
	}
	if r := s.send("POST", "/api/push/device", ""); r.StatusCode != 405 {
		t.Error(r.Status)
	}
}

func TestPagesKnowOfPushOnlyWhenThereIsPush(t *testing.T) {
	with, _ := startPush(t, standin.New(), t.Output())
	without := start(t)
	for _, test := range []struct {
		reason  string
		s       testServer
		connect string
		script  bool
		status  int
	}{
		{"with", with, "connect-src 'self' https://firebaseinstallations.googleapis.com https://fcmregistrations.googleapis.com;", true, 200},
		{"without", without, "connect-src 'self';", false, 404},
	} {
		r := test.s.send("GET", "/app.js", "")
		script, _ := io.ReadAll(r.Body)
		if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, test.connect) {
			t.Errorf("%s: %s", test.reason, policy)
		}
		if strings.Contains(string(script), standin.SenderID) != test.script {
			t.Errorf("%s: %s", test.reason, script)
		}
		if r := test.s.send("GET", "/api/push", ""); r.StatusCode != test.status {
			t.Errorf("%s: %s", test.reason, r.Status)
		}
	}
	if with.pages.Version == without.pages.Version {
		t.Error("the worker would keep the scripts of before")
	}
}

// The key is in no answer, and not in the log.
func TestTheAccountsKeyIsNeverServed(t *testing.T) {
	fcm := standin.New()
	log := &logBuffer{written: make(chan struct{})}
	s, account := startPush(t, fcm, log)
	fcm.FailNext(401)
	s.deviceCookieOf("token-of-a-device")
	s.patch(somebody, `[{"op":"replace","path":"/name","value":"x"}]`, asPatch)
	<-log.written
	s.Close()
	var key struct {
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal(account, &key); err != nil {
		t.Fatal(err)
	}
	secret := strings.Split(key.PrivateKey, "\n")[3]
	seen := log.String()
	if !strings.Contains(seen, "could not be reached") {
		t.Fatalf("the log says %q", seen)
	}
	again, _ := startPush(t, fcm, io.Discard)
	for _, target := range []string{"/app.js", "/app-worker.js", "/manifest.webmanifest", "/api/nothing"} {
		body, _ := io.ReadAll(again.send("GET", target, "").Body)
		seen += string(body)
	}
	for _, word := range []string{secret, "private_key", "gserviceaccount", "token-of-a-device"} {
		if strings.Contains(seen, word) {
			t.Errorf("%q can be seen", word)
		}
	}
}

// A logBuffer is a log that signals when something is written.
type logBuffer struct {
	bytes.Buffer
	once    sync.Once
	written chan struct{}
}

func (d *logBuffer) Write(p []byte) (int, error) {
	defer d.once.Do(func() { close(d.written) })
	return d.Buffer.Write(p)
}
