//go:build !wasm

package server

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

// listKinds answers GET /api/kinds with an array of kinds, ordered by id: all of
// them, or those of ?vocabulary= whose id, name or description contains ?q=,
// ignoring case.
func (s *Server) listKinds(w http.ResponseWriter, r *http.Request) error {
	query, vocabulary := r.URL.Query().Get("q"), r.URL.Query().Get("vocabulary")
	if query == "" && vocabulary == "" {
		list, err := s.kindList.get(r, s.store)
		if err != nil {
			return err
		}
		list.serve(w, r, http.StatusOK)
		return nil
	}
	kinds, position, err := s.store.Snapshot(r.Context())
	if err != nil {
		return err
	}
	query = strings.ToLower(query)
	kinds = slices.DeleteFunc(kinds, func(k kind.Kind) bool {
		return vocabulary != "" && k.Vocabulary != vocabulary ||
			!strings.Contains(strings.ToLower(string(k.ID)+"\n"+k.Name+"\n"+k.Description), query)
	})
	list, err := encodeList(kinds, position)
	if err != nil {
		return err
	}
	list.serve(w, r, http.StatusOK)
	return nil
}

// A listCache keeps the encoded list of all kinds until the next commit.
type listCache struct {
	mu   sync.Mutex
	list *content
}

func (c *listCache) get(r *http.Request, from *store.Store) (*content, error) {
	position, err := from.Position(r.Context())
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil && c.list.etag == listTag(position) {
		return c.list, nil
	}
	kinds, position, err := from.Snapshot(r.Context())
	if err != nil {
		return nil, err
	}
	c.list, err = encodeList(kinds, position)
	return c.list, err
}

func encodeList(kinds []kind.Kind, position store.Position) (*content, error) {
	body, err := json.Marshal(kinds)
	if err != nil {
		return nil, err
	}
	list := &content{mediaType: "application/json", etag: listTag(position), plain: body}
	list.compress(gzip.BestSpeed)
	return list, nil
}
