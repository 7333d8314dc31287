//go:build !wasm

package server

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

const (
	jsonPatchType  = "application/json-patch+json"  // RFC 6902
	mergePatchType = "application/merge-patch+json" // RFC 7396
	maxKey         = 255                            // bytes of an Idempotency-Key
)

func (s *Server) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/kinds", s.listKinds)
	mux.HandleFunc("GET /api/kinds/{id}", s.getKind)
	mux.HandleFunc("PATCH /api/kinds/{id}", s.patchKind)
	mux.HandleFunc("GET /api/events", s.streamEvents)
	mux.HandleFunc("GET /api/commits", s.getMutationVersions)
	mux.HandleFunc("/api/events", s.methodNotAllowed("GET"))
	mux.HandleFunc("/api/commits", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("POST /api/kinds/import", s.importKinds)
	mux.HandleFunc("/api/kinds", s.methodNotAllowed("GET, HEAD"))
	mux.HandleFunc("/api/kinds/{id}", s.methodNotAllowed("GET, HEAD, PATCH"))
	if s.push != nil {
		s.routePush(mux)
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		problemf(http.StatusNotFound, "there is nothing at %s; there are /api/kinds, /api/kinds/{id}, /api/kinds/import, /api/events and /api/commits", r.URL.Path).write(w)
	})
}

// methodNotAllowed answers a method that an address does not have.
func (s *Server) methodNotAllowed(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		problemf(http.StatusMethodNotAllowed, "%s is not possible here; %s are", r.Method, allow).write(w)
	}
}

// listKinds answers with an array of kinds, ordered by id: all of them, or
// those of ?vocabulary= whose id, name or description contains ?q=, in whatever case.
func (s *Server) listKinds(w http.ResponseWriter, r *http.Request) {
	query, vocabulary := r.URL.Query().Get("q"), r.URL.Query().Get("vocabulary")
	if query == "" && vocabulary == "" {
		list, err := s.kindList.get(r, s.store)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		list.serve(w, r, http.StatusOK)
		return
	}
	kinds, mark, err := s.store.Snapshot(r.Context())
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	query = strings.ToLower(query)
	kinds = slices.DeleteFunc(kinds, func(k kind.Kind) bool {
		return vocabulary != "" && k.Vocabulary != vocabulary ||
			!strings.Contains(strings.ToLower(string(k.ID)+"\n"+k.Name+"\n"+k.Description), query)
	})
	list, err := encodeList(kinds, mark)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	list.serve(w, r, http.StatusOK)
}

// A listCache keeps the encoded list of all kinds until the next commit.
type listCache struct {
	mu   sync.Mutex
	list *content
}

func (c *listCache) get(r *http.Request, from *store.Store) (*content, error) {
	mark, err := from.Position(r.Context())
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil && c.list.etag == listTag(mark) {
		return c.list, nil
	}
	kinds, mark, err := from.Snapshot(r.Context())
	if err != nil {
		return nil, err
	}
	c.list, err = encodeList(kinds, mark)
	return c.list, err
}

func encodeList(kinds []kind.Kind, mark store.Position) (*content, error) {
	body, err := json.Marshal(kinds)
	if err != nil {
		return nil, err
	}
	list := &content{mediaType: "application/json", etag: listTag(mark), plain: body}
	list.compress(gzip.BestSpeed)
	return list, nil
}

// listTag is the entity tag of a list: the version of the database, a dot, and
// which database it is. It is weak, being the same for every encoding.
func listTag(mark store.Position) string {
	return fmt.Sprintf(`W/"%d.%s"`, mark.Version, mark.Database)
}

func (s *Server) getKind(w http.ResponseWriter, r *http.Request) {
	known, err := parsePrecondition(r, "If-None-Match")
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	k, err := s.store.Kind(r.Context(), kind.ID(r.PathValue("id")))
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	if known != nil && known.matchesWeakly(versionTag(k.Version)) {
		w.Header().Set("ETag", versionTag(k.Version))
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	s.writeKind(w, r, k)
}

// patchKind changes one kind by a JSON Patch or a JSON Merge Patch: as a whole,
// or not at all. With If-Match it does so only to that version; with
// Idempotency-Key it does so once, however often the request is sent.
func (s *Server) patchKind(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	wanted, err := parsePrecondition(r, "If-Match")
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	key, err := idempotencyKey(r)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	mediaType, body, err := readPatch(w, r)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	change, err := parsePatch(mediaType, body)
	if err != nil {
		s.writeError(w, r, err)
		return
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
		s.writeError(w, r, err)
		return
	}
	if result.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	s.writeKind(w, r, result.Kind)
}

func (s *Server) writeKind(w http.ResponseWriter, r *http.Request, k kind.Kind) {
	body, err := json.Marshal(k)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Accept-Patch", jsonPatchType+", "+mergePatchType)
	w.Header().Set("ETag", versionTag(k.Version))
	w.Write(append(body, '\n'))
}

// readPatch reads the body of a PATCH. Its error is a problem.
func readPatch(w http.ResponseWriter, r *http.Request) (mediaType string, body []byte, err error) {
	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(parameters["charset"])
	if err != nil || mediaType != jsonPatchType && mediaType != mergePatchType || charset != "" && charset != "utf-8" {
		w.Header().Set("Accept-Patch", jsonPatchType+", "+mergePatchType)
		return "", nil, problemf(http.StatusUnsupportedMediaType, "the Content-Type must be %s or %s, in UTF-8", jsonPatchType, mergePatchType)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		w.Header().Set("Accept-Encoding", "identity")
		return "", nil, problemf(http.StatusUnsupportedMediaType, "the body must not be compressed")
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", nil, problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", maxBody)
	}
	if err != nil {
		return "", nil, problemf(http.StatusBadRequest, "the body could not be read to its end")
	}
	return mediaType, body, nil
}

// parsePatch makes of a patch what it does to a document. Its error is a problem.
func parsePatch(mediaType string, body []byte) (func([]byte) ([]byte, error), error) {
	check, apply := checkJSONPatch, applyJSONPatch
	if mediaType == mergePatchType {
		check, apply = checkMergePatch, applyMergePatch
	}
	if err := check(body); err != nil {
		return nil, err
	}
	return func(document []byte) ([]byte, error) { return apply(document, body) }, nil
}

// idempotencyKey reads the header of that name (the draft of the IETF's
// HTTPAPI group); "" when there is none. Its error is a problem.
func idempotencyKey(r *http.Request) (string, error) {
	values, ok := r.Header["Idempotency-Key"]
	if !ok {
		return "", nil
	}
	key := values[0]
	if len(values) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "", problemf(http.StatusBadRequest, "an Idempotency-Key is one text of 1 to %d ASCII characters", maxKey)
	}
	return key, nil
}

// digest is the same for the same texts only.
func digest(texts ...string) string {
	joined, _ := json.Marshal(texts) // texts always encode
	return fmt.Sprintf("%x", sha256.Sum256(joined))
}
