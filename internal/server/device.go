//go:build !wasm

package server

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

const (
	deviceCookie   = "device"
	maxDeviceID    = 64   // bytes of its id, a rand.Text
	maxDeviceToken = 4096 // bytes; tokens have less than 200 today
)

// saveDevice answers PUT /api/push/device: it registers the requesting browser, or
// stores its new token. The body is {"token": "..."}.
func (s *Server) saveDevice(w http.ResponseWriter, r *http.Request) error {
	token, err := readDeviceToken(w, r)
	if err != nil {
		return err
	}
	id := deviceID(r)
	if id == "" {
		id = rand.Text()
	}
	if err := s.store.SaveDevice(r.Context(), id, token); err != nil {
		return err
	}
	s.setDeviceCookie(w, r, id, 400*24*time.Hour) // as long as browsers keep any cookie
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// deleteDevice answers DELETE /api/push/device.
func (s *Server) deleteDevice(w http.ResponseWriter, r *http.Request) error {
	if id := deviceID(r); id != "" {
		if err := s.store.DeleteDevice(r.Context(), id); err != nil {
			return err
		}
	}
	s.setDeviceCookie(w, r, "", -time.Second)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// setDeviceCookie stores the id of a device in the browser, where no script can read
// it: whoever knows the id could take over the device's messages. A negative age
// deletes it.
func (s *Server) setDeviceCookie(w http.ResponseWriter, r *http.Request, id string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: deviceCookie, Value: id, Path: "/api/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: usesHTTPS(r),
	})
}

// deviceID returns the device id of a request, "" when the browser has not registered.
func deviceID(r *http.Request) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || len(cookie.Value) > maxDeviceID || strings.Trim(cookie.Value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return ""
	}
	return cookie.Value
}

// readDeviceToken returns the token in the body of a registration. Its error is a
// problem.
func readDeviceToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if !isJSON(r) {
		return "", problemf(http.StatusUnsupportedMediaType, "the Content-Type must be application/json")
	}
	body, err := readBody(w, r, 2*maxDeviceToken)
	if err != nil {
		return "", err
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
