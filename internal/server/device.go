//go:build !wasm

package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/internal/app"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
	"github.com/atomsaga/atomsaga/internal/server/push"
)

const (
	deviceCookie   = "device"
	maxDeviceID    = 64   // bytes of its id, a rand.Text
	maxDeviceToken = 4096 // bytes; those of today have less than 200
)

// routePush adds what a device registers with. It is known by a cookie, which the
// browser sends with every change as well: a device is not told of its own.
func (s *Server) routePush(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/push", s.getPushCounts)
	mux.HandleFunc("PUT /api/push/device", s.saveDevice)
	mux.HandleFunc("DELETE /api/push/device", s.deleteDevice)
	mux.HandleFunc("/api/push", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("/api/push/device", s.methodNotAllowed("PUT, DELETE"))
}

// givePushConfig has go-app give the pages what they need to turn push on. Without it
// they do not show that there is such a thing.
func (s *Server) givePushConfig(web push.BrowserConfig) {
	encoded, _ := json.Marshal(web) // texts always encode
	s.pages.Env = map[string]string{app.PushVariable: string(encoded)}
	s.pages.Version = bodyTag([]byte(s.pages.Version + string(encoded)))[len(`W/"`):][:16] // else browsers would keep the scripts without it
}

// wakePushOnCommit has push look for commits each time there are some, those of another
// program on the same database included.
func (s *Server) wakePushOnCommit(ctx context.Context) {
	for {
		_, more, _ := s.feed.since(ctx, s.feed.version())
		s.push.Wake()
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) getPushCounts(w http.ResponseWriter, r *http.Request) {
	counts, err := s.push.Counts(r.Context())
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(counts)
}

// saveDevice registers the browser that asks, or gives it a new token. The body
// is {"token": "..."}.
func (s *Server) saveDevice(w http.ResponseWriter, r *http.Request) {
	token, err := readDeviceToken(w, r)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	id := deviceID(r)
	if id == "" {
		id = rand.Text()
	}
	if err := s.store.SaveDevice(r.Context(), id, token); err != nil {
		s.writeError(w, r, err)
		return
	}
	s.setDeviceCookie(w, r, id, 400*24*time.Hour) // as long as browsers keep any cookie
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) deleteDevice(w http.ResponseWriter, r *http.Request) {
	if id := deviceID(r); id != "" {
		if err := s.store.DeleteDevice(r.Context(), id); err != nil {
			s.writeError(w, r, err)
			return
		}
	}
	s.setDeviceCookie(w, r, "", -time.Second)
	w.WriteHeader(http.StatusNoContent)
}

// setDeviceCookie has the browser keep the id, which no script can read: whoever knows
// it can take the device's messages away.
func (s *Server) setDeviceCookie(w http.ResponseWriter, r *http.Request, id string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: deviceCookie, Value: id, Path: "/api/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: usesHTTPS(r),
	})
}

// deviceID returns the id of the browser that asks, "" when it has not registered.
func deviceID(r *http.Request) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || len(cookie.Value) > maxDeviceID || strings.Trim(cookie.Value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return ""
	}
	return cookie.Value
}

// readDeviceToken reads the body of a registration. Its error is a problem.
func readDeviceToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return "", problemf(http.StatusUnsupportedMediaType, "the Content-Type must be application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*maxDeviceToken))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", tooLarge.Limit)
	}
	if err != nil {
		return "", problemf(http.StatusBadRequest, "the body could not be read to its end")
	}
	if err := jsonpatch.Check(body, 1); err != nil {
		return "", problemf(http.StatusBadRequest, "%v", err)
	}
	var registration struct{ Token string }
	if err := json.Unmarshal(body, &registration); err != nil {
		return "", problemf(http.StatusUnprocessableEntity, "the body must be {\"token\": \"...\"}")
	}
	token := registration.Token
	if token == "" || len(token) > maxDeviceToken || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "", problemf(http.StatusUnprocessableEntity, "a token is 1 to %d visible ASCII characters", maxDeviceToken).atPath("/token")
	}
	return token, nil
}
