//go:build !wasm

package server

import (
	"encoding/json"
	"net/http"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

const (
	jsonPatchType  = "application/json-patch+json"  // RFC 6902
	mergePatchType = "application/merge-patch+json" // RFC 7396
	maxKey         = 255                            // bytes of an Idempotency-Key
)

func (s *Server) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/kinds", s.handler(s.listKinds))
	mux.HandleFunc("GET /api/kinds/{id}", s.handler(s.getKind))
	mux.HandleFunc("PATCH /api/kinds/{id}", s.handler(s.patchKind))
	mux.HandleFunc("GET /api/events", s.handler(s.streamEvents))
	mux.HandleFunc("GET /api/commits", s.handler(s.getMutationVersions))
	mux.HandleFunc("/api/events", s.methodNotAllowed("GET"))
	mux.HandleFunc("/api/commits", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("POST /api/kinds/import", s.handler(s.importKinds))
	mux.HandleFunc("/api/kinds", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("/api/kinds/{id}", s.methodNotAllowed("GET, HEAD, PATCH"))
	if s.push != nil {
		s.routePush(mux)
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		problemf(http.StatusNotFound, "there is nothing at %s; there are /api/kinds, /api/kinds/{id}, /api/kinds/import, /api/events and /api/commits", r.URL.Path).write(w)
	})
}

// methodNotAllowed returns the handler of the methods that an address does not have.
func (s *Server) methodNotAllowed(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		problemf(http.StatusMethodNotAllowed, "%s is not possible here; %s are", r.Method, allow).write(w)
	}
}

// getKind answers GET /api/kinds/{id}.
func (s *Server) getKind(w http.ResponseWriter, r *http.Request) error {
	known, err := parsePrecondition(r, "If-None-Match")
	if err != nil {
		return err
	}
	k, err := s.store.Kind(r.Context(), kind.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if known != nil && known.matchesWeakly(versionTag(k.Version)) {
		w.Header().Set("ETag", versionTag(k.Version))
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Cache-Control", "no-cache")
	return writeKind(w, k)
}

// patchKind answers PATCH /api/kinds/{id}: it applies a JSON Patch or a JSON Merge
// Patch, all of it or nothing. With If-Match it applies it only to that version;
// with Idempotency-Key only once, however often the request is sent.
func (s *Server) patchKind(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	wanted, err := parsePrecondition(r, "If-Match")
	if err != nil {
		return err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	mediaType, body, err := readPatch(w, r)
	if err != nil {
		return err
	}
	change, err := parsePatch(mediaType, body)
	if err != nil {
		return err
	}
	id := kind.ID(r.PathValue("id"))
	mutation := store.Mutation{Kind: id, Key: key, Request: digest(string(id), mediaType, r.Header.Get("If-Match"), string(body)), Device: deviceID(r)}
	result, err := s.store.Change(r.Context(), mutation, func(prev kind.Kind) (kind.Kind, error) {
		if tag := versionTag(prev.Version); wanted != nil && !wanted.matchesStrongly(tag) {
			w.Header().Set("ETag", tag)
			return kind.Kind{}, problemf(http.StatusPreconditionFailed, "the kind has changed: its version is %d now", prev.Version).atPath("/version")
		}
		return editKind(prev, change)
	})
	if err != nil {
		return err
	}
	if result.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	return writeKind(w, result.Kind)
}

// writeKind answers with the kind and its entity tag.
func writeKind(w http.ResponseWriter, k kind.Kind) error {
	body, err := json.Marshal(k)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Accept-Patch", jsonPatchType+", "+mergePatchType)
	w.Header().Set("ETag", versionTag(k.Version))
	w.Write(append(body, '\n'))
	return nil
}
