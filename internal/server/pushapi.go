//go:build !wasm

package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/atomsaga/atomsaga/internal/app"
	"github.com/atomsaga/atomsaga/internal/server/push"
)

// routePush adds the addresses at which a device registers. A device is known by a
// cookie, which the browser sends with every change too, so that the device is not
// notified of its own changes.
func (s *Server) routePush(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/push", s.handler(s.getPushCounts))
	mux.HandleFunc("PUT /api/push/device", s.handler(s.saveDevice))
	mux.HandleFunc("DELETE /api/push/device", s.handler(s.deleteDevice))
	mux.HandleFunc("/api/push", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("/api/push/device", s.methodNotAllowed("PUT, DELETE"))
}

// givePushConfig gives the pages what they need to turn push on. Without it they do
// not offer push.
func (s *Server) givePushConfig(web push.BrowserConfig) {
	encoded, _ := json.Marshal(web) // texts always encode
	s.pages.Env = map[string]string{app.PushVariable: string(encoded)}
	s.pages.Version = bodyTag([]byte(s.pages.Version + string(encoded)))[len(`W/"`):][:16] // a new version, or browsers would keep the scripts without it
}

// wakePushOnCommit wakes push after every commit, those of another program on the
// same database included, until ctx is done.
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

// getPushCounts answers GET /api/push.
func (s *Server) getPushCounts(w http.ResponseWriter, r *http.Request) error {
	counts, err := s.push.Counts(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(counts)
	return nil
}
