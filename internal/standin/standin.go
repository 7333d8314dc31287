//go:build !wasm

// Package standin stands in for Google where there is no account and no internet. It
// answers as the two services that a server uses for Firebase Cloud Messaging (FCM): the
// login and the sending of messages. The server cannot tell the difference.
package standin

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Project is the id of the only project.
const Project = "atomsaga-standin"

// maxDataSize is the largest size of a message's data, in bytes of names and values.
const maxDataSize = 4096

// A Message is a message that was accepted.
type Message struct {
	ID    string            `json:"id"`
	Token string            `json:"token"`
	Data  map[string]string `json:"data"`
}

// Payload returns the message as FCM pushes it to a browser.
func (m Message) Payload() []byte {
	payload, _ := json.Marshal(map[string]any{"data": m.Data, "from": SenderID, "fcmMessageId": m.ID}) // strings always encode
	return payload
}

// SenderID is the project's number.
const SenderID = "100000000001"

// An FCM is an http.Handler that answers as Firebase Cloud Messaging does. It is safe for
// concurrent use.
type FCM struct {
	mux         http.ServeMux
	accessToken string // the token that a login gets

	mu         sync.Mutex
	deadTokens map[string]bool
	failures   []int // statuses of the next attempts
	messages   []Message
	changed    chan struct{} // closed by the next message
	attempts   int
}

// New returns an FCM that has no messages.
func New() *FCM {
	f := &FCM{accessToken: rand.Text(), deadTokens: map[string]bool{}, changed: make(chan struct{})}
	f.mux.HandleFunc("POST /token", f.answerLogin)
	f.mux.HandleFunc("POST /v1/projects/{project}/messages:send", f.answerSend)
	f.mux.HandleFunc("GET /{$}", f.listMessages)
	return f
}

func (f *FCM) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(w, r) }

// Account returns the key file of a service account, as the Firebase console makes it,
// for an FCM that is served at the address.
func Account(address string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(map[string]string{
		"type":           "service_account",
		"project_id":     Project,
		"private_key_id": "1",
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
		"client_email":   "atomsaga@" + Project + ".iam.gserviceaccount.com",
		"client_id":      "1",
		"token_uri":      address + "/token",
	}, "", "  ")
}

// BrowserConfig returns the configuration for browsers, as the Firebase console shows it.
func BrowserConfig() []byte {
	config, _ := json.Marshal(map[string]string{ // strings always encode
		"apiKey":            "AIzaSyStandIn",
		"appId":             "1:" + SenderID + ":web:0123456789abcdef",
		"messagingSenderId": SenderID,
		"projectId":         Project,
		// Browsers check that this is a public key; it is the curve's base point.
		"vapidKey": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
	})
	return config
}

// A Config is what a server needs to send messages to an FCM.
type Config struct{ AccountFile, BrowserFile, Endpoint string }

// Files writes the files of a Config into the directory, for an FCM that is served at the
// address.
func Files(directory, address string) (Config, error) {
	c := Config{filepath.Join(directory, "account.json"), filepath.Join(directory, "web.json"), address}
	account, err := Account(address)
	if err != nil {
		return c, err
	}
	return c, errors.Join(os.WriteFile(c.AccountFile, account, 0o600), os.WriteFile(c.BrowserFile, BrowserConfig(), 0o600))
}

// Flags returns the Config as arguments of the server.
func (c Config) Flags() []string {
	return []string{"--push-account", c.AccountFile, "--push-web", c.BrowserFile, "--push-endpoint", c.Endpoint}
}

// Unregister makes FCM answer that the token is not registered any more.
func (f *FCM) Unregister(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deadTokens[token] = true
}

// FailNext fails the next attempts to send, one with each status.
func (f *FCM) FailNext(statuses ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures = append(f.failures, statuses...)
}

// Attempts returns how many messages were sent, accepted or not.
func (f *FCM) Attempts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.attempts
}

// Messages returns the messages that were accepted, oldest first, and a channel that is
// closed when there are more.
func (f *FCM) Messages() ([]Message, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.messages), f.changed
}

// answerLogin answers as https://oauth2.googleapis.com/token does.
func (f *FCM) answerLogin(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || r.FormValue("assertion") == "" {
		writeError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "", "not a login of a service account")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": f.accessToken, "token_type": "Bearer", "expires_in": 3600})
}

// answerSend answers as https://fcm.googleapis.com does.
func (f *FCM) answerSend(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.attempts++
	if len(f.failures) > 0 {
		status := f.failures[0]
		f.failures = f.failures[1:]
		writeError(w, status, "UNAVAILABLE", "UNAVAILABLE", "not today")
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+f.accessToken {
		writeError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "log in first")
		return
	}
	if r.PathValue("project") != Project {
		writeError(w, http.StatusForbidden, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "the account is not of this project")
		return
	}
	var request struct{ Message Message }
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	if err := decoder.Decode(&request); err != nil {
		writeError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "the values of data are texts: "+err.Error())
		return
	}
	m := request.Message
	size := 0
	for name, value := range m.Data {
		size += len(name) + len(value)
	}
	switch {
	case m.Token == "":
		writeError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "to whom?")
	case size > maxDataSize:
		writeError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Android message is too big")
	case f.deadTokens[m.Token]:
		writeError(w, http.StatusNotFound, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.")
	default:
		m.ID = fmt.Sprintf("projects/%s/messages/%d", Project, len(f.messages)+1)
		f.messages = append(f.messages, m)
		close(f.changed)
		f.changed = make(chan struct{})
		writeJSON(w, http.StatusOK, map[string]string{"name": m.ID})
	}
}

// writeError answers with an error in the format of Google's services.
func writeError(w http.ResponseWriter, status int, word, code, message string) {
	details := []any{}
	if code != "" {
		details = append(details, map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code})
	}
	writeJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": message, "status": word, "details": details}})
}

// writeJSON answers with a status and a body in JSON.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// listMessages answers with a page for a person, which lists the messages.
func (f *FCM) listMessages(w http.ResponseWriter, r *http.Request) {
	messages, _ := f.Messages()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Refresh", "1")
	fmt.Fprintf(w, "Messages that Firebase Cloud Messaging would have pushed: %d\n", len(messages))
	for _, m := range slices.Backward(messages) {
		fmt.Fprintf(w, "\n%s\nto %s\n", m.ID, m.Token)
		for _, name := range slices.Sorted(maps.Keys(m.Data)) {
			fmt.Fprintf(w, "  %s: %s\n", name, strings.ReplaceAll(m.Data[name], "\n", " "))
		}
	}
}
